"""deploy/demo --check: one cycle of the playlist on a headless screen, judged by an independent decode; prints one JSON line."""
import hashlib
import json
import sys
import time

import attack
import judge
from programs import Failed, say, wait_for


SHAPES = ("landscape", "portrait", "strip")


def shape_of(width, height):
    """As shared/layout: a strip from 3:1 on."""
    return "strip" if width >= 3 * height else "portrait" if height > width else "landscape"


def for_shape(renditions, shape):
    """Those that a screen of this shape may show: of the variant for it, else of the item's own picture."""
    named = [r for r in renditions if r["profile"].startswith(shape + "-")]
    return named or [r for r in renditions if not r["profile"].startswith(tuple(s + "-" for s in SHAPES))]


def references(demo, screen):
    """All that may be seen: every rendition for this shape of screen of every approved item as ffmpeg decodes the approved bytes; texts and the slate as
    fz-render, a process of its own, draws them from the approved text."""
    refs = judge.References()
    folder = demo.folder / "references"
    folder.mkdir(exist_ok=True)

    def add(item, file, still):
        refs.add(item, judge.decode(file, demo.width, demo.height, demo.height, still))

    for item in demo.state["items"].values():
        if item["state"] != "approved":
            continue
        for rendition in for_shape(item["renditions"], shape_of(demo.width, demo.height)):
            file = approved_bytes(demo, rendition["sha256"])
            if rendition["profile"] == "audio":
                continue  # it is heard while the slate is on; judged by the tap of the sound
            if rendition["profile"] != "text":
                add(item["id"], file, rendition["duration_ms"] == 0)
                continue
            for page in draw(demo, folder / f"text-{item['id']}", "--document", file):
                add(item["id"], page, True)
    for number, how in enumerate(slates(demo, screen)):
        for page in draw(demo, folder / f"slate-{number}", "--slate", *how):
            add("slate", page, True)
    return refs


def slates(demo, screen):
    """The built-in slate as it may be seen: before the agent has spoken, before and with its code, and with its site."""
    server, code, site = ["--server", demo.server_url], ["--code", demo.state["code"]], ["--site", screen.get("site_name", "")]
    return [["fallback"], ["enrol", *server], ["enrol", *code, *server], *([state, *site, *server] for state in ("waiting", "fallback", "clock"))]


def approved_bytes(demo, sha):
    """The file in the media folder with this name, if its bytes still have that hash."""
    for path in (demo.folder / "server").rglob(f"*{sha[-60:]}*"):
        if hashlib.sha256(path.read_bytes()).hexdigest() == sha:
            return path
    raise Failed(f"rendition {sha} is not in the media folder with its own bytes")


def draw(demo, stem, *arguments, size=None):
    """The PNG pages that fz-render makes, of the whole surface or of this size."""
    answer = demo.programs.json("fz-render", *arguments, "--size", size or demo.options.size, "--out", stem, "--json")
    return [page["file"] for page in answer["pages"]]


def recorded(demo):
    return demo.fz("shenhe2", "plays", "--limit", "1000")["plays"]


def wait_for_cycle(demo, expected, seconds, known=frozenset()):
    """Until the server has a complete play of every approval in `expected`, plays in `known` not counted."""
    def all_there():
        missing = expected - {p["approval"] for p in recorded(demo) if p["end"] == "completed" and p["id"] not in known}
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


def screen_status(demo):
    screen = demo.fz("admin", "screens", "--id", demo.state["screen"])
    return screen, screen.get("status") or {}


def planted(demo, planned):
    """The attack, and a whole cycle after the screen has taken the attacker's list. Returns the alarms of it in the screen's status."""
    begun = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    say("攻击者签发自己的播放单，服务器重启 …", "the attacker signs a list of his own, the server starts again")
    version = attack.plant(demo)
    wait_for("the screen takes the attacker's list as current", 120,
             lambda: screen_status(demo)[1].get("set_version", 0) >= version, demo.programs, every=1)
    say("屏幕已收到，再播一轮 …", "the screen has it; one more cycle")
    expected = {i["approval"] for i in demo.state["items"].values()}
    wait_for_cycle(demo, expected, planned * 2 + 90, {p["id"] for p in recorded(demo)})
    return [a for a in screen_status(demo)[1].get("alarms", []) if a["code"].startswith("trust_") and a["at"][:19] >= begun]


def prepare(demo):
    """Server, keys, accounts and items, up to the approvals."""
    demo.start_server()
    demo.ceremony()
    demo.organisation()
    demo.upload()
    demo.review()


def verdict_of(demo, published, frames, presented, rows, screen):
    """What the judge says of the frames, and how many plays are recorded as what was seen."""
    verdict = judge.judge(frames, references(demo, screen), demo.height)
    approvals = {i["id"]: i["approval"] for i in published.values()}
    sounds = {i["approval"] for i in published.values() if i["kind"] == "audio"}
    heard = judge.heard(demo.heard)

    def is_right(play):
        approval, seen = rows[play]["approval"], verdict["plays"].get(play)
        return approval == approvals.get(seen) or (approval in sounds and seen == "slate" and play in heard)
    right = sum(1 for p in presented if p in rows and is_right(p))
    spoken = {rows[p]["approval"] for p in presented if p in rows and rows[p]["approval"] in sounds and is_right(p)}
    for f in verdict["unapproved"][:5]:
        print(f"unapproved frame at {f.t_ms:.0f}: luma {f.luma} crc {f.crc} play {f.play}", file=sys.stderr)
    return right, {
        "items_published": len(published), "items_presented": len(verdict["items"] & set(approvals)) + len(spoken),
        "unapproved_frames": verdict["unapproved_frames"], "plays_recorded": len(rows), "plays_presented": len(presented),
        "late_p99_ms": verdict["late_p99_ms"], "black_frames": verdict["black_frames"], "lost_frames": verdict["lost_frames"]}


def run(demo):
    prepare(demo)
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
    planned = sum(demo.duration(i) for i in published.values()) / 1000
    started = time.monotonic()
    wait_for_cycle(demo, set(published), planned * 2 + 90)
    cycle = time.monotonic() - started
    alarms = planted(demo, planned) if demo.options.attack else []
    frames, presented, rows = settle(demo, since)
    memory = {f"rss_{k}_mb": demo.programs.rss_mb(k) for k in ("server", "agent", "screen")}
    screen, _ = screen_status(demo)
    demo.programs.end("agent")
    demo.programs.end("screen")

    say("用独立解码核对画面 …", "judging the frames by an independent decode")
    right, result = verdict_of(demo, published, frames, presented, rows, screen)
    result.update({"cycle_s": round(cycle, 1), **memory})
    if demo.options.attack:
        result.update({"forgeries": len(attack.FORGERIES), "alarms": [a["code"] for a in alarms]})
    print(json.dumps(result, ensure_ascii=False))
    good = (result["items_presented"] == result["items_published"] and result["unapproved_frames"] == 0 and result["black_frames"] == 0
            and result["lost_frames"] == 0 and result["plays_recorded"] == result["plays_presented"] == right
            and (bool(alarms) or not demo.options.attack))
    return 0 if good else 1
