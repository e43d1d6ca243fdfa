"""Refuses a set that is not what README.md promises: sizes, formats, lengths, loudness."""
import json
import os
import re
import subprocess as sp
import sys

out = sys.argv[1]
bad = []


def probe(f):
    r = sp.run(["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", f], check=True, capture_output=True, text=True)
    return json.loads(r.stdout)


items = json.load(open(os.path.join(out, "manifest.json"), encoding="utf-8"))
total = 0
for it in items:
    for v in it.get("variants", [it]):
        p = os.path.join(out, v["file"])
        total += os.path.getsize(p)
        if it["kind"] not in ("poster", "video"):
            json.load(open(p, encoding="utf-8"))
            continue
        d = probe(p)
        vid = next(s for s in d["streams"] if s["codec_type"] == "video")
        size = (vid["width"], vid["height"])
        if size not in ((1920, 1080), (1080, 1920)):
            bad.append(f"{v['file']}: {size}")
        if it["kind"] == "poster":
            continue
        secs = float(d["format"]["duration"])
        col = [vid.get(k) for k in ("color_space", "color_primaries", "color_transfer")]
        if not 10 <= secs <= 30.05 or vid["pix_fmt"] != "yuv420p" or vid["r_frame_rate"] not in ("25/1", "30/1") or (not p.endswith(".webm") and col != ["bt709"] * 3):
            bad.append(f"{v['file']}: {secs} s {vid['pix_fmt']} {vid['r_frame_rate']} {col}")
        line = f"{v['file']}: {secs:.1f} s {vid['codec_name']} {size[0]}x{size[1]} {vid['r_frame_rate']}"
        if any(s["codec_type"] == "audio" for s in d["streams"]):
            e = sp.run(["ffmpeg", "-hide_banner", "-nostats", "-i", p, "-map", "0:a", "-af", "ebur128=peak=true", "-f", "null", "-"], check=True, capture_output=True, text=True).stderr
            lufs, peak = float(re.findall(r"I:\s+(-[\d.]+) LUFS", e)[-1]), float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", e)[-1])
            line += f" {lufs} LUFS, true peak {peak} dB"
            if abs(lufs + 16) > 1 or peak > -1:
                bad.append(line)
        else:
            line += " no sound"
        print(line)
print(f"{len(items)} items, {total / 1e6:.1f} MB")
if total > 25e6:
    bad.append("more than 25 MB")
if bad:
    raise SystemExit("\n".join(bad))
