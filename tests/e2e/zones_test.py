"""fz-screen with the sample layout on a landscape and on a portrait surface: what stands in the main zone, the side panel, the card of the
place's facts and the running line is judged against ffmpeg's and fz-render's own drawing. Usage: zones_test.py TREE"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

TREE, BIN = pathlib.Path(sys.argv[1]), pathlib.Path(os.environ["FZ_BIN_DIR"])
sys.path.insert(0, str(TREE / "deploy/lib"))
import judge  # noqa: E402
import zones  # noqa: E402

SAMPLES = TREE / "content-samples"
LAYOUT, FACTS = SAMPLES / "layouts/hall.json", SAMPLES / "facts/local.json"
MAIN, SIDE = SAMPLES / "posters/three-noes.png", SAMPLES / "posters/two-cards.jpg"
LINE = json.loads((SAMPLES / "slogans/96110.json").read_text(encoding="utf-8"))["text"]
REGION, ENOUGH, LIMIT = "500119", 60, 60  # frames, seconds


def draw(out, size, *arguments):
    subprocess.run([BIN / "fz-render", *arguments, "--size", "{}x{}".format(*size), "--out", out], check=True, timeout=60, stdout=subprocess.DEVNULL)
    return out


def wait_for(what, look):
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.5)
    raise SystemExit(f"waited {LIMIT} s in vain: {what}")


def judged(folder, width, height):
    whole, where = (width, height), zones.rectangles(json.loads(LAYOUT.read_text(encoding="utf-8")), width, height)
    tap, preview, surface = folder / "tap.jsonl", folder / "preview.jpg", folder / "surface.jpg"
    card = draw(folder / "card.png", where["corner"][2:], "--document", FACTS, "--as", "corner", "--region", REGION, "--screen", f"{width}x{height}")
    line = draw(folder / "line.png", where["ticker"][2:], "--ticker", LINE)
    with subprocess.Popen([BIN / "fz-screen", "--play", MAIN, "--side", SIDE, "--layout", LAYOUT, "--facts", FACTS, "--region", REGION, "--ticker", LINE,
                           "--sink", "headless", "--size", f"{width}x{height}", "--still-ms", "600000", "--tap", tap, "--preview", folder]) as screen:
        try:
            def playing(zone, file):
                def look():
                    frames = judge.read_tap(tap, zone) if tap.exists() else []
                    seen, strange = zones.judge_zone(frames[-600:], where[zone][2:], {file: zones.png_size(file)})
                    return (seen, strange) if seen[file] >= ENOUGH else None
                return wait_for(f"{file.name} in the {zone} zone of {width}x{height}", look)
            for zone, file in (("main", MAIN), ("side", SIDE)):
                assert not playing(zone, file)[1], f"the {zone} zone shows something else"
            other, unknown = zones.judge_zone(judge.read_tap(tap, "side")[-ENOUGH:], where["side"][2:], {MAIN: zones.png_size(MAIN)})
            assert other[MAIN] == 0 and unknown, "the judge tells the two pictures apart"

            def picture():
                if preview.exists():
                    shutil.copy(preview, surface)
                return preview.exists()
            wait_for("the card of the place's facts", lambda: picture() and zones.shows_card(surface, whole, where["corner"], card))
            assert not zones.shows_card(surface, whole, where["side"], card), "nor is anything else taken for it"
            places = set()

            def runs():
                found = picture() and zones.find_line(surface, whole, where["ticker"], line, zones.png_size(line))
                if found and found[1] <= zones.MOST_DIFFERENCE:
                    places.add(found[0])
                return len(places) >= 3
            wait_for("the running line at three places", runs)
            wrong = zones.find_line(surface, whole, where["main"], line, zones.png_size(line))
            assert wrong is None or wrong[1] > zones.MOST_DIFFERENCE, "nor is anything else taken for it"
        finally:
            screen.terminate()
    print(f"{width}x{height}: all four zones; the line at {sorted(places)}")


for size in ((1920, 1080), (1080, 1920)):
    with tempfile.TemporaryDirectory(prefix="fanzha-zones-") as own:
        judged(pathlib.Path(own), *size)
