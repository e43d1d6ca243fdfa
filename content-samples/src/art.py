"""Flat vector drawing for posters and film layers: figures, things, type.

Every function returns an SVG fragment. A Canvas collects fragments and remembers the box of
every piece of type, so that `check()` can refuse clipped, overlapping or badly broken text.
Units are pixels of the finished picture.
"""
from __future__ import annotations
import math
import unicodedata
from xml.sax.saxutils import escape

FONT = "Noto Sans CJK SC"
SKIN, SKIN2, SKIN_D = "#FFD9B8", "#F6C39A", "#EFB58B"
NO_START = "，。！？、；：）》】”’…—·%"
NO_END = "（《【“‘"


def em(ch: str) -> float:
    """Advance of one character in em, close to Noto Sans CJK SC Bold, never too small."""
    if unicodedata.east_asian_width(ch) in "WF" or ch in "“”‘’…—·×→":
        return 1.0
    if ch.isdigit():
        return 0.59
    if ch == " ":
        return 0.23
    return 0.66 if ch.isupper() else 0.58


TUCK = 0.42  # a full-width quotation mark has half an em of air: take it back


def tuck(s: str) -> list[tuple[str, float]]:
    """Splits a line where quotation marks leave holes: [(run, shift in em before it)]."""
    runs, cur, shift = [], "", 0.0
    for i, ch in enumerate(s):
        d = -TUCK if ch == "“" or (i and s[i - 1] == "”") else 0.0
        if ch == "“" and i and s[i - 1] in "”，、。":
            d = -TUCK * 1.6
        if d and i:
            runs.append((cur, shift))
            cur, shift = "", d
        elif d:
            shift = d
        cur += ch
    return runs + [(cur, shift)]


def width(s: str, size: float, ls: float = 0) -> float:
    return (sum(em(c) for c in s) + sum(d for _, d in tuck(s))) * size + ls * max(0, len(s) - 1)


def readable(s: str) -> int:
    """Characters a reader has to take in: letters, digits, ideographs; not punctuation."""
    return sum(1 for c in s if c.isalnum())


