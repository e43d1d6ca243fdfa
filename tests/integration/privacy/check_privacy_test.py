"""`fz check-privacy` as an outsider runs it: files, standard input, JSON lines, labelled sets, exit status."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

FZ = pathlib.Path(os.environ["FZ_BIN_DIR"]) / "fz"
SOURCE = pathlib.Path(os.environ["FZ_SOURCE_DIR"])


class CheckPrivacy(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def run_fz(self, *argv, status, stdin=""):
        done = subprocess.run([FZ, "check-privacy", *map(str, argv)], input=stdin, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout

    def test_says_what_and_where(self):
        file = self.dir / "a.txt"
        file.write_text("通报\n受害人张伟，电话138 1234 5678，驾驶渝A12345。\n", encoding="utf-8")
        lines = [json.loads(x) for x in self.run_fz("--json", file, status=1).splitlines()]
        self.assertEqual([(x["kind"], x["text"], x["line"], x["column"]) for x in lines],
                         [("name", "张伟", 2, 4), ("phone", "138 1234 5678", 2, 9), ("plate", "渝A12345", 2, 25)])
        raw = file.read_bytes()
        self.assertEqual([raw[x["begin"]:x["end"]].decode() for x in lines], [x["text"] for x in lines])
        self.assertIn(f"{file}:2:4: 姓名 name: 张伟", self.run_fz(file, status=1))

    def test_nothing_is_0_something_in_any_file_is_1_a_failure_is_2(self):
        clean, dirty = self.dir / "clean.txt", self.dir / "dirty.txt"
        clean.write_text("王某某接到96110劝阻电话，138****1234。\n", encoding="utf-8")
        dirty.write_text("身份证11010519491231002X", encoding="utf-8")
        self.assertEqual(self.run_fz(clean, status=0), "")
        self.run_fz(clean, dirty, status=1)
        self.run_fz(dirty, self.dir / "missing", status=2)
        self.run_fz("-", status=1, stdin="受害人李娜报警。")

    def test_the_samples_of_this_project_name_nobody(self):
        files = sorted((SOURCE / "content-samples").glob("*/*.json"))
        self.assertGreater(len(files), 10)
        self.assertEqual(self.run_fz(*files, status=0), "")

    def test_measures_a_labelled_set(self):
        report = json.loads(self.run_fz("--labelled", "--json", SOURCE / "tests/golden/privacy/development.jsonl", status=1))
        self.assertEqual(report["numbers"]["recall_permille"], 1000)
        self.assertGreaterEqual(report["names"]["recall_permille"], 900)
        bad = self.dir / "bad.jsonl"
        bad.write_text('{"text":"a","findings":[{"kind":"name","text":"b"}]}\n', encoding="utf-8")
        self.run_fz("--labelled", bad, status=2)


if __name__ == "__main__":
    unittest.main()
