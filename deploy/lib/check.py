"""deploy/demo --check: one cycle of the playlist on a headless screen, judged by an independent decode; prints one JSON line."""
import hashlib
import json
import sys
import time

import attack
import judge
from programs import Failed, wait_for

SLATES = ("enrol", "waiting", "fallback", "clock")


def references(demo, screen):
    """All that may be seen: every rendition of every approved item as ffmpeg decodes the approved bytes; texts and the slate as
    fz-render, a process of its own, draws them from the approved text."""
    refs = judge.References()
    folder = demo.folder / "references"
    folder.mkdir(exist_ok=True)

    def add(item, file, still):
        refs.add(item, judge.decode(file, demo.width, demo.height, demo.height, still))

    for item in demo.state["items"].values():
        if item["state"] != "approved":
            continue
        for rendition in item["renditions"]:
            file = approved_bytes(demo, rendition["sha256"])
            if rendition["profile"] != "text":
                add(item["id"], file, rendition["duration_ms"] == 0)
                continue
            for page in draw(demo, folder / f"text-{item['id']}", "--document", file):
                add(item["id"], page, True)
    site = screen.get("site_name", "")
    for state in SLATES:
        code = ["--code", demo.state["code"]] if state == "enrol" else ["--site", site]
        for number, where in enumerate(([*code, "--server", demo.server_url], code)):
            for page in draw(demo, folder / f"slate-{state}-{number}", "--slate", state, *where):
                add("slate", page, True)
    return refs


def approved_bytes(demo, sha):
    """The file in the media folder with this name, if its bytes still have that hash."""
    for path in (demo.folder / "server").rglob(f"*{sha[-60:]}*"):
        if hashlib.sha256(path.read_bytes()).hexdigest() == sha:
            return path
    raise Failed(f"rendition {sha} is not in the media folder with its own bytes")


def draw(demo, stem, *arguments):
    """The PNG pages that fz-render makes."""
    answer = demo.programs.json("fz-render", *arguments, "--size", demo.options.size, "--out", stem, "--json")
    return [page["file"] for page in answer["pages"]]


def recorded(demo):
    return demo.fz("shenhe2", "plays", "--limit", "1000")["plays"]


def wait_for_cycle(demo, expected, seconds):
    """Until the server has a complete play of every approval in `expected`."""
    def all_there():
        missing = expected - {p["approval"] for p in recorded(demo) if p["end"] == "completed"}
        if sys.stderr.isatty():
            print(f"\r还差 {len(missing)} 个条目 items to go ", end="", file=sys.stderr)
        return not missing
    wait_for("every published item is played and recorded", seconds, all_there, demo.programs, every=1)


def settle(demo, since):
    """Frames of the tap since `since`, up to the end of the last play that has ended, and the records of these plays."""
    frames = [f for f in judge.read_tap(demo.tap) if f.t_ms >= since]
    order = list(dict.fromkeys(f.play for f in frames if f.play))
    ended = set(order[:-1])  # the last one may be on air
    last = max((i for i, f in enumerate(frames) if f.play in ended), default=-1)

    def all_recorded():
        rows = {p["id"]: p for p in recorded(demo)}
        return rows if ended <= rows.keys() else None
    rows = wait_for("the records of all ended plays", 30, all_recorded, demo.programs, every=0.5)
    return frames[:last + 1], ended, {k: r for k, r in rows.items() if r["end"] != "skipped" and k != (order[-1] if order else "")}


def nothing_published(demo):
    """With one approver left out: no item may be approved, listed or presented."""
    demo.start_screen()
    demo.enrol()
    since = time.time() * 1000
    demo.publish()
    time.sleep(8)
    frames = [f for f in judge.read_tap(demo.tap) if f.t_ms >= since]
    plays = {f.play for f in frames if f.play}
    return {"items_published": 0, "items_presented": len(plays), "frames": len(frames), "unapproved_frames": sum(bool(f.play) for f in frames)}


def run(demo):
    demo.start_server()
    demo.ceremony()
    demo.organisation()
    demo.upload()
    demo.approve()
    if demo.options.without_approver:
        result = nothing_published(demo)
        print(json.dumps(result))
        return 0 if result["frames"] > 100 and result["unapproved_frames"] == 0 else 1
    unapproved = [i["title"] for i in demo.state["items"].values() if i["state"] != "approved"]
    if unapproved:
        raise Failed("not approved: " + ", ".join(unapproved))
    demo.campaign()
    demo.start_screen()
    demo.enrol()
    since = time.time() * 1000
    demo.publish()
    published = {i["approval"]: i for i in demo.state["items"].values()}
    if demo.options.attack:
        attack.plant(demo)
    planned = sum(demo.duration(i) for i in published.values()) / 1000
    started = time.monotonic()
    wait_for_cycle(demo, set(published), planned * 2 + 90)
    cycle = time.monotonic() - started
    frames, presented, rows = settle(demo, since)
    memory = {f"rss_{k}_mb": demo.programs.rss_mb(k) for k in ("server", "agent", "screen")}
    screen = demo.fz("admin", "screens", "--id", demo.state["screen"])
    demo.programs.end("agent")
    demo.programs.end("screen")

    verdict = judge.judge(frames, references(demo, screen), demo.height)
    approvals = {i["id"]: i["approval"] for i in demo.state["items"].values()}
    right = sum(1 for p in presented if p in rows and rows[p]["approval"] == approvals.get(verdict["plays"].get(p)))
    result = {
        "items_published": len(published), "items_presented": len(verdict["items"] & set(approvals)),
        "unapproved_frames": verdict["unapproved_frames"], "plays_recorded": len(rows), "plays_presented": len(presented),
        "late_p99_ms": verdict["late_p99_ms"], "black_frames": verdict["black_frames"], "lost_frames": verdict["lost_frames"],
        "cycle_s": round(cycle, 1), **memory,
    }
    alarms = (screen.get("status") or {}).get("alarms", [])
    if demo.options.attack:
        result["alarms"] = [a["code"] for a in alarms]
    print(json.dumps(result, ensure_ascii=False))
    for f in verdict["unapproved"][:5]:
        print(f"unapproved frame at {f.t_ms:.0f}: luma {f.luma} crc {f.crc} play {f.play}", file=sys.stderr)
    good = (result["items_presented"] == result["items_published"] and result["unapproved_frames"] == 0 and result["black_frames"] == 0
            and result["plays_recorded"] == result["plays_presented"] == right and (bool(alarms) or not demo.options.attack))
    return 0 if good else 1