class Canvas:
    def __init__(self, w: int, h: int, margin: int = 48):
        self.w, self.h, self.margin = w, h, margin
        self.body: list[str] = []
        self.defs: list[str] = []
        self.texts: list[tuple[str, float, float, float, float, float]] = []
        self.n = 0

    def add(self, *frags: str) -> "Canvas":
        self.body += frags
        return self

    def grad(self, stops, x1=0, y1=0, x2=0, y2=1, radial=None) -> str:
        self.n += 1
        i = f"g{self.n}"
        st = "".join(f'<stop offset="{o}" stop-color="{c}"' + (f' stop-opacity="{a[0]}"' if a else "") + "/>"
                     for o, c, *a in stops)
        if radial:
            cx, cy, r = radial
            self.defs.append(f'<radialGradient id="{i}" gradientUnits="userSpaceOnUse" cx="{cx}" cy="{cy}" r="{r}">{st}</radialGradient>')
        else:
            self.defs.append(f'<linearGradient id="{i}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}">{st}</linearGradient>')
        return f"url(#{i})"

    def clip(self, shape: str) -> str:
        self.n += 1
        i = f"c{self.n}"
        self.defs.append(f'<clipPath id="{i}">{shape}</clipPath>')
        return f"url(#{i})"

    def text(self, x, y, s, size, fill="#fff", anchor="start", heavy=0.0, weight=700, ls=0,
             outline=None, ow=0, shadow=None, log=True, spans=None):
        """One line of type. y is the baseline. heavy: extra weight as a part of the size.
        spans: [(text, fill)] draws the same line in several colours."""
        if s and (s[0] in NO_START or s[-1] in NO_END):
            raise SystemExit(f"bad line break: {s!r}")
        wd = width(s, size, ls)
        left = x if anchor == "start" else x - wd / 2 if anchor == "middle" else x - wd
        if log:
            self.texts.append((s, left, y - size * 0.86, wd, size * 0.94, size))
        a = f'font-family="{FONT}" font-weight="{weight}" font-size="{size}" text-anchor="{anchor}"'
        if ls:
            a += f' letter-spacing="{ls}"'
        inner = plain = "".join(f'<tspan dx="{d * size:.1f}">{escape(t)}</tspan>' if d else escape(t) for t, d in tuck(s))
        if spans:
            inner = "".join(f'<tspan fill="{c}">{escape(t)}</tspan>' for t, c in spans)
        if shadow:
            self.body.append(f'<text x="{x + size*0.025}" y="{y + size*0.045}" {a} fill="{shadow}" '
                             f'stroke="{shadow}" stroke-width="{size*heavy + 2*ow}" stroke-linejoin="round">{plain}</text>')
        if outline:
            self.body.append(f'<text x="{x}" y="{y}" {a} fill="{outline}" stroke="{outline}" '
                             f'stroke-width="{size*heavy + 2*ow}" stroke-linejoin="round">{plain}</text>')
        st = ""
        if heavy:
            st = f' stroke="{fill}" stroke-width="{size*heavy}" stroke-linejoin="round"'
            if spans:
                inner = "".join(f'<tspan fill="{c}" stroke="{c}">{escape(t)}</tspan>' for t, c in spans)
        self.body.append(f'<text x="{x}" y="{y}" {a} fill="{fill}"{st}>{inner}</text>')
        return self

    def check(self, name: str, smallest: float) -> None:
        bad = []
        for i, (s, x, y, w, h, size) in enumerate(self.texts):
            if size < smallest:
                bad.append(f"{s!r} is {size}px, smaller than {smallest}")
            if x < self.margin or x + w > self.w - self.margin or y < self.margin * 0.6 or y + h > self.h - self.margin * 0.4:
                bad.append(f"{s!r} leaves the safe area: {x:.0f},{y:.0f} {w:.0f}x{h:.0f}")
            for s2, x2, y2, w2, h2, _ in self.texts[:i]:
                if x < x2 + w2 - 2 and x2 < x + w - 2 and y < y2 + h2 - 4 and y2 < y + h - 4:
                    bad.append(f"{s!r} overlaps {s2!r}")
        if bad:
            raise SystemExit(f"{name}: " + "; ".join(bad))

    def svg(self, box=None) -> str:
        x, y, w, h = box or (0, 0, self.w, self.h)
        return (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
                f'width="{w}" height="{h}" viewBox="{x} {y} {w} {h}"><defs>{"".join(self.defs)}</defs>'
                + "\n".join(self.body) + "</svg>\n")


# ---- plain shapes -------------------------------------------------------------------------
def g(x, y, s, *frags, rot=0, opacity=1):
    r = f" rotate({rot})" if rot else ""
    o = f' opacity="{opacity}"' if opacity != 1 else ""
    return f'<g transform="translate({x} {y}){r} scale({s})"{o}>' + "".join(frags) + "</g>"


def rect(x, y, w, h, fill, r=0, stroke=None, sw=0, opacity=1, extra=""):
    st = f' stroke="{stroke}" stroke-width="{sw}"' if stroke else ""
    o = f' opacity="{opacity}"' if opacity != 1 else ""
    return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{r}" fill="{fill}"{st}{o}{extra}/>'


def circ(x, y, r, fill, stroke=None, sw=0, opacity=1):
    st = f' stroke="{stroke}" stroke-width="{sw}"' if stroke else ""
    o = f' opacity="{opacity}"' if opacity != 1 else ""
    return f'<circle cx="{x}" cy="{y}" r="{r}" fill="{fill}"{st}{o}/>'


def ell(x, y, rx, ry, fill, opacity=1, rot=0):
    o = f' opacity="{opacity}"' if opacity != 1 else ""
    t = f' transform="rotate({rot} {x} {y})"' if rot else ""
    return f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="{fill}"{o}{t}/>'


def path(d, fill="none", stroke=None, sw=0, opacity=1, cap="round"):
    st = f' stroke="{stroke}" stroke-width="{sw}" stroke-linecap="{cap}" stroke-linejoin="round"' if stroke else ""
    o = f' opacity="{opacity}"' if opacity != 1 else ""
    return f'<path d="{d}" fill="{fill}"{st}{o}/>'


