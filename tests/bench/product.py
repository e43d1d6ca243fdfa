"""The whole product on loopback for a bench: the steps of deploy/demo with media made to measure."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import types

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "deploy/lib"))
import demo  # noqa: E402
from programs import Failed, wait_for  # noqa: E402,F401

os.environ.setdefault("FZ_BIN_DIR", str(TREE / "build/release/bin"))
QUICK = bool(os.environ.get("FZ_BENCH_QUICK"))
MB = 1_000_000


def note(text):
    print(text, file=sys.stderr, flush=True)


def emit(bench, metric, unit, ours, goal):
    print(json.dumps({"bench": bench, "metric": metric, "unit": unit, "ours": ours, "peer": None, "peer_name": None, "ratio": None,
                      "goal": goal}), flush=True)


def film(path, seconds, seed, detail=1080, grain=0):
    """A 1080p film with a tone, another one for each seed. Detail (lines of the source before it is scaled up) and grain set the
    bytes of its renditions: 270 without grain gives 0.36 MB a second, 1080 gives 0.76."""
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=size={detail * 16 // 9}x{detail}:rate=30", "-f", "lavfi",
                    "-i", "sine=frequency=440:sample_rate=48000", "-vf",
                    f"scale=1920:1080,hue=h={seed * 9 % 360},noise=all_seed={seed}:alls={grain}:allf=t", "-t", str(seconds), "-c:v", "libx264",
                    "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p", "-c:a", "aac", path], check=True)


def poster(path, seed, grain=100):
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=1", "-vf",
                    f"hue=h={seed * 9 % 360},noise=all_seed={seed}:alls={grain}", "-frames:v", "1", "-q:v", "1", path], check=True)


class Product(demo.Demo):
    """Server, keys, three accounts, one screen. With FZ_BENCH_STATE=FOLDER what was made (uploads, renditions, signatures) is kept
    there and used again, so that a measurement need not wait for encoders."""

    def __init__(self, name, config=""):
        """`config`: TOML that the server gets beside the demo's own."""
        self.more_config = config
        kept = os.environ.get("FZ_BENCH_STATE")
        folder = pathlib.Path(kept) / name if kept else pathlib.Path(tempfile.mkdtemp(prefix=f"fanzha-bench-{name}-"))
        self.temporary = not kept
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder, types.SimpleNamespace(port=0, check=True, headless=True, fullscreen=False, sound=False, size="1920x1080", items="",
                                                       without_approver=[]))
        self.tap.unlink(missing_ok=True)

    def __enter__(self):
        self.start_server()
        self.ceremony()
        self.organisation()
        return self

    def __exit__(self, kind, *_):
        self.programs.end()
        if self.temporary and kind is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        elif kind is not None:
            note(f"folder kept: {self.folder}")

    def bring(self, key, make, suffix):
        """An approved item under `key`, made by make(path) if it is not there yet. Its entry has id, bytes, duration_ms."""
        items = self.state.get("items", {})
        if items.get(key, {}).get("state") != "approved":
            file = self.folder / f"{key}{suffix}"
            make(file)
            item = self.fz("wenyuan", "upload", file, "--title", key, "--fraud-kind", "general", "--exposes", "method", seconds=120)
            items[key] = {"id": item["id"], "kind": "", "title": key, "ms": 0, "state": "uploaded"}
            self.done("items", items)
            self.review()
            file.unlink()
        entry = self.state["items"][key]
        if entry["state"] != "approved":
            raise Failed(f"{key} was not approved")
        best = max(entry["renditions"], key=lambda r: r["width"])
        return {"id": entry["id"], "bytes": best["length"], "duration_ms": best["duration_ms"] or 8000}

    def show(self, items):
        """A campaign of these items, today; not published yet. Its id."""
        today = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
        until = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400))
        arguments = [x for i in items for x in ("--item", f"{i['id']}:{i['duration_ms']}")]
        return self.fz("shenhe2", "campaigns", "add", "--name", "bench", "--unit", self.state["organisation"]["unit"], "--from", today,
                       "--until", until, *arguments, "--active")["id"]

    def withdraw(self, campaign):
        self.fz("shenhe2", "campaigns", "state", campaign, "stopped")
        self.fz("shenhe2", "publish")


class Tap:
    """Follows a tap file."""

    def __init__(self, path):
        self.path, self.at = pathlib.Path(path), 0
        self.skip()

    def skip(self):
        self.at = self.path.stat().st_size if self.path.exists() else 0

    def frames(self):
        """The frames written since the last call."""
        if not self.path.exists():
            return []
        with open(self.path, "rb") as f:
            f.seek(self.at)
            text = f.read()
        whole = text.rfind(b"\n") + 1
        self.at += whole
        return [json.loads(line) for line in text[:whole].splitlines()]

    def first_of_item(self, seconds):
        """The first frame of any play; the tap's own time is the time of its presentation."""
        def look():
            return next((f for f in self.frames() if f["play"]), None)
        return wait_for("a frame of an item", seconds, look, every=0.02)

    def idle(self, seconds=20, frames=30):
        """Until that many frames in a row belong to no play."""
        run = [0]

        def look():
            for f in self.frames():
                run[0] = 0 if f["play"] else run[0] + 1
            return run[0] >= frames
        wait_for("the screen is idle", seconds, look, every=0.05)
