"""kill -9 at random moments over every program of the product: the real server, the agent, the screen, the decoders, while a clerk
works. Judged from outside: by the tap (a pipe that outlives the screen) and an independent decode for what was shown, by the
server's and the agent's databases for what was recorded, by the clerk's receipts for what was promised.
Usage: kill_every_program_test.py TREE; FZ_BIN_DIR names the programs, FZ_KILLS (default 200) and FZ_SEED choose how many and which."""
import argparse
import collections
import json
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zlib

TREE = pathlib.Path(sys.argv[1])
sys.path[:0] = [str(TREE / "deploy/lib"), str(TREE / "tests/support")]
import check  # noqa: E402
import judge  # noqa: E402
from demo import Demo  # noqa: E402
from outside import PipeTap, processes, rows  # noqa: E402
from programs import Failed, wait_for  # noqa: E402

KILLS = int(os.environ.get("FZ_KILLS") or 200)
SEED = int(os.environ.get("FZ_SEED") or random.SystemRandom().randrange(1 << 24))
ITEMS = "96110-landscape.png,shuadan.jpg,refund.mp4,96110.json,cards.json"
RECOVERY_S = 40  # generous: sanitizers, two cores, other work
PROGRAMS = ("server", "agent", "screen", "decoder")


def poster(seed):
    """A small PNG that nobody has uploaded before."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    rng = random.Random(seed)
    rows = b"".join(b"\0" + rng.randbytes(320 * 3) for _ in range(240))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">2I5B", 320, 240, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


class Clerk(threading.Thread):
    """Uploads posters, imports texts and publishes while everything dies. Remembers what the server said yes to."""

    def __init__(self, demo):
        super().__init__(daemon=True)
        self.demo, self.halt = demo, threading.Event()
        self.tried, self.receipts, self.published = 0, {}, 0
        self.folder = demo.folder / "desk"
        self.folder.mkdir()
        self.start()

    def run(self):
        while not self.halt.wait(0.3):
            self.tried += 1
            try:
                self.work(self.tried)
            except (Failed, subprocess.TimeoutExpired):
                continue  # the server was dead: not promised

    def work(self, n):
        title = f"件 {n}"
        if n % 3 == 0:
            self.demo.fz("shenhe2", "publish", seconds=90)
            self.published += 1
            return
        file = self.folder / f"{n}.{'png' if n % 3 == 1 else 'json'}"
        if n % 3 == 1:
            file.write_bytes(poster(SEED + n))
            item = self.demo.fz("wenyuan", "upload", file, "--title", title, "--fraud-kind", "general", "--exposes", "method", seconds=120)
        else:
            file.write_text(json.dumps({"schema": 1, "type": "slogan", "text": f"第{n}条：转账之前问一问", "fraud_kind": "general", "exposes": "method"}))
            item = self.demo.fz("wenyuan", "text", file, "--title", title, seconds=120)
        self.receipts[title] = item["id"]

    def end(self):
        self.halt.set()
        self.join(200)


class Killer:
    """Starts what was killed, as a supervisor would: the server and the agent; the agent starts the screen and the decoders."""

    def __init__(self, demo, tap):
        self.demo, self.tap = demo, tap
        self.socket = demo.folder / "screen.sock"
        self.kills = collections.Counter()

    def launch_agent(self):
        d = self.demo
        screen = ["--sink", "null", "--size", d.options.size, "--fps", "25", "--tap", self.tap.pipe]
        d.programs.start("agent", "fz-agent", "--server", d.server_url, "--pin", d.pin, "--root", d.keys / "1.root.json", "--data", d.folder / "agent",
                         "--screen-socket", self.socket, "--screen-program", d.programs.path("fz-screen"), *(f"--screen-arg={a}" for a in screen))

    def victims(self, name):
        running = self.demo.programs.running
        if name in ("server", "agent"):
            return [running[name].pid]
        if name == "screen":
            return list(processes("fz-screen", mark=str(self.socket)))
        return list(processes("fz-decode", parents=[running["agent"].pid, running["server"].pid]))

    def kill(self, names, rng):
        """Kills one process of each name; returns the names of those that lived."""
        hit = []
        for name in names:
            if found := self.victims(name):
                os.kill(rng.choice(found), signal.SIGKILL)
                self.kills[name] += 1
                hit.append(name)
        for name in ("server", "agent"):
            process = self.demo.programs.running[name]
            if name not in hit:
                assert process.poll() is None, f"{name} ended by itself with status {process.returncode}:\n{self.demo.programs.log(name)[-3000:]}"
                continue
            assert process.wait(10) == -signal.SIGKILL
            del self.demo.programs.running[name]
        if "server" in hit:
            self.demo.launch_server()
        if "agent" in hit:
            self.launch_agent()
        return hit

    def picture_comes_back(self):
        before = self.tap.frames
        wait_for("new frames of a play", RECOVERY_S, lambda: self.tap.frames > before + 3, self.demo.programs, every=0.02)


class KillEveryProgram(unittest.TestCase):
    maxDiff = None

    def test_shown_recorded_and_promised(self):
        print(f"seed {SEED}, {KILLS} kills", flush=True)
        options = argparse.Namespace(check=True, attack=False, headless=True, fullscreen=False, sound=False, size="1280x720", port=0, items=ITEMS, without_approver=[])
        with tempfile.TemporaryDirectory(prefix="fanzha-kill-") as name:
            demo = Demo(name, options)
            try:
                self.run_all(demo)
            except BaseException:
                for key in ("server", "agent"):
                    print(f"--- {key}\n" + "\n".join(demo.programs.log(key).splitlines()[-40:]), flush=True)
                raise
            finally:
                demo.programs.end()
                for pid in processes("fz-screen", mark=str(demo.folder / "screen.sock")):
                    os.kill(pid, signal.SIGKILL)

    def run_all(self, demo):
        check.prepare(demo)
        for item in demo.state["items"].values():  # short ones: a kill meets every kind and every change
            item["ms"] = 0
        demo.duration = lambda item: max((r["duration_ms"] for r in item["renditions"]), default=0) or 1200
        demo.campaign()
        tap = PipeTap(demo)
        killer = Killer(demo, tap)
        killer.launch_agent()
        demo.enrol()
        demo.publish()
        wait_for("a first play", 60, lambda: tap.frames > 50, demo.programs)
        clerk = Clerk(demo)
        rng = random.Random(SEED)
        longest = 0.0
        while sum(killer.kills.values()) < KILLS:
            time.sleep(rng.uniform(0, 0.7))
            names = [PROGRAMS[rng.randrange(4)]] if rng.randrange(4) else rng.sample(PROGRAMS, 2)
            begun = time.monotonic()
            if killer.kill(names, rng):
                killer.picture_comes_back()
                longest = max(longest, time.monotonic() - begun)
        clerk.end()
        print(f"kills {dict(killer.kills)}, longest until new frames {longest:.1f} s; the clerk: {clerk.tried} tries, "
              f"{len(clerk.receipts)} receipts, {clerk.published} times published", flush=True)
        demo.programs.check()
        self.calm(demo, tap)
        self.promised(demo, clerk)
        self.shown(demo)
        self.recorded(demo, killer)

    def calm(self, demo, tap):
        """Everything that is open comes to its end and to the server."""
        own = demo.folder / "agent/plays.db"
        before = len(rows(own, "SELECT id FROM play"))
        wait_for("a whole cycle in peace", 90, lambda: len(rows(own, "SELECT id FROM play")) > before + 6, demo.programs, every=1)
        demo.programs.end("agent")
        for pid in processes("fz-screen", mark=str(demo.folder / "screen.sock")):
            os.kill(pid, signal.SIGTERM)
        tap.end()
        # An agent that only reports: its screen shows nothing to the tap.
        demo.programs.start("agent", "fz-agent", "--server", demo.server_url, "--pin", demo.pin, "--root", demo.keys / "1.root.json",
                            "--data", demo.folder / "agent", "--screen-socket", demo.folder / "nobody.sock")
        final = {r[0] for r in rows(own, "SELECT id FROM play")}
        wait_for("every record is at the server", 90, lambda: final <= {p["id"] for p in check.recorded(demo)}, demo.programs, every=1)
        demo.programs.end("agent")

    def promised(self, demo, clerk):
        """What the clerk has a receipt for is there, once; what he has none for is there at most once."""
        database = demo.folder / "server/fanzha.db"
        items = rows(database, "SELECT title,id FROM item WHERE title LIKE '件 %'")
        count, ids = collections.Counter(title for title, _ in items), dict(items)
        self.assertEqual({t: ids.get(t) for t in clerk.receipts}, clerk.receipts)
        self.assertEqual({t: n for t, n in count.items() if n > 1}, {}, "twice in the library")
        self.assertGreater(len(clerk.receipts), KILLS // 20)
        for title, item in list(clerk.receipts.items())[-6:]:
            state = demo.fz("wenyuan", "item", item, "--wait", "120", seconds=180)
            self.assertTrue(state["renditions"], f"{title}: {state}")
        trail = rows(database, "SELECT seq,prev,hash,action,object FROM audit ORDER BY seq")
        self.assertEqual([t[0] for t in trail], list(range(1, len(trail) + 1)), "a hole in the audit trail")
        self.assertEqual([t[1] for t in trail[1:]], [t[2] for t in trail[:-1]], "the audit trail's chain is broken")
        created = collections.Counter(t[4] for t in trail if t[3] == "item.create")
        self.assertEqual({i: created[i] for _, i in items}, {i: 1 for _, i in items}, "an item without its entry in the trail")

    def shown(self, demo):
        """Every frame is an approved picture or the slate."""
        screen, _ = check.screen_status(demo)
        frames = judge.read_tap(demo.tap)
        verdict = judge.judge(frames, check.references(demo, screen), demo.height)
        strange = collections.Counter((f.crc, f.luma, f.play) for f in verdict["unapproved"])
        for (crc, luma, play), n in strange.most_common(5):
            print(f"unapproved: {n} frames with crc {crc}, luma {luma}, play {play!r}")
        self.assertEqual((verdict["unapproved_frames"], verdict["black_frames"]), (0, 0))
        self.seen = collections.Counter(f.play for f in frames if f.play)
        approvals = {i["id"]: i["approval"] for i in demo.state["items"].values()}
        self.approval = {play: approvals[item] for play, item in verdict["plays"].items() if item in approvals}

    def recorded(self, demo, killer):
        """One record for every play, at the agent and at the server alike."""
        kept = rows(demo.folder / "agent/plays.db", "SELECT counter,id,approval,end,frames FROM play ORDER BY counter")
        self.assertEqual([k[0] for k in kept], list(range(1, len(kept) + 1)), "a hole in the counters")
        self.assertEqual(len({k[1] for k in kept}), len(kept), "recorded twice")
        received = check.recorded(demo)
        self.assertEqual(len({p["id"] for p in received}), len(received), "received twice")
        self.assertEqual({(p["counter"], p["id"], p["approval"], p["end"], p["frames"]) for p in received}, set(kept))
        unknown = 0
        for _, play, approval, end, frames in kept:
            if end == "unknown":
                unknown += 1
            elif end != "skipped":
                self.assertEqual((play, self.seen.get(play)), (play, frames), f"recorded as {end}")
                self.assertEqual(self.approval.get(play), approval, f"another picture than recorded, {play}")
        self.assertEqual({p: n for p, n in self.seen.items() if p not in {k[1] for k in kept}}, {}, "presented and not recorded")
        self.assertLessEqual(unknown, killer.kills["agent"] + killer.kills["screen"], "at most one unknown end a kill")
        print(f"{len(self.seen)} plays presented, {len(kept)} recorded, {len(received)} at the server, {unknown} of unknown end", flush=True)


unittest.main(argv=sys.argv[:1], verbosity=2)
