"""Writes bulletins/*.json, slogans/*.json, spoken/*.json and manifest.json, and checks them against vocabulary.json."""
import json
import os
import re
import sys
from films import FILMS
from posters import POSTERS
from texts import *

out = sys.argv[1]


def dump(path, obj):
    p = os.path.join(out, path)
    os.makedirs(os.path.dirname(p) or ".", exist_ok=True)
    with open(p, "w", encoding="utf-8") as f:
        json.dump(obj, f, ensure_ascii=False, indent=2)
        f.write("\n")


items = []
for ident, files in POSTERS.items():
    title, kinds, exposes, aud, laws, ms = POSTER_FACTS[ident]
    shape = lambda c: "portrait" if c.h > c.w else "landscape"
    it = {"id": ident}
    if len(files) > 1:
        it["variants"] = [{"file": f, "shape": shape(draw())} for f, draw in files]
    else:
        it["file"] = files[0][0]
    items.append({**it, "kind": "poster", "title": title, "fraud_kinds": kinds, "exposes": exposes, "audiences": aud, "laws": laws, "duration_ms": ms})
for ident, (file, _, _) in FILMS.items():
    title, kinds, exposes, aud, laws = FILM_FACTS[ident]
    items.append({"id": ident, "file": file, "kind": "video", "title": title, "fraud_kinds": kinds, "exposes": exposes, "audiences": aud, "laws": laws})
for ident, title, kind, exposes, aud, ms, how, signs, loss, advice, law, source in BULLETINS:
    f = f"bulletins/{ident}.json"
    dump(f, {"schema": 1, "type": "bulletin", "title": title, "fraud_kind": kind, "exposes": exposes, "how": how, "signs": signs, "loss": loss, "advice": advice,
             "law": {"name": LAW, "article": law[0], "text": law[1]}, "source": source, "hotline": "96110"})
    items.append({"id": "bulletin-" + ident, "file": f, "kind": "bulletin", "title": title, "fraud_kinds": [kind], "exposes": exposes, "audiences": aud, "laws": [ATFL], "duration_ms": ms})
for ident, text, kind, aud in SLOGANS:
    f = f"slogans/{ident.removeprefix('slogan-')}.json"
    dump(f, {"schema": 1, "type": "slogan", "text": text, "fraud_kind": kind, "exposes": "method"})
    items.append({"id": ident, "file": f, "kind": "slogan", "title": text.rstrip("！"), "fraud_kinds": [kind], "exposes": "method", "audiences": aud, "laws": [ATFL], "duration_ms": 10000})
for ident, title, text, voice, speed, kind, aud, ms in SPOKEN:
    f = f"spoken/{ident.removeprefix('spoken-')}.json"
    dump(f, {"text": text, "voice": voice, "speed": speed})
    items.append({"id": ident, "file": f, "kind": "audio", "title": title, "fraud_kinds": [kind], "exposes": "method", "audiences": aud, "laws": [ATFL], "duration_ms": ms})

with open(os.path.join(out, "vocabulary.json"), encoding="utf-8") as f:
    voc = {k: {e["id"] for e in v} for k, v in json.load(f).items() if isinstance(v, list)}
seen = set()
for it in items:
    for key in ("fraud_kinds", "audiences", "laws"):
        if not it[key] or set(it[key]) - voc[key]:
            raise SystemExit(f"{it['id']}: {key} {it[key]} not in the vocabulary")
    if it["id"] in seen or it["exposes"] not in ("method", "case"):
        raise SystemExit(f"{it['id']}: twice, or neither method nor case")
    seen.add(it["id"])
with open(os.path.join(out, "src", "texts.py"), encoding="utf-8") as f:
    words = f.read()
for n in re.findall(r"(?<![0-9.A-Za-z#])\d{5,}", words):
    if n not in ("96110", "12381") and not n.endswith("000"):
        raise SystemExit(f"a number that could be somebody's: {n}")
dump("manifest.json", items)
print(f"{len(items)} items")
