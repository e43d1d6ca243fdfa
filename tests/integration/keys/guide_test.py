"""The printed key guide, line by line as its officers type it, in one folder: what each command leaves, and that a rehearsal
leaves nothing."""
import base64
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

FZ_KEYS = pathlib.Path(os.environ["FZ_BIN_DIR"]) / "fz-keys"
GUIDE = pathlib.Path(os.environ["FZ_SOURCE_DIR"]) / "deploy/keys-guide.md"
ONLINE = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
ONLINE_NEW = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
# The reviewers made their keys at home: fewer passphrases to derive on a busy machine.
PUBLIC = ["3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
          "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c",
          "8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394"]
OFFICE = """
root_holders = ["officer-1", "officer-2", "officer-3"]
withdraw_holders = ["duty-1"]
renew_holders = ["renew"]
[[group]]
name = "district"
holders = ["reviewer-1", "reviewer-2", "reviewer-3"]
regions = ["500119"]
venues = ["*"]
kinds = ["*"]
""" + "".join(f'[[key]]\nholder = "reviewer-{k + 1}"\npublic = "{p}"\n' for k, p in enumerate(PUBLIC))


def commands(text):
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S):
        yield from filter(None, block.splitlines())


class Guide(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="fz-guide-")
        self.dir = pathlib.Path(self.folder.name)
        for name, text in (("passphrase", "a long passphrase\n"), ("office.toml", OFFICE), ("online.pub", ONLINE + "\n"),
                           ("online-new.pub", ONLINE_NEW + "\n")):
            (self.dir / name).write_text(text)
        self.minute = 0

    def tearDown(self):
        self.folder.cleanup()

    def run_keys(self, *argv, status=0):
        self.minute += 1
        now = f"2026-11-22T08:{self.minute:02}:00Z"
        done = subprocess.run([FZ_KEYS, "--json", "--now", now, "--passphrase-file", "passphrase", *argv], cwd=self.dir, capture_output=True,
                              text=True, timeout=300, stdin=subprocess.DEVNULL, start_new_session=True)
        self.assertEqual(done.returncode, status, f"{argv}\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def files(self):
        return {str(f.relative_to(self.dir)): f.read_bytes() for f in self.dir.rglob("*") if f.is_file()}

    def payload(self, file):
        return json.loads(base64.b64decode(json.loads((self.dir / file).read_bytes())["payload"]))

    def reviewers(self):
        return self.payload("keys/reviewers.json")

    def reviewer_key(self, number):
        """What the reviewer has at home: a key file without a passphrase."""
        name = f"reviewer-{number}"
        (self.dir / f"{name}.key.json").touch(0o600)
        (self.dir / f"{name}.key.json").write_text(json.dumps({
            "format": "fz-key-1", "holder": name, "purpose": "approve", "scheme": "ed25519", "public": PUBLIC[number - 1],
            "keyid": hashlib.sha256(b"ed25519\0" + bytes.fromhex(PUBLIC[number - 1])).hexdigest(),
            "seed": f"{number - 1:02x}" * 32}))
        return f"{name}.key.json"

    def states(self):
        """holder -> sorted states of his keys"""
        out = {}
        for key in self.reviewers()["keys"].values():
            out.setdefault(key["holder"], []).append(key["state"])
        return {holder: sorted(states) for holder, states in out.items()}

    def test_every_command_of_the_guide(self):
        self.reviewer_key(1)
        ran = rehearsed = 0
        for line in commands(GUIDE.read_text(encoding="utf-8")):
            words = shlex.split(line)
            self.assertEqual(words[0], "fz-keys", line)
            before = self.files()
            answer = self.run_keys(*words[1:])
            self.assertNotEqual(answer.get("complete"), False, line)
            ran += 1
            if "--rehearse" in words:
                rehearsed += 1
                self.assertTrue(answer["rehearsal"], line)
                self.assertEqual(self.files(), before, f"a rehearsal changed something: {line}")
                continue
            if words[1] == "inspect":
                self.assertEqual(answer["verdict"], "ok", line)
            if words[1:3] == ["reviewers", "lost"]:
                self.assertEqual(self.states()["reviewer-2"], ["active", "retired"])
            if words[1:3] == ["staff", "leave"]:
                self.assertEqual([x["holder"] for x in self.payload("keys/staff.json")["left"]], ["reviewer-3"])
                self.assertTrue(answer["withdrawals_good"])
                # Two are left for two signatures: nobody else may leave by the group's word.
                again = [w.replace("reviewer-3", "reviewer-2") for w in words[1:]] + ["--staff", "keys/staff.json"]
                refused = self.run_keys(*again, status=1)
                self.assertEqual(refused["error"], "bad_field")
                self.assertIn("根密钥", refused["zh"])
            if words[1:3] == ["reviewers", "stolen"]:
                self.assertEqual(self.states()["reviewer-1"], ["active"])
                self.assertEqual(self.states()["reviewer-3"], ["retired"], "who left stands in the officers' list now")
        self.assertGreaterEqual(ran, 15)
        self.assertGreaterEqual(rehearsed, 6)
        last = self.reviewers()
        retired = {i for i, k in last["keys"].items() if k["state"] == "retired"}
        self.assertEqual(len(retired), 2)
        self.assertFalse(retired & set(last["withdraw"]["keyids"]), "a retired key may not withdraw")
        self.assertTrue(retired <= set(last["approve"][0]["keyids"]), "what it approved before goes on")
        self.assertEqual(self.run_keys("inspect", "keys/reviewers.json", "--root", "keys/3.root.json")["verdict"], "ok")
        self.assertEqual(last["version"], 4)

    def test_what_must_be_refused(self):
        self.run_keys("ceremony", "--out", "keys", "--online-key", "online.pub", "--description", "office.toml")
        change = ["--root", "keys/1.root.json", "--reviewers", "keys/reviewers.json", "--out", "keys/next.json"]
        officers = ["--key", "keys/officer-1.key.json", "--key", "keys/officer-2.key.json"]
        self.assertEqual(self.run_keys("reviewers", "leave", "--holder", "nobody", *change, *officers, status=1)["error"], "not_found")
        same = ["--holder", "reviewer-1", "--replacement", PUBLIC[1]]
        self.assertEqual(self.run_keys("reviewers", "lost", *same, *change, *officers, status=1)["error"], "bad_field")
        self.assertFalse((self.dir / "keys/next.json").exists())
        # One officer alone leaves it incomplete, and the duty desk's key signs nothing of it.
        self.assertFalse(self.run_keys("reviewers", "leave", "--holder", "reviewer-3", *change, *officers[:2])["complete"])
        strangers = ["--key", "keys/duty-1.key.json", "--key", "keys/renew.key.json"]
        self.assertFalse(self.run_keys("reviewers", "leave", "--holder", "reviewer-3", *change, *strangers)["complete"])

    def test_a_reviewer_leaves_by_the_groups_word(self):
        self.run_keys("ceremony", "--out", "keys", "--online-key", "online.pub", "--description", "office.toml")
        one, two, three = (self.reviewer_key(n) for n in (1, 2, 3))
        base = ["--root", "keys/1.root.json", "--reviewers", "keys/reviewers.json"]
        leave = ["staff", "leave", *base, "--holder", "reviewer-3", "--out", "staff.json"]
        # One after the other, each on a machine of their own.
        self.assertFalse(self.run_keys(*leave, "--key", one)["complete"])
        self.assertTrue(self.run_keys("staff", "sign", "staff.json", *base, "--key", two)["complete"])
        self.assertEqual(self.run_keys("inspect", "staff.json", *base[:2], *base[2:])["verdict"], "ok")
        # Keys that cannot make it good: who leaves, the duty desk, two officers.
        for keys in ([one, three], [one, "keys/duty-1.key.json"], ["keys/officer-1.key.json", "keys/officer-2.key.json"]):
            asked = self.run_keys(*leave[:-1], "no.json", *(x for k in keys for x in ("--key", k)), status=1 if "officer" in keys[0] else 0)
            self.assertNotEqual(asked.get("complete"), True, keys)
        both = ["--key", one, "--key", two]
        self.assertEqual(self.run_keys(*leave[:6], "--holder", "nobody", "--out", "no.json", *both, status=1)["error"], "not_found")
        self.assertEqual(self.run_keys(*leave, "--staff", "staff.json", *both, status=1)["error"], "not_found", "they left already")
        self.assertEqual(self.run_keys("staff", "leave", *base, "--holder", "duty-1", "--out", "no.json", *both, status=1)["error"], "not_found",
                         "the duty desk is no group's")
        self.assertEqual(self.run_keys("staff", "leave", *base, "--group", "town", "--holder", "reviewer-3", "--out", "no.json", *both,
                                       status=1)["error"], "bad_field")

    def test_who_signed_the_withdrawals_leaves(self):
        self.run_keys("ceremony", "--out", "keys", "--online-key", "online.pub", "--description", "office.toml")
        one, two, three = (self.reviewer_key(n) for n in (1, 2, 3))
        base = ["--root", "keys/1.root.json", "--reviewers", "keys/reviewers.json"]
        self.run_keys("withdraw", "--withdrawals", "keys/withdrawals.json", "--key", three, "--approval", "ap-1", "--until",
                      "2027-06-01T00:00:00Z", "--out", "keys/withdrawals.json")
        answer = self.run_keys("staff", "leave", *base, "--holder", "reviewer-3", "--withdrawals", "keys/withdrawals.json", "--out",
                               "staff.json", "--key", one, "--key", two)
        self.assertFalse(answer["withdrawals_good"])
        self.run_keys("reissue-withdrawals", "--withdrawals", "keys/withdrawals.json", "--reviewers", "keys/reviewers.json", "--key", two,
                      "--out", "keys/withdrawals.json")
        again = self.payload("keys/withdrawals.json")
        self.assertEqual([x["approval_id"] for x in again["items"]], ["ap-1"])
        self.assertEqual(self.run_keys("inspect", "keys/withdrawals.json", *base)["verdict"], "ok")


if __name__ == "__main__":
    unittest.main()
