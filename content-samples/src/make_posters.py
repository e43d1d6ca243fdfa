"""Draws all posters: SVG by Python, PNG by rsvg-convert, JPEG by ImageMagick, WebP by cwebp."""
import concurrent.futures as cf
import os
import subprocess as sp
import sys
import tempfile
from posters import POSTERS

out = sys.argv[1]
only = set(sys.argv[2:])


def build(file, draw):
    c = draw()
    c.check(file, 40)
    dst = os.path.join(out, file)
    os.makedirs(os.path.dirname(dst), exist_ok=True)
    with tempfile.TemporaryDirectory() as t:
        svg, png = t + "/p.svg", t + "/p.png"
        with open(svg, "w", encoding="utf-8") as f:
            f.write(c.svg())
        sp.run(["rsvg-convert", "-o", png, svg], check=True)
        if file.endswith(".jpg"):
            sp.run(["convert", png, "-strip", "-sampling-factor", "4:4:4", "-quality", "88", dst], check=True)
        elif file.endswith(".webp"):
            sp.run(["cwebp", "-quiet", "-preset", "drawing", "-q", "90", "-sharp_yuv", png, "-o", dst], check=True)
        else:
            sp.run(["convert", png, "-strip", "-alpha", "off", "-define", "png:compression-level=9",
                    "-define", "png:exclude-chunks=date,time", dst], check=True)
    return file


jobs = [j for k, v in POSTERS.items() for j in v if not only or k in only]
with cf.ThreadPoolExecutor(2) as ex:
    for f in ex.map(lambda j: build(*j), jobs):
        print(f)
