"""Renders and encodes the films of films.py. Usage: make_films.py OUT [id...]"""
import os
import shutil
import subprocess as sp
import sys
import tempfile
from films import FILMS
import sound

out, only = sys.argv[1], set(sys.argv[2:])
X264 = ["-c:v", "libx264", "-preset", "medium", "-profile:v", "high", "-level", "4.0", "-tune", "animation", "-crf", "22", "-maxrate", "4M", "-bufsize", "8M", "-bf", "2",
        "-threads", "2", "-x264-params", "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv"]
COLOR = ["-pix_fmt", "yuv420p", "-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
CLEAN = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]

for ident, (file, maker, enc) in FILMS.items():
    if only and ident not in only:
        continue
    f = maker()
    f.check()
    dst = os.path.join(out, file)
    os.makedirs(os.path.dirname(dst), exist_ok=True)
    with tempfile.TemporaryDirectory() as tmp:
        parts = [f.render_scene(i, tmp) for i in range(len(f.scenes))]
        ins, graph = f.join(parts)
        audio = []
        if enc != "mp4-silent":
            wav = sound.track(f, tmp)
            audio = ["-i", wav]
            n = len(parts)
        gop = ["-g", str(f.fps * 2), "-keyint_min", str(f.fps)]
        cmd = ["ffmpeg", "-v", "error", "-y", *ins, *audio, "-filter_complex", ";".join(graph), "-map", "[v]"]
        if audio:
            cmd += ["-map", f"{n}:a"]
        if enc == "webm":
            cmd += ["-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "33", "-deadline", "good", "-cpu-used", "5", "-row-mt", "1", "-tile-columns", "2", "-threads", "2", *gop[:2],
                    "-c:a", "libopus", "-b:a", "96k"]
        else:
            cmd += [*X264, *gop, *(["-c:a", "aac", "-b:a", "128k"] if audio else ["-an"]), "-movflags", "+faststart"]
        cmd += [*COLOR, "-r", str(f.fps), "-t", f"{f.length:.3f}", *CLEAN, dst]
        sp.run(cmd, check=True)
    print(f"{file} {f.length:.1f} s", flush=True)
