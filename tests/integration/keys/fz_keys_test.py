"""The program fz-keys as an officer uses it: ceremony, rotation, a new reviewers list, withdrawals and their renewal."""
import base64
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

FZ_KEYS = pathlib.Path(os.environ["FZ_BIN_DIR"]) / "fz-keys"
ONLINE = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
OFFICE = """
root_holders = ["guan-1", "guan-2", "guan-3"]
withdraw_holders = ["duty-1"]
renew_holders = ["renew"]
[[group]]
name = "district"
holders = ["reviewer-1", "reviewer-2", "reviewer-3"]
regions = ["500119"]
venues = ["*"]
kinds = ["*"]
[[group.raised]]
from = "2026-12-01T00:00:00Z"
until = "2026-12-10T00:00:00Z"
venues = ["304"]
threshold = 3
[[group]]
name = "bank"
holders = ["bank-1", "bank-2"]
regions = ["500119"]
venues = ["1001"]
kinds = ["loop"]
[[key]]
holder = "bank-1"
public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
[policy]
max_approval_days = 200
"""


class FzKeys(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="fz-keys-"))
        (self.dir / "passphrase").write_text("a long passphrase\n")
        (self.dir / "other").write_text("another passphrase\n")

    def tearDown(self):
        shutil.rmtree(self.dir)

    def run_keys(self, *argv, status=0, now="2026-11-22T08:00:00Z"):
        done = subprocess.run([FZ_KEYS, "--json", "--now", now, *map(str, argv)], capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, start_new_session=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def demo(self):
        keys = self.dir / "demo"
        self.run_keys("ceremony", "--demo", "--online-key", ONLINE, "--region", "500119", "--out", keys)
        return keys

    def payload(self, file):
        return json.loads(base64.b64decode(json.loads(file.read_bytes())["payload"]))

    def verdict(self, file, *more, **options):
        report = self.run_keys("inspect", file, *more, **options)
        return report["verdict"]

    def test_demo_ceremony(self):
        keys = self.demo()
        for name in ("1.root.json", "reviewers.json", "withdrawals.json"):
            self.assertEqual(self.verdict(keys / name), "ok")
        self.assertTrue(self.payload(keys / "1.root.json")["x-demo"])
        for holder in ("root-1", "root-2", "root-3", "reviewer-1", "reviewer-2", "duty-1", "renew"):
            file = keys / f"{holder}.key.json"
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
            shown = self.run_keys("key", "show", file)
            self.assertEqual((shown["holder"], shown["encrypted"]), (holder, False))
        again = self.run_keys("ceremony", "--demo", "--online-key", ONLINE, "--out", keys, status=1)
        self.assertEqual(again["error"], "file_exists")

    def test_office_from_a_description(self):
        (self.dir / "office.toml").write_text(OFFICE)
        keys = self.dir / "keys"
        made = self.run_keys("ceremony", "--online-key", ONLINE, "--description", self.dir / "office.toml", "--out", keys,
                             "--passphrase-file", self.dir / "passphrase")
        self.assertEqual(sorted(k["holder"] for k in made["keys"]),
                         ["bank-2", "duty-1", "guan-1", "guan-2", "guan-3", "renew", "reviewer-1", "reviewer-2", "reviewer-3"])
        reviewers = self.payload(keys / "reviewers.json")
        self.assertEqual([g["group"] for g in reviewers["approve"]], ["district", "bank"])
        self.assertEqual(reviewers["policy"]["max_approval_days"], 200)
        self.assertEqual(reviewers["approve"][0]["raised"][0]["threshold"], 3)
        self.assertEqual(len(reviewers["withdraw"]["keyids"]), 6, "every approver and the duty desk")
        self.assertNotIn("x-demo", self.payload(keys / "1.root.json"))
        self.assertTrue(self.run_keys("key", "show", keys / "guan-1.key.json")["encrypted"])
        for line in (keys / "guan-1.key.json").read_text(), (keys / "reviewer-1.key.json").read_text():
            self.assertNotIn("seed", line)

    def test_bad_descriptions(self):
        bad = {"withdraw_holders = []": "bad", "root_holders = 5\n": "bad", "not toml at all [": "bad",
               OFFICE.replace('"guan-3"', '"guan-1"'): "bad", OFFICE.replace('holders = ["bank-1", "bank-2"]', 'holders = ["bank-1"]'): "bad",
               OFFICE + "surprise = 1\n": "bad", OFFICE.replace('holder = "bank-1"', 'holder = "bank-9"'): "bad", OFFICE.replace('"guan-2"', '"../x"'): "bad"}
        for number, text in enumerate(bad):
            (self.dir / "office.toml").write_text(text)
            self.run_keys("ceremony", "--online-key", ONLINE, "--description", self.dir / "office.toml", "--out", self.dir / f"k{number}",
                          "--passphrase-file", self.dir / "passphrase", status=1)
            self.assertFalse((self.dir / f"k{number}").exists(), "nothing half-done")

    def test_no_passphrase_no_key(self):
        answer = self.run_keys("ceremony", "--online-key", ONLINE, "--out", self.dir / "k", status=1)
        self.assertEqual(answer["error"], "passphrase_missing")
        self.assertFalse((self.dir / "k").exists())
        (self.dir / "short").write_text("short\n")
        self.run_keys("key", "new", "--out", self.dir / "x.key.json", "--holder", "x", "--passphrase-file", self.dir / "short", status=1)
        self.assertFalse((self.dir / "x.key.json").exists())

    def test_wrong_passphrase(self):
        keys = self.demo()
        self.run_keys("key", "new", "--out", self.dir / "d.key.json", "--holder", "duty-1", "--purpose", "withdraw", "--passphrase-file", self.dir / "passphrase")
        base = ["withdraw", "--withdrawals", keys / "withdrawals.json", "--key", self.dir / "d.key.json", "--approval", "ap-1", "--until",
                "2027-06-01T00:00:00Z", "--out", self.dir / "w.json"]
        self.assertEqual(self.run_keys(*base, "--passphrase-file", self.dir / "other", status=1)["error"], "passphrase_wrong")
        self.assertFalse((self.dir / "w.json").exists())
        self.run_keys(*base, "--passphrase-file", self.dir / "passphrase")

    def test_rotation_of_root(self):
        keys = self.demo()
        new = self.run_keys("key", "new", "--out", self.dir / "root-4.key.json", "--holder", "root-4", "--purpose", "root", "--plain")
        gone = self.run_keys("key", "show", keys / "root-3.key.json")["keyid"]
        rotate = ["root", "rotate", "--root", keys / "1.root.json", "--out", keys, "--add", new["public"], "--remove", gone, "--online-key",
                  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"]
        first = self.run_keys(*rotate, "--key", keys / "root-1.key.json")
        self.assertFalse(first["complete"])
        self.run_keys("root", "sign", keys / "2.root.json", "--key", keys / "root-2.key.json")
        self.assertEqual(self.verdict(keys / "2.root.json", "--root", keys / "1.root.json"), "ok")
        self.assertEqual(self.run_keys(*rotate, "--key", keys / "root-1.key.json", status=1)["error"], "file_exists")
        root = self.payload(keys / "2.root.json")
        self.assertNotIn(gone, root["keys"])
        self.assertEqual(len(root["keys"]), 4)

    def test_new_reviewers_list(self):
        keys = self.demo()
        text = subprocess.run([FZ_KEYS, "inspect", "--payload", keys / "reviewers.json"], capture_output=True, text=True, check=True).stdout
        draft = json.loads(text)
        draft["version"] = 2
        draft["policy"]["max_approval_days"] = 100
        (self.dir / "draft.json").write_text(json.dumps(draft, indent=2))
        out = self.dir / "reviewers-2.json"
        self.run_keys("reviewers", "sign", self.dir / "draft.json", "--key", keys / "root-1.key.json", "--out", out)
        self.assertEqual(self.verdict(out, "--root", keys / "1.root.json", status=3), "signature")
        self.run_keys("reviewers", "sign", out, "--key", keys / "root-3.key.json")
        self.assertEqual(self.verdict(out, "--root", keys / "1.root.json"), "ok")
        draft["approve"][0]["threshold"] = 9
        (self.dir / "draft.json").write_text(json.dumps(draft))
        answer = self.run_keys("reviewers", "sign", self.dir / "draft.json", "--key", keys / "root-1.key.json", status=1)
        self.assertEqual(answer["error"], "trust_signed_format")

    def test_withdraw_and_renew(self):
        keys = self.demo()
        def withdraw(approval, **options):
            self.run_keys("withdraw", "--withdrawals", keys / "withdrawals.json", "--reviewers", keys / "reviewers.json", "--key",
                          keys / "duty-1.key.json", "--approval", approval, "--until", "2027-06-01T00:00:00Z", "--reason", "fact_error",
                          "--out", keys / "withdrawals.json", **options)
        withdraw("ap-1")
        withdraw("ap-2")
        self.assertEqual(self.verdict(keys / "withdrawals.json"), "ok")
        payload = self.payload(keys / "withdrawals.json")
        self.assertEqual((payload["version"], [i["approval_id"] for i in payload["items"]]), (3, ["ap-1", "ap-2"]))
        self.assertEqual(payload["items"][0]["by"], "duty-1")
        renewed = keys / "renewed.json"
        self.run_keys("renew-withdrawals", "--withdrawals", keys / "withdrawals.json", "--key", keys / "renew.key.json", "--out", renewed,
                      now="2026-12-20T00:00:00Z")
        self.assertEqual(self.verdict(renewed, now="2026-12-20T00:00:00Z"), "ok")
        inside = json.loads(base64.b64decode(self.payload(renewed)["withdrawals"]))
        self.assertEqual(inside, json.loads((keys / "withdrawals.json").read_text()))
        # A renewal of a renewal embeds the same original, and a withdrawal on top of one keeps every entry.
        self.run_keys("renew-withdrawals", "--withdrawals", renewed, "--key", keys / "renew.key.json", "--out", renewed, now="2026-12-21T00:00:00Z")
        self.assertEqual(self.verdict(renewed, now="2026-12-21T00:00:00Z"), "ok")
        self.run_keys("withdraw", "--withdrawals", renewed, "--key", keys / "reviewer-1.key.json", "--approval", "ap-3", "--until",
                      "2027-06-01T00:00:00Z", "--out", keys / "next.json", now="2026-12-22T00:00:00Z")
        self.assertEqual([i["approval_id"] for i in self.payload(keys / "next.json")["items"]], ["ap-1", "ap-2", "ap-3"])
        self.assertEqual(self.verdict(keys / "next.json", now="2026-12-22T00:00:00Z"), "ok")

    def test_wrong_key_is_seen(self):
        keys = self.demo()
        self.run_keys("withdraw", "--withdrawals", keys / "withdrawals.json", "--key", keys / "renew.key.json", "--approval", "ap-1", "--until",
                      "2027-06-01T00:00:00Z", "--out", keys / "w.json")
        self.assertEqual(self.verdict(keys / "w.json", status=3), "signature")

    def test_damaged_file(self):
        keys = self.demo()
        text = (keys / "reviewers.json").read_text()
        (self.dir / "bad.json").write_text(text[:-20])
        self.assertEqual(self.run_keys("inspect", self.dir / "bad.json", status=1)["error"], "trust_format")
        self.run_keys("inspect", self.dir / "none.json", status=1)

    def test_help_teaches_in_both_languages(self):
        for argv in ([], ["ceremony"], ["key", "new"], ["root", "rotate"], ["withdraw"], ["inspect"]):
            text = subprocess.run([FZ_KEYS, *argv, "--help"], capture_output=True, text=True, check=True).stdout
            self.assertRegex(text, "[\u4e00-\u9fff]")
            self.assertRegex(text, "[a-z]{4}")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=1)
