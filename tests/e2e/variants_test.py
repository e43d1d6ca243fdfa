"""One item, two pictures: the server, and two screens with their agents. The landscape one must show the item's own picture, the
portrait one its variant, each as ffmpeg decodes the file that was uploaded. Also: what `fz upload` says of a shape that nobody has.
Usage: variants_test.py TREE"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import types

TREE = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(TREE / "deploy/lib"))
import check  # noqa: E402
import demo  # noqa: E402
import judge  # noqa: E402
from programs import wait_for  # noqa: E402

ITEM = "posters/96110-landscape.png"
SAMPLES = TREE / "content-samples"


def second_screen(office):
    """A portrait screen beside the demo's own; enrolled at the same site. Returns its tap file."""
    socket, tap = office.folder / "tall.sock", office.folder / "tall.jsonl"
    office.programs.start("tall-screen", "fz-screen", "--listen", socket, "--size", "1080x1920", "--sink", "headless", "--tap", tap)
    wait_for("the portrait screen listens", 20, socket.exists, office.programs)
    office.programs.start("tall-agent", "fz-agent", "--server", office.server_url, "--pin", office.pin, "--root", office.keys / "1.root.json",
                          "--data", office.folder / "tall", "--screen-socket", socket)
    code_file = office.folder / "tall" / "enrolment.json"

    def code():
        try:
            return json.loads(code_file.read_text()).get("code")
        except (OSError, json.JSONDecodeError):
            return None
    office.fz("admin", "enrol", wait_for("its code", 30, code, office.programs), "--site", office.state["organisation"]["site"], "--name", "电梯屏")
    return tap


def shows(office, tap, file, width, height):
    """Waits until the tap has two seconds of the picture `file` in one play, and returns that play."""
    crc, grid = judge.decode(SAMPLES / file, width, height, height, True)[0]
    refs = judge.References()
    refs.add(file, [(crc, grid)])

    def look():
        if not tap.exists():
            return None
        plays = {}
        for frame in judge.read_tap(tap):
            if frame.play and refs.match(frame.crc, frame.grid, frame.rows / height):
                plays[frame.play] = plays.get(frame.play, 0) + 1
        return next((p for p, n in plays.items() if n >= 60), None)
    return wait_for(f"{file} on {width}x{height}", 120, look, office.programs, every=0.5)


def never(tap, file, width, height):
    """No frame of a play looks like `file`."""
    refs = judge.References()
    refs.add(file, judge.decode(SAMPLES / file, width, height, height, True))
    wrong = [f for f in judge.read_tap(tap) if f.play and refs.match(f.crc, f.grid, f.rows / height)]
    assert not wrong, f"{file} was shown on {width}x{height}"


def warned(office):
    """Both screens have told their shape, and no strip is among them: said when one is sent, and in the item."""
    def zones():
        told = [s["status"].get("zones") for s in office.fz("admin", "screens")["screens"] if s.get("status")]
        return len(told) == 2 and all(told)
    wait_for("both screens tell what they are", 60, zones, office.programs, every=1)
    draft = office.fz("wenyuan", "upload", SAMPLES / ITEM, "--title", "条屏试验", "--fraud-kind", "general", "--exposes", "method", "--wait", seconds=120)
    line = office.folder / "line.png"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=1920x384:r=1", "-frames:v", "1", str(line)], check=True)
    said = subprocess.run([str(office.programs.path("fz")), "--profile", str(office.folder / "profile-wenyuan.json"), "upload", str(line),
                           "--variant-of", draft["id"], "--shape", "strip", "--wait"], capture_output=True, text=True, timeout=120, check=True)
    assert "strip" in said.stderr and "屏幕" in said.stderr, said.stderr
    detail = office.fz("wenyuan", "item", draft["id"])
    assert [v["warning"]["code"] for v in detail["variants"]] == ["variant_unused"], detail["variants"]
    office.fz("wenyuan", "variant-remove", draft["id"], "strip")
    assert office.fz("wenyuan", "item", draft["id"])["variants"] == []


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fanzha-variants-"))
    options = types.SimpleNamespace(port=0, check=True, headless=True, fullscreen=False, sound=False, size="1920x1080",
                                    items=pathlib.Path(ITEM).name, without_approver=[])
    office = demo.Demo(folder, options)
    try:
        check.prepare(office)
        item = office.state["items"][ITEM]
        profiles = sorted(r["profile"] for r in item["renditions"])
        assert profiles == ["original", "portrait-original"], profiles
        assert item["state"] == "approved", item
        office.campaign()
        office.start_screen()
        office.enrol()
        tall = second_screen(office)
        office.publish()
        assert shows(office, office.tap, ITEM, 1920, 1080)
        assert shows(office, tall, "posters/96110-portrait.png", 1080, 1920)
        never(tall, ITEM, 1080, 1920)
        never(office.tap, "posters/96110-portrait.png", 1920, 1080)
        warned(office)
    finally:
        office.programs.end()
    shutil.rmtree(folder, ignore_errors=True)
    print("both shapes have shown their own picture of", item["id"])


main()
