"""Draws contact-sheet.jpg: one cell for every item of manifest.json."""
import base64
import json
import os
import subprocess as sp
import sys
import tempfile
from art import *

out = sys.argv[1]
items = json.load(open(os.path.join(out, "manifest.json"), encoding="utf-8"))
zh = {e["id"]: e["zh"] for e in json.load(open(os.path.join(out, "vocabulary.json"), encoding="utf-8"))["fraud_kinds"]}
CW, CH, GAP, COLS = 384, 216, 18, 6
cells = [(it, v["file"]) for it in items for v in it.get("variants", [it])]
rows = -(-len(cells) // COLS)
W, H = GAP + COLS * (CW + GAP), 130 + rows * (CH + 60)
KIND = {"poster": "海报", "video": "短片", "bulletin": "通报", "slogan": "标语", "audio": "广播"}


def fold(s, n, lines):
    """Breaks a string into lines of about n characters: after a comma where one is near, never inside
    a number or before a closing mark."""
    res = []
    while s and len(res) < lines:
        k = min(n, len(s))
        if k < len(s):
            stop = max(s.rfind("，", 0, n + 1), s.rfind("：", 0, n + 1)) + 1
            if stop > n // 2 - 1:
                k = stop
            while k < len(s) and s[k] in NO_START:
                k += 1
            while k > 1 and (s[k - 1] in NO_END or (s[k - 1] in "0123456789." and s[k] in "0123456789.万元")):
                k -= 1
        res.append(s[:k])
        s = s[k:]
    return res


c = Canvas(W, H, 0)
c.add(rect(0, 0, W, H, "#EDF1F7"), rect(0, 0, W, 92, "#0A2C78"))
c.text(GAP, 64, "反诈宣传样片目录", 46, "#fff", log=False)
with tempfile.TemporaryDirectory() as t:
    for i, (it, f) in enumerate(cells):
        x, y = GAP + i % COLS * (CW + GAP), 112 + i // COLS * (CH + 60)
        c.add(rect(x, y, CW, CH, "#CAD5E6"))
        if it["kind"] in ("poster", "video"):
            th = f"{t}/{i}.jpg"
            pre = ["-ss", "3.4" if "refund" in f else "3.2"] if it["kind"] == "video" else []
            sp.run(["ffmpeg", "-v", "error", "-y", *pre, "-i", os.path.join(out, f), "-frames:v", "1", "-vf", f"scale={CW}:{CH}:force_original_aspect_ratio=decrease:flags=lanczos", "-q:v", "2", th], check=True)
            data = base64.b64encode(open(th, "rb").read()).decode()
            c.add(f'<image x="{x}" y="{y}" width="{CW}" height="{CH}" preserveAspectRatio="xMidYMid meet" xlink:href="data:image/jpeg;base64,{data}"/>')
        elif it["kind"] == "bulletin":
            c.add(rect(x, y, CW, CH, "#fff"), rect(x, y, CW, 50, "#0D46A8" if it["exposes"] == "method" else "#B3121D"))
            c.text(x + 16, y + 36, zh[it["fraud_kinds"][0]].split("（")[0], 28, "#fff", log=False)
            c.text(x + CW - 16, y + 36, "揭露手法" if it["exposes"] == "method" else "曝光案例", 24, "#FFE9B8", "end", log=False)
            for k, ln in enumerate(fold(it["title"], 11, 3)):
                c.text(x + 16, y + 96 + 42 * k, ln, 31, "#1C2638", log=False)
        elif it["kind"] == "audio":
            c.add(rect(x, y, CW, CH, "#10412F"), "".join(rect(x + 30 + 18 * k, y + 60 - h / 2, 9, h, "#8BD3AE", 4)
                                                        for k, h in enumerate((16, 34, 58, 30, 70, 44, 20, 52, 66, 26, 40, 74, 36, 18, 48, 60, 24, 14))))
            for k, ln in enumerate(fold(it["title"], 11, 2)):
                c.text(x + 30, y + 146 + 42 * k, ln, 31, "#E9FFF4", log=False)
        else:
            c.add(rect(x, y, CW, CH, "#8E0B18"), rect(x + 10, y + 10, CW - 20, CH - 20, "none", 6, "#FFD86B", 3))
            a, comma, b = (it["title"] + "！").rpartition("，")
            ls = [a + comma, b]
            size = min(40, (CW - 56) / max(width(t, 1) for t in ls))
            for k, ln in enumerate(ls):
                c.text(x + CW / 2, y + CH / 2 + 14 + size * 1.35 * (k - (len(ls) - 1) / 2), ln, size, "#FFD86B", "middle", log=False)
        c.text(x, y + CH + 30, f"{KIND[it['kind']]} {it['id'].removeprefix('bulletin-')}", 22, "#3B4A66", log=False)
    svg, png = t + "/s.svg", t + "/s.png"
    open(svg, "w", encoding="utf-8").write(c.svg())
    sp.run(["rsvg-convert", "-o", png, svg], check=True)
    for q in (84, 76, 68, 60):
        dst = os.path.join(out, "contact-sheet.jpg")
        sp.run(["convert", png, "-strip", "-resize", "1900x", "-quality", str(q), dst], check=True)
        if os.path.getsize(dst) <= 400_000:
            break
