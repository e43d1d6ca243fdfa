"""Judges the zones of a layout: what plays beside the main picture by its tap lines, what does not play (the card of local facts, the
running line) in a picture of the surface, each against fz-render's or ffmpeg's own drawing of what was approved."""
import json
import subprocess

import judge

# What JPEG and scaling by another program add to judge.TOLERANCE.
PICTURE_TOLERANCE = 10
LINE_HEIGHT = 8  # rows to which the running line is brought for comparing
MOST_DIFFERENCE = 14


def rectangles(layout, width, height):
    """kind -> (x, y, width, height) on a surface, as shared/layout resolves the variant for its shape."""
    shape = "strip" if width >= 3 * height else "portrait" if height > width else "landscape"
    variant = next(v for v in layout["variants"] if v["shape"] in (shape, "any"))

    def even(part, whole):
        return (part * whole + 1000) // 2000 * 2
    out = {}
    for z in variant["zones"]:
        left, top = even(z["x"], width), even(z["y"], height)
        out[z["kind"]] = (left, top, even(z["x"] + z["w"], width) - left, even(z["y"] + z["h"], height) - top)
    return out


def inside(zone, picture):
    """The areas of a zone's grid that lie wholly within a picture that is contained in it: around it the zone's own surround stands."""
    scale = min(zone[0] / picture[0], zone[1] / picture[1])
    left, top = (zone[0] - picture[0] * scale) / 2, (zone[1] - picture[1] * scale) / 2
    cell_w, cell_h = zone[0] / judge.GRID_W, zone[1] / judge.GRID_H
    return [row * judge.GRID_W + column for row in range(judge.GRID_H) for column in range(judge.GRID_W)
            if column * cell_w >= left and (column + 1) * cell_w <= zone[0] - left and row * cell_h >= top and (row + 1) * cell_h <= zone[1] - top]


def judge_zone(frames, zone, files):
    """Of a zone's frames that belong to a play and do not fade: {file: how many show it}, and those that show none of `files`, which are
    {file: (width, height)} of approved stills."""
    known = {f: (judge.decode(f, *zone, zone[1], True)[0][1], inside(zone, size)) for f, size in files.items()}
    seen, strange, cache = dict.fromkeys(files, 0), [], {}
    for frame in frames:
        if not frame.play or frame.fade:
            continue
        if frame.grid not in cache:
            cache[frame.grid] = next((f for f, (grid, cells) in known.items()
                                      if all(abs(frame.grid[i] - grid[i]) <= judge.TOLERANCE for i in cells)), None)
        if cache[frame.grid] is None:
            strange.append(frame)
        else:
            seen[cache[frame.grid]] += 1
    return seen, strange


def grey(path, width, height, crop=None, whole=None):
    """The picture, or the part (x, y, width, height) of it once it is brought to the size `whole`, as width x height grey values."""
    cut = "scale={}:{}:flags=bicubic,".format(*whole) + "crop={2}:{3}:{0}:{1},".format(*crop) if crop else ""
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-vf", f"{cut}scale={width}:{height}:flags=area,format=gray",
                           "-frames:v", "1", "-f", "rawvideo", "pipe:1"], capture_output=True, timeout=60, check=True)
    return done.stdout


def shows_card(surface, whole, rectangle, card):
    """Whether the part of the picture of the surface (of size `whole`) looks like the card that fz-render drew."""
    seen, drawn = (grey(surface, judge.GRID_W, judge.GRID_H, rectangle, whole), grey(card, judge.GRID_W, judge.GRID_H))
    return max(drawn) - min(drawn) > 30 and all(abs(a - b) <= PICTURE_TOLERANCE for a, b in zip(seen, drawn))


def columns(picture, width):
    return [picture[c::width] for c in range(width)]


def find_line(surface, whole, rectangle, line, line_size):
    """Where the running line stands: the column of the band at which the drawn line begins that fits best, and the mean difference there;
    None while less than a third of the line is on the surface."""
    scale = LINE_HEIGHT / rectangle[3]
    band_w, line_w = round(rectangle[2] * scale), round(line_size[0] * LINE_HEIGHT / line_size[1])
    band, drawn = columns(grey(surface, band_w, LINE_HEIGHT, rectangle, whole), band_w), columns(grey(line, line_w, LINE_HEIGHT), line_w)
    best = None
    for shift in range(-line_w, band_w):
        a, b = max(0, shift), min(band_w, shift + line_w)
        if b - a < line_w / 3:
            continue
        total = sum(abs(p - q) for c in range(a, b) for p, q in zip(band[c], drawn[c - shift]))
        mean = total / ((b - a) * LINE_HEIGHT)
        if best is None or mean < best[1]:
            best = (shift, mean)
    return best


def png_size(path):
    done = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "json", str(path)], capture_output=True, timeout=60, check=True)
    stream = json.loads(done.stdout)["streams"][0]
    return stream["width"], stream["height"]
