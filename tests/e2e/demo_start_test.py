"""deploy/demo as a person uses it: a first start, a second one that keeps everything, a reset. Usage: demo_start_test.py TREE
FZ_BIN_DIR names the programs. Every wait has a limit."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

TREE = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(TREE / "deploy/lib"))
from programs import free_port, wait_for  # noqa: E402

ITEMS = "three-noes.png,96110.json"


class Started:
    """A demo that runs; ready when it has said how to end it."""

    def __init__(self, folder, port, *more):
        environment = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
        # A file, not a pipe: nobody reads while the demo runs.
        self.out = tempfile.NamedTemporaryFile(mode="w+", suffix=".demo")
        self.process = subprocess.Popen([str(TREE / "deploy/demo"), "--data", str(folder), "--port", str(port), "--items", ITEMS, "--size", "640x360", *more],
                                        stdin=subprocess.DEVNULL, stdout=self.out, stderr=subprocess.STDOUT, env=environment)

    def text(self):
        return pathlib.Path(self.out.name).read_text(encoding="utf-8")

    def ready(self):
        def said():
            assert self.process.poll() is None, self.text()
            return "Ctrl-C" in self.text()
        wait_for("the demo is ready", 180, said)
        return self

    def preview(self):
        return re.search(r"http://127\.0\.0\.1:\d+/", self.text()).group()

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(40)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def processes_of(folder):
    """Command lines that name the folder."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line and "demo_start_test" not in line:
            found.append(line)
    return found


def plays(folder):
    done = subprocess.run([os.environ["FZ_BIN_DIR"] + "/fz", "--profile", folder / "profile-shenhe2.json", "--json", "plays"],
                          capture_output=True, text=True, timeout=60, check=True)
    return {p["id"] for p in json.loads(done.stdout)["plays"]}


class Demo(unittest.TestCase):
    def test_start_keep_reset(self):
        with tempfile.TemporaryDirectory(prefix="fanzha-start-") as name:
            folder, port = pathlib.Path(name) / "data", free_port()
            state = lambda: json.loads((folder / "demo.json").read_text())
            with Started(folder, port) as demo:
                demo.ready()
                self.assertIn(b"preview.jpg", fetch(demo.preview()))
                picture = wait_for("a preview picture", 30, lambda: (folder / "preview/preview.jpg").exists() and fetch(demo.preview() + "preview.jpg"))
                self.assertTrue(picture.startswith(b"\xff\xd8"))
                first, seen = state(), wait_for("a recorded play", 60, lambda: plays(folder))
                with Started(folder, free_port()) as second:
                    self.assertEqual(second.process.wait(60), 1, "two demos in one folder")
                    self.assertIn("another demo", second.text())
                self.assertEqual(demo.interrupt(), 0, demo.text())
            self.assertEqual(processes_of(folder), [])

            begun = time.monotonic()
            with Started(folder, port) as demo:
                demo.ready()
                took = time.monotonic() - begun
                self.assertEqual(state(), first, "the second start keeps items, approvals and the screen")
                self.assertNotIn("上传 1/", demo.text())
                wait_for("a play more than before", 60, lambda: seen < plays(folder))
                self.assertEqual(demo.interrupt(), 0, demo.text())
            self.assertLess(took, 60)  # 2 s on an idle machine

            with Started(folder, port, "--reset") as demo:
                demo.ready()
                self.assertNotEqual(state()["screen"], first["screen"])
                self.assertFalse(seen & plays(folder))
                self.assertEqual(demo.interrupt(), 0, demo.text())
            self.assertEqual(processes_of(folder), [])

    def test_other_peoples_files_are_not_touched(self):
        with tempfile.TemporaryDirectory(prefix="fanzha-start-") as name:
            letter = pathlib.Path(name) / "letter.txt"
            letter.write_text("mine")
            with Started(name, free_port(), "--reset") as demo:
                self.assertEqual(demo.process.wait(60), 1)
            self.assertEqual([p.name for p in pathlib.Path(name).iterdir()], ["letter.txt"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
