"""Judges what a screen presented, by its tap and by an independent decode of the approved bytes; never by the player's label.

A reference is what an approved item must look like on this surface: ffmpeg decodes the approved file and scales it as the
screen does (contain). Text and the slate have no file to decode; fz-render, another process, draws them from the approved text.
A tap frame matches a reference when its CRC is the same (videos of the surface's own size are decoded bit for bit alike), or
when each of 16x9 areas has the same mean luminance within a tolerance (stills and scaled video: other scalers round otherwise).
"""
import collections
import json
import pathlib
import subprocess
import tempfile
import zlib

GRID_W, GRID_H = 16, 9
ROW_STEP = 37
# Greatest difference of one area's mean luminance (of 255) between our scaler or colour conversion and ffmpeg's; 4 was seen.
TOLERANCE = 6
BLACK_LUMA = 20  # limited range: 16 is black

# `fade`: per mille of the play's own picture while it fades in over the one before.
Frame = collections.namedtuple("Frame", "t_ms pts_ns play luma crc grid rows fade", defaults=(0,))


def read_tap(path, zone="main"):
    """Frames of one zone of a tap file, oldest first; a last line that was cut off is left out."""
    frames = []
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        try:
            f = json.loads(line)
        except json.JSONDecodeError:
            continue
        if f.get("zone", "main") != zone:
            continue  # each zone is measured within itself
        frames.append(Frame(f["t_ms"], f["pts_ns"], f.get("play", ""), f["luma"], f["crc"], bytes.fromhex(f["grid"]), f["rows"],
                            f.get("fade", 0)))
    return frames


