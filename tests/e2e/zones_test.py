"""A whole product with a layout: main picture, side panel, the place's facts and a running line, on a landscape and on a portrait surface.
What stands in every zone is judged against ffmpeg's and fz-render's own drawing of what was approved. Usage: zones_test.py TREE"""
import json
import pathlib
import shutil
import sys
import tempfile
import time
import types

TREE = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(TREE / "deploy/lib"))
import check  # noqa: E402
import demo  # noqa: E402
import judge  # noqa: E402
import zones  # noqa: E402
from programs import wait_for  # noqa: E402

SAMPLES = TREE / "content-samples"
LAYOUT, FACTS, SLOGAN = SAMPLES / "layouts/hall.json", SAMPLES / "facts/local.json", SAMPLES / "slogans/96110.json"
MAIN, SIDE = SAMPLES / "posters/three-noes.png", SAMPLES / "posters/two-cards.jpg"
ENOUGH = 60  # frames: two seconds


def approved_texts(office):
    """The layout and the facts, signed like everything else."""
    items = office.state["items"]
    for file, kind in ((LAYOUT, "layout"), (FACTS, "facts")):
        item = office.fz("wenyuan", "text", file)
        items[file.name] = {"id": item["id"], "kind": kind, "title": kind, "ms": 0, "state": "uploaded"}
    office.review()
    assert all(i["state"] == "approved" for i in items.values()), items
    return {pathlib.Path(name).name: i["id"] for name, i in items.items()}


def campaign(office, ids, name, file, *more):
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
    until = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400))
    office.fz("shenhe2", "campaigns", "add", "--name", name, "--unit", office.state["organisation"]["unit"], "--from", today, "--until", until,
              "--item", f"{ids[file.name]}:6000", *more, "--active")


def judged(office, width, height):
    """Every zone of a surface of this size; the screen shows them already, or soon."""
    where = zones.rectangles(json.loads(LAYOUT.read_text(encoding="utf-8")), width, height)

    def playing(zone, kind, file):
        def look():
            frames = judge.read_tap(office.tap, zone) if office.tap.exists() else []
            seen, strange = zones.judge_zone(frames[-600:], where[kind][2:], {file: zones.png_size(file)})
            return (seen, strange) if seen[file] >= ENOUGH else None
        return wait_for(f"{file.name} in the {kind} zone of {width}x{height}", 120, look, office.programs, every=2)
    playing("main", "main", MAIN)
    seen, strange = playing("side", "side", SIDE)
    assert not strange, f"{len(strange)} frames of the side zone show something else"
    other, unknown = zones.judge_zone(judge.read_tap(office.tap, "side")[-60:], where["side"][2:], {MAIN: zones.png_size(MAIN)})
    assert other[MAIN] == 0 and unknown, "the judge tells the two pictures apart"

    surface, preview = office.folder / f"surface-{width}.jpg", office.preview / "preview.jpg"
    card = check.draw(office, office.folder / f"card-{width}.png", "--document", FACTS, "--as", "corner", "--region", demo.REGION,
                      "--screen", f"{width}x{height}", size="{}x{}".format(*where["corner"][2:]))[0]
    line = check.draw(office, office.folder / f"line-{width}.png", "--ticker", json.loads(SLOGAN.read_text(encoding="utf-8"))["text"],
                      size="{}x{}".format(*where["ticker"][2:]))[0]

    def looks():
        shutil.copy(preview, surface)
        return zones.shows_card(surface, where["corner"], card)
    wait_for("the card of the place's facts", 30, looks, office.programs, every=1)
    assert not zones.shows_card(surface, where["side"], card), "nor is anything else taken for it"
    places = []

    def runs():
        shutil.copy(preview, surface)
        found = zones.find_line(surface, where["ticker"], line, zones.png_size(line))
        if found and found[1] <= zones.MOST_DIFFERENCE:
            places.append(found[0])
        return len(set(places)) >= 3
    wait_for("the running line at three places", 60, runs, office.programs, every=1)
    return {k: v[2:] for k, v in where.items()}


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fanzha-zones-"))
    options = types.SimpleNamespace(port=0, check=True, headless=True, fullscreen=False, sound=False, size="1920x1080",
                                    items=",".join(f.name for f in (MAIN, SIDE, SLOGAN)), without_approver=[])
    office = demo.Demo(folder, options)
    try:
        check.prepare(office)
        ids = approved_texts(office)
        campaign(office, ids, "主画面", MAIN, "--layout", ids[LAYOUT.name], "--facts", ids[FACTS.name])
        campaign(office, ids, "侧栏", SIDE, "--layer", "side")
        campaign(office, ids, "滚动", SLOGAN, "--layer", "ticker")
        office.start_screen()
        office.enrol()
        office.publish()
        print(judged(office, 1920, 1080))
        # The same screen hung upright: another variant of the layout.
        office.programs.end("agent")
        office.programs.end("screen")
        office.tap.unlink()
        office.options.size = "1080x1920"
        office.start_screen()
        print(judged(office, 1080, 1920))
    finally:
        office.programs.end()
    shutil.rmtree(folder, ignore_errors=True)


main()