def rays(cx, cy, r, n, fill, opacity=0.06):
    out = []
    for i in range(n):
        a, b = 2 * math.pi * i / n, 2 * math.pi * (i + 0.5) / n
        out.append(f"M{cx} {cy}L{cx + r*math.cos(a):.0f} {cy + r*math.sin(a):.0f}L{cx + r*math.cos(b):.0f} {cy + r*math.sin(b):.0f}Z")
    return path("".join(out), fill, opacity=opacity)


def dots(x, y, w, h, step, r, fill, opacity=0.12):
    o = []
    for j in range(int(h // step)):
        for i in range(int(w // step)):
            o.append(circ(round(x + i*step + (step/2 if j % 2 else 0)), round(y + j*step), r, fill))
    return f'<g opacity="{opacity}">' + "".join(o) + "</g>"


def city(x, y, w, h, fill, seed=3, opacity=1.0, win=None):
    """A silhouette of houses standing on the line y."""
    out, cx, k = [], x, seed
    while cx < x + w:
        k = (k * 1103515245 + 12345) & 0x7FFFFFFF
        bw = 60 + k % 80
        bh = h * (0.35 + (k >> 8) % 60 / 100)
        bw = min(bw, x + w - cx)
        out.append(rect(cx, round(y - bh), bw, round(bh), fill))
        if (k >> 5) % 3 == 0:
            out.append(rect(cx + bw/2 - 3, round(y - bh - 30), 6, 32, fill))
        if win:
            for wy in range(int(y - bh + 22), int(y - 30), 44):
                for wx in range(int(cx + 14), int(cx + bw - 18), 28):
                    k = (k * 1103515245 + 12345) & 0x7FFFFFFF
                    if (k >> 9) % 3 == 0:
                        out.append(rect(wx, wy, 10, 16, win, opacity=0.7))
        cx += bw + 6
    return f'<g opacity="{opacity}">' + "".join(out) + "</g>"


# ---- figures: a bust 200 wide, 260 high ---------------------------------------------------
def _eyes(look="open", c="#3A2A22"):
    if look == "smile":
        return path("M70,90 Q80,80 90,90 M110,90 Q120,80 130,90", stroke=c, sw=5)
    if look == "worry":
        return circ(80, 92, 6, c) + circ(120, 92, 6, c) + path("M66,78 L90,70 M134,78 L110,70", stroke=c, sw=5)
    if look == "shock":
        return (circ(79, 90, 12, "#fff") + circ(121, 90, 12, "#fff") + circ(79, 91, 6, c) + circ(121, 91, 6, c)
                + path("M64,70 Q78,60 92,68 M136,70 Q122,60 108,68", stroke=c, sw=5))
    return circ(80, 90, 6, c) + circ(120, 90, 6, c) + path("M68,75 Q80,69 91,75 M109,75 Q120,69 132,75", stroke=c, sw=5)


def _mouth(m="smile", c="#B5523B"):
    return {
        "smile": path("M82,113 Q100,130 118,113", stroke=c, sw=5),
        "open": path("M82,112 Q100,116 118,112 Q116,134 100,134 Q84,134 82,112Z", "#9C3B2C") + path("M86,114 Q100,118 114,114 L112,119 Q100,122 88,119Z", "#fff"),
        "sad": path("M85,124 Q100,110 115,124", stroke=c, sw=5),
        "o": ell(100, 121, 9, 12, "#9C3B2C"),
        "flat": path("M86,118 L114,118", stroke=c, sw=5),
        "smirk": path("M84,118 Q104,126 122,108", stroke=c, sw=5),
    }[m]


def _base(cloth, skin=SKIN, collar=""):
    return (path("M2,262 C2,196 44,166 82,158 L118,158 C156,166 198,196 198,262 Z", cloth)
            + path("M80,120 L120,120 L122,164 Q100,186 78,164 Z", SKIN_D) + collar
            + circ(51, 92, 11, SKIN2) + circ(149, 92, 11, SKIN2)
            + path("M52,80 C52,36 148,36 148,80 C150,124 128,146 100,146 C72,146 50,124 52,80Z", skin)
            + ell(70, 110, 9, 6, "#F5A58A", 0.5) + ell(130, 110, 9, 6, "#F5A58A", 0.5))


HAIR_M = "M47,88 C36,34 66,12 104,14 C148,12 166,42 153,88 C150,72 144,62 136,56 C112,62 84,58 70,50 C62,58 52,70 47,88Z"
HAIR_FRINGE = "M47,92 C46,44 74,26 102,26 C132,26 154,46 153,92 C146,70 132,56 112,48 C100,62 70,72 47,92Z"


def man(cloth="#2F6FB5", hair="#2B2320", look="open", mouth="smile", tie=None):
    collar = path("M78,160 L100,190 L122,160 L130,176 L100,204 L70,176Z", "#fff", opacity=0.9)
    if tie:
        collar += path("M92,190 L108,190 L114,262 L86,262Z", tie)
    return _base(cloth, collar=collar) + path(HAIR_M, hair) + _eyes(look) + _mouth(mouth)


def woman(cloth="#D9567A", hair="#3A2722", look="open", mouth="smile"):
    back = path("M40,96 C28,22 70,6 100,6 C130,6 172,22 160,96 C166,140 164,168 154,184 L46,184 C36,168 34,140 40,96Z", hair)
    return back + _base(cloth, collar=path("M78,160 Q100,196 122,160 L118,158 Q100,180 82,158Z", "#fff", opacity=0.85)) + path(HAIR_FRINGE, hair) + _eyes(look) + _mouth(mouth)


def granny(cloth="#A8486B", look="open", mouth="smile"):
    hair = "#D5D7DC"
    back = circ(100, 14, 28, "#C4C7CE") + path("M42,94 C34,30 70,12 100,12 C130,12 166,30 158,94 C162,110 156,122 150,126 L50,126 C44,122 38,110 42,94Z", hair)
    glasses = path("M60,90 a20,20 0 1,0 40,0 a20,20 0 1,0 -40,0 M100,90 a20,20 0 1,0 40,0 a20,20 0 1,0 -40,0", stroke="#7A4A2B", sw=4)
    wr = path("M66,120 q-4,8 2,14 M134,120 q4,8 -2,14", stroke="#D99F78", sw=3)
    return (back + _base(cloth, collar=path("M74,160 L100,182 L126,160 L134,170 L100,200 L66,170Z", "#F3C8D5"))
            + path("M47,88 C46,42 76,26 100,28 C126,26 154,42 153,88 C142,66 122,56 100,52 C78,56 58,66 47,88Z", hair)
            + _eyes(look) + glasses + wr + _mouth(mouth))


def grandpa(cloth="#3E7A6B", look="open", mouth="smile"):
    hair = "#E3E5E8"
    side = path("M46,98 C38,70 44,52 58,46 C52,62 52,80 54,98Z M154,98 C162,70 156,52 142,46 C148,62 148,80 146,98Z", hair)
    brow = path("M66,76 Q80,66 92,74 M108,74 Q120,66 134,76", stroke="#fff", sw=7)
    wr = path("M80,54 Q100,48 120,54 M84,62 Q100,57 116,62 M66,120 q-4,8 2,14 M134,120 q4,8 -2,14", stroke="#D99F78", sw=3)
    eyes = circ(80, 90, 6, "#3A2A22") + circ(120, 90, 6, "#3A2A22") if look == "open" else _eyes(look)
    return (_base(cloth, collar=path("M78,160 L100,186 L122,160 L132,174 L100,206 L68,174Z", "#E8F2EE")) + side + brow + wr
            + eyes + path("M80,112 Q100,102 120,112 Q110,118 100,114 Q90,118 80,112Z", "#F2F3F5") + _mouth(mouth).replace("113", "119").replace("130", "134"))


def headset(cloth="#F2F4F8", lady=True, look="smile", mouth="open"):
    """Somebody with a headset."""
    p = woman("#3C5A96", look=look, mouth=mouth) if lady else man(look=look, mouth=mouth)
    return p + path("M42,92 C38,0 162,0 158,92", stroke="#20304E", sw=9) + rect(30, 78, 24, 40, "#20304E", 10) + rect(146, 78, 24, 40, "#20304E", 10) + path("M156,116 Q156,140 124,136", stroke="#20304E", sw=6) + circ(122, 136, 7, "#20304E")


def uniform(look="open", mouth="flat"):
    """A generic uniform without any real emblem."""
    shirt = "#7FA8DC"
    collar = (path("M78,160 L100,188 L122,160 L134,178 L102,206 L98,206 L66,178Z", "#A9C6EC") + path("M92,190 L108,190 L115,262 L85,262Z", "#17253F")
              + rect(26, 182, 36, 12, "#17253F", 3) + rect(138, 182, 36, 12, "#17253F", 3))
    cap = (path("M34,58 C30,10 170,10 166,58 C150,46 50,46 34,58Z", "#1C2F55") + path("M46,52 C70,44 130,44 154,52 L152,72 C130,62 70,62 48,72Z", "#101C36")
           + path("M46,70 C70,60 130,60 154,70 C140,82 60,82 46,70Z", "#0A1224") + path("M48,62 C72,54 128,54 152,62", stroke="#D8B35A", sw=4))
    return _base(shirt, collar=collar) + path("M50,88 Q48,70 56,62 L58,88Z M150,88 Q152,70 144,62 L142,88Z", "#2B2320") + _eyes(look) + _mouth(mouth) + cap


def crook(hood="#30343F", look="mask", mouth="smirk"):
    """Hood and eye mask."""
    return (path("M8,262 C4,150 14,4 100,2 C186,4 196,150 192,262Z", hood) + path("M36,120 C32,40 60,20 100,20 C140,20 168,40 164,120 C160,160 130,178 100,178 C70,178 40,160 36,120Z", "#15171D")
            + path("M54,84 C54,44 146,44 146,84 C148,124 128,150 100,150 C72,150 52,124 54,84Z", "#F0C49C")
            + path("M48,78 Q100,62 152,78 L149,104 Q122,112 104,98 L96,98 Q78,112 51,104Z", "#0C0D11")
            + path("M66,88 Q80,80 92,92 Q78,98 66,88Z M134,88 Q120,80 108,92 Q122,98 134,88Z", "#fff") + circ(81, 90, 4, "#111") + circ(119, 90, 4, "#111")
            + path("M82,124 Q104,136 124,114", stroke="#7B3A2A", sw=5)
            + path("M8,262 C8,205 40,180 70,170 L100,196 L130,170 C160,180 192,205 192,262Z", hood) + path("M84,182 L80,222 M116,182 L120,222", stroke="#8A90A0", sw=5))


def youth(cloth="#F2A33A", hair="#2A2220", look="open", mouth="smile"):
    spikes = "M46,90 C34,40 52,22 66,18 C74,6 98,6 106,12 C128,4 150,16 154,36 C164,52 158,76 154,90 C150,72 142,60 130,54 L118,60 L104,50 L90,62 L76,52 C60,60 52,72 46,90Z"
    collar = path("M76,160 Q100,192 124,160 L134,168 Q100,214 66,168Z", "#fff", opacity=0.85)
    return _base(cloth, collar=collar) + path(spikes, hair) + _eyes(look) + _mouth(mouth)


# ---- things -------------------------------------------------------------------------------
def phone(x, y, w, h, screen="#F3F6FB", body="#141A26", bez=None):
    b = bez or w * 0.045
    r = w * 0.12
    return (rect(x + 8, y + 14, w, h, "#000", r, opacity=0.22) + rect(x, y, w, h, body, r) + rect(x, y, w, h, "none", r, "#48546C", max(2, w*0.008))
            + rect(x + b, y + b, w - 2*b, h - 2*b, screen, r - b*0.6) + rect(x + w/2 - w*0.12, y + b*1.55, w*0.24, b*0.7, "#0A0D14", b*0.35))


def bubble(x, y, w, h, fill, side="left", r=26, tail=24):
    ty = y + min(h - r - tail, 40)
    if side == "left":
        t = path(f"M{x+2},{ty} L{x-tail},{ty+tail*0.5} L{x+2},{ty+tail*1.2}Z", fill)
    elif side == "right":
        t = path(f"M{x+w-2},{ty} L{x+w+tail},{ty+tail*0.5} L{x+w-2},{ty+tail*1.2}Z", fill)
    else:
        t = ""
    return rect(x, y, w, h, fill, r) + t


def shield(x, y, s, c1="#1F6FE0", c2="#0E3F96", edge="#F6CF6B", mark="check"):
    """About 200 x 240 at scale 1."""
    out = path("M100,0 C130,22 165,32 200,34 L200,120 C200,180 150,220 100,242 C50,220 0,180 0,120 L0,34 C35,32 70,22 100,0Z", edge)
    out += path("M100,16 C128,36 158,44 186,47 L186,120 C186,170 144,204 100,225 C56,204 14,170 14,120 L14,47 C42,44 72,36 100,16Z", c1)
    out += path("M100,16 C128,36 158,44 186,47 L186,120 C186,170 144,204 100,225Z", c2)
    if mark == "check":
        out += path("M54,122 L90,158 L150,88", stroke="#fff", sw=22)
    elif mark == "!":
        out += path("M100,68 L100,132", stroke="#fff", sw=24) + circ(100, 170, 14, "#fff")
    return g(x, y, s, out)


def coin(x, y, r):
    return (circ(x, y, r, "#D9941B") + circ(x, y, r*0.92, "#FFC93C") + circ(x, y, r*0.70, "none", "#E8A823", r*0.09)
            + path(f"M{x-r*.30},{y-r*.38} L{x},{y-r*.02} L{x+r*.30},{y-r*.38} M{x},{y-r*.02} L{x},{y+r*.46} M{x-r*.30},{y+r*.04} L{x+r*.30},{y+r*.04} M{x-r*.30},{y+r*.24} L{x+r*.30},{y+r*.24}", stroke="#A96A08", sw=r*0.12))


def banknote(x, y, w, h, c1="#E2574C", c2="#F48B7E", rot=0):
    body = rect(-w/2, -h/2, w, h, c1, h*0.06) + rect(-w/2 + h*.07, -h/2 + h*.07, w - h*.14, h - h*.14, "none", h*.04, c2, h*.03)
    body += circ(0, 0, h*0.28, c2) + path(f"M{-h*.13},{-h*.17} L0,{-h*.01} L{h*.13},{-h*.17} M0,{-h*.01} L0,{h*.2} M{-h*.13},{h*.03} L{h*.13},{h*.03} M{-h*.13},{h*.12} L{h*.13},{h*.12}", stroke=c1, sw=h*.05)
    body += circ(-w*.36, 0, h*.08, c2) + circ(w*.36, 0, h*.08, c2)
    return g(x, y, 1, body, rot=rot)


def hook(x, y, s, c="#C9D2DE"):
    """A fish hook hanging on a line from above; the eye is at x, y."""
    d = "M0,0 L0,190 C0,262 -112,262 -112,186 L-112,160"
    return g(x, y, s, path(d, stroke="#6D7889", sw=26), path(d, stroke=c, sw=16), path("M-112,128 L-132,182 L-112,170 L-88,186Z", "#6D7889"), circ(0, -12, 16, "none", "#6D7889", 10))


def card(x, y, w, fill="#2B6CC4", rot=0, chip=True):
    h = w * 0.63
    return g(x, y, 1, rect(-w/2, -h/2, w, h, fill, w*.05), rect(-w/2, -h*.30, w, h*.16, "#000", opacity=0.28),
             rect(-w*.40, -h*.02, w*.15, h*.19, "#F6CF6B", w*.02) if chip else "",
             rect(-w*.40, h*.28, w*.13, h*.07, "#fff", 3, opacity=.8), rect(-w*.23, h*.28, w*.13, h*.07, "#fff", 3, opacity=.8), rect(-w*.06, h*.28, w*.13, h*.07, "#fff", 3, opacity=.8),
             waves(w*.26, h*.10, w*.03, 3, w*.035, "#fff", w*.014), rot=rot)


def sim(x, y, w, fill="#F3F5F8", rot=0):
    h = w * 1.3
    return g(x, y, 1, path(f"M{-w/2},{-h/2} L{w*.22},{-h/2} L{w/2},{-h/2+w*.28} L{w/2},{h/2} L{-w/2},{h/2}Z", fill, "#B6C0CE", w*.03),
             rect(-w*.30, -h*.08, w*.6, h*.42, "#F6CF6B", w*.06), path(f"M0,{-h*.08} L0,{h*.34} M{-w*.3},{h*.13} L{w*.3},{h*.13}", stroke="#B8892A", sw=w*.03), rot=rot)


def warn(x, y, s, fill="#FFC93C", fg="#7A1010"):
    return g(x, y, s, path("M100,6 L196,176 L4,176Z", fill, fill, 16), path("M100,62 L100,116", stroke=fg, sw=20), circ(100, 148, 12, fg))


def cross_badge(x, y, r, fill="#E5322D"):
    return circ(x, y, r, fill, "#fff", r*.12) + path(f"M{x-r*.42},{y-r*.42} L{x+r*.42},{y+r*.42} M{x+r*.42},{y-r*.42} L{x-r*.42},{y+r*.42}", stroke="#fff", sw=r*.24)


def tick_badge(x, y, r, fill="#19A05B"):
    return circ(x, y, r, fill, "#fff", r*.12) + path(f"M{x-r*.45},{y+r*.02} L{x-r*.1},{y+r*.38} L{x+r*.48},{y-r*.36}", stroke="#fff", sw=r*.24)


def handset(x, y, s, fill="#fff", rot=0):
    """A telephone receiver, about 200 wide, centred."""
    return g(x, y, s, path("M-96,-40 C-50,-88 50,-88 96,-40 C104,-26 104,-6 98,8 L54,8 C46,4 44,-22 44,-26 C20,-36 -20,-36 -44,-26 C-44,-22 -46,4 -54,8 L-98,8 C-104,-6 -104,-26 -96,-40Z", fill), rot=rot)


def waves(x, y, r0, n, step, color, sw=10, a0=-40, a1=40):
    out = []
    for i in range(n):
        r = r0 + i * step
        p0 = (x + r*math.cos(math.radians(a0)), y + r*math.sin(math.radians(a0)))
        p1 = (x + r*math.cos(math.radians(a1)), y + r*math.sin(math.radians(a1)))
        out.append(path(f"M{p0[0]:.1f},{p0[1]:.1f} A{r},{r} 0 0 1 {p1[0]:.1f},{p1[1]:.1f}", stroke=color, sw=sw, opacity=round(1 - i*0.25, 2)))
    return "".join(out)


def heart(x, y, s, fill="#F0476B"):
    return g(x, y, s, path("M0,30 C-60,-40 -120,10 -92,64 C-76,96 -30,124 0,150 C30,124 76,96 92,64 C120,10 60,-40 0,30Z", fill))


def pill_bottle(x, y, s, fill="#D97B29"):
    return g(x, y, s, rect(14, 0, 92, 34, "#F5F0E6", 8), rect(14, 22, 92, 8, "#D8CFBD"), path("M6,44 Q6,34 18,34 L102,34 Q114,34 114,44 L114,176 Q114,190 100,190 L20,190 Q6,190 6,176Z", fill),
             rect(6, 76, 108, 76, "#FFF6E0"), path("M60,144 C20,124 30,92 60,84 C90,92 100,124 60,144Z", "#4FA65A"), path("M60,146 L60,100 M60,122 L44,108 M60,116 L76,102", stroke="#E9F7E6", sw=5))


def gift(x, y, s, c="#E23B3B", rib="#FFD35A"):
    return g(x, y, s, rect(10, 62, 180, 118, c, 8), rect(0, 42, 200, 44, c, 8), rect(0, 80, 200, 8, "#000", opacity=.15), rect(84, 42, 32, 138, rib),
             path("M100,42 C60,40 44,8 66,2 C88,-2 98,20 100,42 C102,20 112,-2 134,2 C156,8 140,40 100,42Z", "none", rib, 12))


def eggs(x, y, s):
    return g(x, y, s, ell(40, 44, 34, 44, "#F7DDBB"), ell(110, 40, 34, 44, "#F3CFA3"), ell(180, 44, 34, 44, "#F7DDBB"), path("M-10,58 L230,58 L206,130 Q204,136 196,136 L24,136 Q16,136 14,130Z", "#C98D4B"),
             path("M0,84 L222,84 M10,110 L212,110", stroke="#A66F33", sw=6))


def eye(x, y, s, iris="#E5322D"):
    return g(x, y, s, path("M-110,0 Q0,-96 110,0 Q0,96 -110,0Z", "#fff", "#161B2A", 10), circ(0, 0, 42, iris), circ(0, 0, 20, "#111"), circ(14, -14, 9, "#fff"))


def lock(x, y, s, c="#F6C445"):
    return g(x, y, s, path("M40,90 L40,60 C40,-4 140,-4 140,60 L140,90", stroke="#DCE3EC", sw=22), rect(14, 84, 152, 116, c, 20), circ(90, 132, 17, "#6B4A06"), rect(82, 136, 16, 36, "#6B4A06", 6))


def link_icon(x, y, s, c="#fff"):
    return g(x, y, s, path("M-14,14 L-46,46 C-66,66 -100,34 -78,12 L-44,-22 M14,-14 L46,-46 C66,-66 100,-34 78,-12 L44,22 M-26,26 L26,-26", stroke=c, sw=22))


def idcard(x, y, s):
    return g(x, y, s, rect(-100, -64, 200, 128, "#F4F8FF", 14), circ(-48, -14, 24, "#8FA9CF"), path("M-88,44 C-88,6 -8,6 -8,44Z", "#8FA9CF"), rect(14, -36, 66, 14, "#B8C8E0", 7), rect(14, -8, 66, 14, "#B8C8E0", 7), rect(14, 20, 44, 14, "#B8C8E0", 7))


def transfer_icon(x, y, s):
    return g(x, y, s, coin(-46, 0, 44), path("M18,-22 L86,-22 L64,-44 M86,22 L18,22 L40,44", stroke="#fff", sw=16))


def gamepad(x, y, s, c="#5B6CF0"):
    return g(x, y, s, path("M-110,-40 C-90,-76 -50,-60 -36,-56 L36,-56 C50,-60 90,-76 110,-40 C136,20 132,84 96,80 C74,78 62,40 44,36 L-44,36 C-62,40 -74,78 -96,80 C-132,84 -136,20 -110,-40Z", c),
             path("M-64,-34 L-64,14 M-88,-10 L-40,-10", stroke="#fff", sw=15), circ(54, -26, 12, "#FFD35A"), circ(80, -4, 12, "#FF6B6B"), circ(30, -4, 12, "#5DE0A2"))


def chart(x, y, w, h, up="#FF4D4D", down="#18B26B"):
    """A rise, then the fall: red is up and green is down on Chinese markets."""
    pts = [(0, .82), (.14, .70), (.26, .74), (.40, .46), (.52, .50), (.64, .16)]
    a = "M" + " L".join(f"{x + p*w:.0f},{y + q*h:.0f}" for p, q in pts)
    b = f"M{x+.64*w:.0f},{y+.16*h:.0f} L{x+.76*w:.0f},{y+.62*h:.0f} L{x+.82*w:.0f},{y+.54*h:.0f} L{x+.97*w:.0f},{y+.97*h:.0f}"
    return path(a, stroke=up, sw=w*.03) + path(b, stroke=down, sw=w*.03)


def cuffs(x, y, s, c="#DCE3EC"):
    ring = lambda cx: circ(cx, 0, 62, "none", "#6D7889", 26) + circ(cx, 0, 62, "none", c, 16)
    return g(x, y, s, path("M-40,0 L40,0", stroke="#6D7889", sw=20), path("M-40,0 L40,0", stroke=c, sw=10), ring(-104), ring(104), rect(-56, -22, 26, 44, "#8B97A8", 6), rect(30, -22, 26, 44, "#8B97A8", 6))