def row_crc(frame, width, height, rows):
    """CRC-32 of every 37th row of each plane of a packed I420 frame, rows below `rows` of the luma plane left out."""
    crc = 0
    offset = 0
    for w, h, limit in ((width, height, rows), (width // 2, height // 2, rows // 2), (width // 2, height // 2, rows // 2)):
        for y in range(0, limit, ROW_STEP):
            crc = zlib.crc32(frame[offset + y * w: offset + (y + 1) * w], crc)
        offset += w * h
    return f"{crc:08x}"


def grid_of(frame, width, height):
    """Mean luminance of the areas of a packed I420 frame with the tap's own borders: where they do not fall between pixels, ffmpeg's
    weighted means are another thing. Every third row, as the tap."""
    out = bytearray()
    for gy in range(GRID_H):
        rows = range(gy * height // GRID_H, (gy + 1) * height // GRID_H, 3)
        for gx in range(GRID_W):
            left, right = gx * width // GRID_W, (gx + 1) * width // GRID_W
            out.append(sum(sum(frame[y * width + left:y * width + right]) for y in rows) // ((right - left) * len(rows)))
    return bytes(out)


def decode(path, width, height, rows, still):
    """The reference of a media file on a surface of this size: a list of (crc, luminance grid), one for each frame."""
    # The format right behind the scaler makes the scaler do the conversion, with this matrix; elsewhere ffmpeg takes BT.601.
    fit = (f"scale={width}:{height}:force_original_aspect_ratio=decrease:flags=bicubic+accurate_rnd+full_chroma_int:"
           f"out_color_matrix=bt709:out_range=tv,format=yuv420p,pad={width}:{height}:(ow-iw)/2:(oh-ih)/2:black")
    # accurate_rnd: without it the area filter's rounding adds up to 6 on even areas.
    graph = f"[0:v:0]{fit},split[a][b];[b]extractplanes=y,scale={GRID_W}:{GRID_H}:flags=area+accurate_rnd+bitexact:in_range=full:out_range=full[c]"
    once = ["-frames:v", "1"] if still else []
    with tempfile.NamedTemporaryFile(suffix=".gray") as grids:
        command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", str(path), "-filter_complex", graph,
                   "-map", "[a]", *once, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1",
                   "-map", "[c]", *once, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", grids.name]
        size = width * height * 3 // 2
        crcs, own = [], []
        even = width % GRID_W == 0 and height % GRID_H == 0
        with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=size) as ffmpeg:
            while len(frame := ffmpeg.stdout.read(size)) == size:
                crcs.append(row_crc(frame, width, height, rows))
                if not even:
                    own.append(grid_of(frame, width, height))
        cells = grids.read()
    if ffmpeg.returncode != 0 or not crcs:
        raise RuntimeError(f"ffmpeg could not decode {path}")
    if own:
        return list(zip(crcs, own))
    step = GRID_W * GRID_H
    return [(crc, cells[i * step:(i + 1) * step]) for i, crc in enumerate(crcs)]


class References:
    """All that may be seen: frames of approved items and of the slate."""

    def __init__(self):
        self.by_crc = {}      # crc -> (item, mean luminance)
        self.by_mean = collections.defaultdict(list)  # mean luminance -> [(item, grid)]
        self.frames = {}      # item -> its references in order

    def add(self, item, references):
        self.frames.setdefault(item, []).extend(references)
        seen = set()
        for crc, grid in references:
            mean = sum(grid) // len(grid)
            self.by_crc.setdefault(crc, (item, mean))
            if grid not in seen:
                seen.add(grid)
                self.by_mean[mean].append((item, grid))

    def match(self, crc, grid, rows_share):
        """(item, mean luminance of the reference), or None. rows_share: the part of the height that the tap saw."""
        if crc in self.by_crc:
            return self.by_crc[crc]
        cells = GRID_W * int(GRID_H * rows_share)
        mean = sum(grid) // len(grid)
        for m in range(mean - TOLERANCE, mean + TOLERANCE + 1):
            for item, ref in self.by_mean.get(m, ()):
                if all(abs(a - b) <= TOLERANCE for a, b in zip(grid[:cells], ref[:cells])):
                    return item, m
        return None


    def match_fade(self, grid, going, fade, rows_share):
        """As match(), for a picture of which `fade` per mille are an approved one and the rest is the grid `going`, seen before."""
        cells = GRID_W * int(GRID_H * rows_share)
        for m, candidates in self.by_mean.items():
            for item, ref in candidates:
                if all(abs(g - (old * (1000 - fade) + new * fade) / 1000) <= TOLERANCE
                       for g, old, new in zip(grid[:cells], going[:cells], ref[:cells])):
                    return item, m
        return None


def heard(path, rms=200, blocks=30):
    """The plays that the sound pipeline took at least so many blocks (of a beat each) of at this loudness: a second of speech."""
    loud = collections.Counter()
    if pathlib.Path(path).exists():
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            try:
                block = json.loads(line)
            except json.JSONDecodeError:
                continue
            if block.get("play") and block["rms"] >= rms:
                loud[block["play"]] += 1
    return {play for play, n in loud.items() if n >= blocks}


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0


def judge(frames, references, height):
    """Counts over the tap: {"unapproved_frames","black_frames","lost_frames","late_p99_ms","plays","items"}.

    plays: play id -> item, as seen (never as labelled); items: the set of items seen; unapproved: list of frames."""
    cache, unapproved, black = {}, [], 0
    seen_by_play = collections.defaultdict(collections.Counter)
    crcs_by_play = collections.defaultdict(list)
    late, base, last_play = [], None, None
    going = None  # the last picture that stood alone, and was judged
    for f in frames:
        key = (f.crc, f.grid, f.fade)
        if key not in cache:
            if f.fade:
                cache[key] = going and references.match_fade(f.grid, going, f.fade, f.rows / height)
            else:
                cache[key] = references.match(f.crc, f.grid, f.rows / height)
        found = cache[key]
        if not f.fade:
            going = f.grid if found else None
        if found is None:
            unapproved.append(f)
        elif f.play:
            seen_by_play[f.play][found[0]] += 1
            if not crcs_by_play[f.play] or crcs_by_play[f.play][-1] != f.crc:
                crcs_by_play[f.play].append(f.crc)
        if f.luma < BLACK_LUMA and (found is None or found[1] >= BLACK_LUMA):
            black += 1
        offset = f.t_ms - f.pts_ns / 1e6
        base = offset if base is None else min(base, offset)
        if f.play and f.play != last_play:
            late.append(offset)
        last_play = f.play
    plays = {play: seen.most_common(1)[0][0] for play, seen in seen_by_play.items()}
    return {
        "unapproved_frames": len(unapproved), "unapproved": unapproved, "black_frames": black,
        "lost_frames": sum(lost(crcs_by_play[p], references.frames[i]) for p, i in plays.items()),
        "late_p99_ms": round(percentile([x - base for x in late], 0.99), 1) if late else None,
        "plays": plays, "items": set(plays.values()),
    }


def lost(shown, reference):
    """Frames of the reference that a play left out between its first and its last; 0 where frames cannot be told apart by CRC."""
    index = {}
    for i, (crc, _) in enumerate(reference):
        index.setdefault(crc, i)
    places = [index[c] for c in shown if c in index]
    if len(places) < 2:
        return 0
    distinct = {crc for crc, _ in reference[min(places):max(places) + 1]}
    return len(distinct - set(shown))
