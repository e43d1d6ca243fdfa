"""A small film maker: scenes of still layers, moved and faded by ffmpeg.

A scene has a length in seconds and layers. A layer is a piece of SVG with a box; it comes in at
`at` by `how` (cut, fade, up, down, left, right, pop, stamp), may drift, and goes at `until`.
The text on a layer is counted: nobody has to read more than 4 characters a second, and no
type is lower than 5 % of the picture's height.
"""
from __future__ import annotations
import math
import os
import subprocess as sp
from art import Canvas, readable, width

FPS_DEFAULT = 25
READ = 4.0  # characters a second


class Layer:
    def __init__(self, canvas, box, at, how, until, dur, drift, read):
        self.canvas, self.box, self.at, self.how, self.until, self.dur, self.drift, self.read = canvas, box, at, how, until, dur, drift, read


class Scene:
    """bg: function(Canvas) that paints the ground."""

    def __init__(self, film, secs, bg):
        self.film, self.secs = film, secs
        self.layers: list[Layer] = []
        c = Canvas(film.w, film.h, 40)
        bg(c)
        self.layers.append(Layer(c, (0, 0, film.w, film.h), 0, "cut", secs, 0, None, True))

    def layer(self, box, draw, at=0.0, how="fade", until=None, dur=0.35, drift=None, read=True):
        """box = x, y, w, h in the picture (even numbers). draw(c) paints in picture coordinates.
        drift = (dx expression, dy expression) in ffmpeg's language with t = scene time."""
        c = Canvas(self.film.w, self.film.h, 40)
        draw(c)
        x, y, w, h = (int(v) // 2 * 2 for v in box)
        self.layers.append(Layer(c, (x, y, w, h), at, how, self.secs if until is None else until, dur, drift, read))
        return self

    def check(self, name, shared=0.0):
        low = self.film.h * 0.05
        total = 0
        for L in self.layers:
            L.canvas.check(name, low)
            x, y, w, h = L.box
            for s, tx, ty, tw, th, size in L.canvas.texts:
                if tx < x or tx + tw > x + w or ty < y - size * .1 or ty + th > y + h + size * .1:
                    raise SystemExit(f"{name}: {s!r} is cut off by its layer")
            n = sum(readable(t[0]) for t in L.canvas.texts) if L.read else 0
            shown = L.until - L.at - shared
            if n > READ * shown:
                raise SystemExit(f"{name}: {n} characters in {shown:.1f} s: {L.canvas.texts[0][0]!r}")
            total += n
        if total > READ * (self.secs - shared):
            raise SystemExit(f"{name}: scene has {total} characters in {self.secs - shared:.1f} s")
        # type of layers that are seen together must not collide
        for i, a in enumerate(self.layers):
            for b in self.layers[:i]:
                if a.at < b.until - 0.01 and b.at < a.until - 0.01:
                    for s, x, y, w, h, _ in a.canvas.texts:
                        for s2, x2, y2, w2, h2, _ in b.canvas.texts:
                            if x < x2 + w2 - 2 and x2 < x + w - 2 and y < y2 + h2 - 4 and y2 < y + h - 4:
                                raise SystemExit(f"{name}: {s!r} over {s2!r}")
        return total


class Film:
    def __init__(self, name, w=1920, h=1080, fps=FPS_DEFAULT, xfade=0.4):
        self.name, self.w, self.h, self.fps, self.xfade = name, w, h, fps, xfade
        self.scenes: list[Scene] = []

    def scene(self, secs, bg):
        s = Scene(self, secs, bg)
        self.scenes.append(s)
        return s

    @property
    def length(self):
        return sum(s.secs for s in self.scenes) - self.xfade * (len(self.scenes) - 1)

    def start(self, i):
        """When scene i begins on the film's clock."""
        return sum(s.secs for s in self.scenes[:i]) - self.xfade * i

    def check(self):
        for i, s in enumerate(self.scenes):
            s.check(f"{self.name} scene {i + 1}", self.xfade if 0 < i else 0)

    def render_scene(self, i, tmp):
        s, fps = self.scenes[i], self.fps
        ins, graph = [], []
        for k, L in enumerate(s.layers):
            svg, png = f"{tmp}/{i}_{k}.svg", f"{tmp}/{i}_{k}.png"
            with open(svg, "w", encoding="utf-8") as f:
                f.write(L.canvas.svg(L.box))
            sp.run(["rsvg-convert", "-o", png, svg], check=True)
            ins += ["-i", png]
        last = None
        for k, L in enumerate(s.layers):
            x, y, w, h = L.box
            fmt = "yuv420p" if k == 0 else "yuva420p"
            chain = f"[{k}:v]scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format={fmt},setsar=1"
            if k == 0:
                graph.append(chain + f",loop=-1:1:0,setpts=N/({fps}*TB),fps={fps},trim=duration={s.secs}[b0]")
                last = "b0"
                continue
            a, d, u = L.at, L.dur, L.until
            chain += f",loop=-1:1:0,setpts=N/({fps}*TB),fps={fps},trim=duration={s.secs}"
            p = f"clip((t-{a})/{d},0,1)" if d else "1"
            e = f"(1-pow(1-{p},3))"  # ease out
            X, Y = f"{x}", f"{y}"
            if L.how == "pop":
                back = f"(1+2.2*pow({p}-1,3)+1.2*pow({p}-1,2))"
                chain += f",scale=w='max(2,trunc(iw*max(0.05,{back})/2)*2)':h='max(2,trunc(ih*max(0.05,{back})/2)*2)':eval=frame"
                X, Y = f"{x}+{w}/2-overlay_w/2", f"{y}+{h}/2-overlay_h/2"
            elif L.how == "stamp":
                z = f"(1.7-0.7*{e})"
                chain += f",scale=w='trunc(iw*{z}/2)*2':h='trunc(ih*{z}/2)*2':eval=frame"
                X, Y = f"{x}+{w}/2-overlay_w/2", f"{y}+{h}/2-overlay_h/2"
            elif L.how == "up":
                Y = f"{y}+{h * 0.5 + 60:.0f}*(1-{e})"
            elif L.how == "down":
                Y = f"{y}-{y + h}*(1-{e})"
            elif L.how == "left":
                X = f"{x}-{x + w}*(1-{e})"
            elif L.how == "right":
                X = f"{x}+{self.w - x}*(1-{e})"
            if L.how in ("fade", "up", "stamp") and d:
                chain += f",fade=t=in:st={a}:d={d if L.how == 'fade' else min(d, .25)}:alpha=1"
            if u < s.secs:
                chain += f",fade=t=out:st={u - .25:.3f}:d=0.25:alpha=1"
            if L.drift:
                X, Y = f"{X}+({L.drift[0]})", f"{Y}+({L.drift[1]})"
            graph.append(chain + f"[l{k}]")
            graph.append(f"[{last}][l{k}]overlay=x='{X}':y='{Y}':eval=frame:format=yuv420:eof_action=repeat:enable='between(t,{a},{u})'[b{k}]")
            last = f"b{k}"
        out = f"{tmp}/s{i}.mkv"
        sp.run(["ffmpeg", "-v", "error", "-y", *ins, "-filter_complex_threads", "1", "-filter_complex", ";".join(graph), "-map", f"[{last}]", "-t", str(s.secs), "-r", str(fps),
                "-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", "-pix_fmt", "yuv420p", "-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", out], check=True)
        return out

    def join(self, parts):
        """ffmpeg inputs and the graph that dissolves the scenes into [v]."""
        ins, graph, last = [], [], "0:v"
        for p in parts:
            ins += ["-i", p]
        for i in range(1, len(parts)):
            graph.append(f"[{last}][{i}:v]xfade=transition=fade:duration={self.xfade}:offset={self.start(i):.3f}[x{i}]")
            last = f"x{i}"
        tail = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709,format=yuv420p"
        graph.append(f"[{last}]{tail}[v]")
        return ins, graph
