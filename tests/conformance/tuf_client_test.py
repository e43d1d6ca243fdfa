"""Runs tuf_client (the TUF conformance suite's client interface) against repositories on loopback that Python and the
openssl command line make, so that nothing of our own writes what our own reads. One test a rule of the TUF workflow."""
import base64
import datetime
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

CLIENT = pathlib.Path(os.environ["FZ_BIN_DIR"]) / "tuf_client"
TUF = "application/vnd.tuf+json"


def compact(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def date(days):
    t = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


class Key:
    """An Ed25519 key of the openssl command line."""

    def __init__(self, folder):
        self.pem = pathlib.Path(tempfile.mkstemp(suffix=".pem", dir=folder)[1])
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.pem], check=True)
        der = subprocess.run(["openssl", "pkey", "-in", self.pem, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        self.raw = der[-32:]
        self.id = hashlib.sha256(b"ed25519\0" + self.raw).hexdigest()

    def sign(self, message):
        with tempfile.NamedTemporaryFile() as file:
            file.write(message)
            file.flush()
            return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.pem, "-in", file.name],
                                  check=True, capture_output=True).stdout

    def public(self):
        return {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": self.raw.hex()}}


def envelope(payload, keys, kind=TUF):
    body = compact(payload)
    pae = b"DSSEv1 %d %s %d " % (len(kind), kind.encode(), len(body)) + body
    return compact({"payload": base64.b64encode(body).decode(), "payloadType": kind,
                    "signatures": [{"keyid": k.id, "sig": base64.b64encode(k.sign(pae)).decode()} for k in keys]})


class Repository:
    """Signed files by name, and the log of what was asked for."""

    def __init__(self, folder):
        self.folder, self.files, self.log = folder, {}, []
        self.root_keys = [Key(folder), Key(folder), Key(folder)]
        self.online = {role: Key(folder) for role in ("timestamp", "snapshot", "targets")}
        self.version = {role: 0 for role in ("root", "timestamp", "snapshot", "targets")}
        self.days = {role: 30 for role in self.version}
        self.artifacts = {}
        self.with_hashes = True
        self.publish_root()
        self.publish()

    def root_payload(self):
        keys = self.root_keys + list(self.online.values())
        roles = {role: {"keyids": [k.id], "threshold": 1} for role, k in self.online.items()}
        roles["root"] = {"keyids": [k.id for k in self.root_keys], "threshold": 2}
        return {"_type": "root", "spec_version": "1.0.34", "version": self.version["root"], "expires": date(self.days["root"]),
                "consistent_snapshot": True, "keys": {k.id: k.public() for k in keys}, "roles": roles}

    def publish_root(self, signers=None):
        self.version["root"] += 1
        self.files[f"metadata/{self.version['root']}.root.json"] = envelope(self.root_payload(), signers or self.root_keys[:2])

    def meta(self, name, version, data):
        entry = {"version": version}
        if self.with_hashes:
            entry.update(length=len(data), hashes={"sha256": hashlib.sha256(data).hexdigest()})
        return {name: entry}

    def role(self, name, members):
        return {"_type": name, "spec_version": "1.0.34", "version": self.version[name], "expires": date(self.days[name]), **members}

    def publish(self, roles=("targets", "snapshot", "timestamp"), bump=True):
        for role in roles:
            self.version[role] += bump
            if role == "targets":
                members = {"targets": {n: {"length": len(d), "hashes": {"sha256": hashlib.sha256(d).hexdigest()}}
                                       for n, d in self.artifacts.items()}}
            elif role == "snapshot":
                name = f"{self.version['targets']}.targets.json"
                members = {"meta": self.meta("targets.json", self.version["targets"], self.files["metadata/" + name])}
            else:
                name = f"{self.version['snapshot']}.snapshot.json"
                members = {"meta": self.meta("snapshot.json", self.version["snapshot"], self.files["metadata/" + name])}
            prefix = "" if role == "timestamp" else f"{self.version[role]}."
            self.files[f"metadata/{prefix}{role}.json"] = envelope(self.role(role, members), [self.online[role]])

    def add(self, name, data):
        self.artifacts[name] = data
        folder, _, last = name.rpartition("/")
        self.files["targets/" + (folder + "/" if folder else "") + hashlib.sha256(data).hexdigest() + "." + last] = data


class TufClientTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fz-tuf-"))
        self.repo = Repository(self.folder)
        test = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.lstrip("/")
                test.repo.log.append(name)
                data = test.repo.files.get(name)
                self.send_response(404 if data is None else 200)
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write(data or b"")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        (self.folder / "trusted.json").write_bytes(self.repo.files["metadata/1.root.json"])
        (self.folder / "artifacts").mkdir()
        self.assertEqual(self.client("init", self.folder / "trusted.json"), 0)

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder)

    def client(self, *argv):
        self.repo.log.clear()
        done = subprocess.run([CLIENT, "--metadata-dir", self.folder / "metadata", *argv], timeout=60, capture_output=True, text=True)
        self.said = done.stderr
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.returncode

    def refresh(self):
        return self.client("--metadata-url", self.url + "metadata", "refresh")

    def download(self, name):
        return self.client("--metadata-url", self.url + "metadata/", "--target-name", name, "--target-base-url", self.url + "targets",
                           "--target-dir", self.folder / "artifacts", "download")

    def trusted(self, role):
        file = self.folder / "metadata" / f"{role}.json"
        return json.loads(base64.b64decode(json.loads(file.read_bytes())["payload"]))["version"] if file.exists() else None

    def versions(self):
        return [self.trusted(role) for role in ("root", "timestamp", "snapshot", "targets")]

    # -- the workflow
    def test_refresh_follows_the_workflow(self):
        self.assertEqual(self.refresh(), 0, self.said)
        self.assertEqual(self.repo.log, ["metadata/2.root.json", "metadata/timestamp.json", "metadata/1.snapshot.json", "metadata/1.targets.json"])
        self.assertEqual(self.versions(), [1, 1, 1, 1])
        self.assertEqual(self.refresh(), 0, self.said)
        self.assertEqual(self.repo.log, ["metadata/2.root.json", "metadata/timestamp.json"], "what is current is not fetched again")

    def test_without_hashes_in_meta(self):
        self.repo.with_hashes = False
        self.repo.publish()
        self.assertEqual(self.refresh(), 0, self.said)
        self.assertEqual(self.versions(), [1, 2, 2, 2])

    def test_init_needs_a_good_root(self):
        (self.folder / "bad.json").write_bytes(envelope(self.repo.root_payload(), self.repo.root_keys[:1]))
        self.assertEqual(self.client("init", self.folder / "bad.json"), 1)

    # -- root
    def test_root_chain(self):
        for _ in range(3):
            self.repo.publish_root()
        self.assertEqual(self.refresh(), 0, self.said)
        self.assertEqual(self.versions()[0], 4)

    def test_root_rotation_needs_old_and_new_keys(self):
        old = self.repo.root_keys
        new = [Key(self.folder), Key(self.folder), Key(self.folder)]
        self.repo.root_keys = new
        for signers in (new[:2], old[:2], [old[0], new[0]], [old[0], new[0], new[1]]):
            self.repo.version["root"] = 1
            self.repo.publish_root(signers)
            self.assertEqual(self.refresh(), 1)
            self.assertEqual(self.trusted("root"), 1)
        self.repo.version["root"] = 1
        self.repo.publish_root(old[:2] + new[:2])
        self.assertEqual(self.refresh(), 0, self.said)
        self.assertEqual(self.trusted("root"), 2)

    def test_root_skipped_or_replayed(self):
        first = self.repo.files["metadata/1.root.json"]
        self.repo.version["root"] = 2
        self.repo.publish_root()
        self.repo.files["metadata/2.root.json"] = self.repo.files.pop("metadata/3.root.json")
        self.assertEqual(self.refresh(), 1)
        self.repo.files["metadata/2.root.json"] = first
        self.assertEqual(self.refresh(), 1)
        self.assertEqual(self.trusted("root"), 1)

    def test_root_one_key_twice(self):
        self.repo.publish_root([self.repo.root_keys[0], self.repo.root_keys[0]])
        self.assertEqual(self.refresh(), 1)
        self.assertEqual(self.trusted("root"), 1)

    def test_expired_root_may_be_followed_but_not_used(self):
        self.repo.days["root"] = -1
        self.repo.publish_root()
        self.assertEqual(self.refresh(), 1)
        self.repo.days["root"] = 30
        self.repo.publish_root()
        self.assertEqual(self.refresh(), 0, self.said)
        self.assertEqual(self.trusted("root"), 3)

    # -- rollback
    def test_timestamp_rollback(self):
        old = self.repo.files["metadata/timestamp.json"]
        self.repo.publish(["timestamp"])
        self.assertEqual(self.refresh(), 0, self.said)
        self.repo.files["metadata/timestamp.json"] = old
        self.assertEqual(self.refresh(), 1)
        self.assertEqual(self.trusted("timestamp"), 2)

    def test_snapshot_rollback(self):
        self.repo.publish(["snapshot", "timestamp"])
        self.assertEqual(self.refresh(), 0, self.said)
        self.repo.version["snapshot"] = 1
        self.repo.publish(["timestamp"])
        self.assertEqual(self.refresh(), 1)
        self.assertEqual(self.versions()[1:3], [2, 2])

    def test_targets_rollback(self):
        for _ in range(2):
            self.repo.publish()
        self.assertEqual(self.refresh(), 0, self.said)
        self.repo.version["targets"] = 1
        self.repo.publish(["snapshot", "timestamp"])
        self.assertEqual(self.refresh(), 1)
        self.assertEqual(self.versions()[2:], [3, 3])

    def test_fast_forward_recovery(self):
        self.repo.version.update(timestamp=99999, snapshot=99999)
        self.repo.publish()
        self.assertEqual(self.refresh(), 0, self.said)
        for role in ("timestamp", "snapshot"):
            self.repo.online[role] = Key(self.folder)
            self.repo.version[role] = 0
        self.repo.publish_root()
        self.repo.publish()
        self.assertEqual(self.refresh(), 0, self.said)
        self.assertEqual(self.versions()[:3], [2, 1, 1])

    # -- signatures, dates, hashes
    def test_wrong_key_for_every_role(self):
        self.assertEqual(self.refresh(), 0, self.said)
        before = self.versions()
        for role in ("timestamp", "snapshot", "targets"):
            good, self.repo.online[role] = self.repo.online[role], Key(self.folder)
            self.repo.publish()
            self.assertEqual(self.refresh(), 1, role)
            self.assertEqual(self.trusted(role), before[["root", "timestamp", "snapshot", "targets"].index(role)], role)
            self.repo.online[role] = good
        self.repo.publish()
        self.assertEqual(self.refresh(), 0, self.said)

    def test_missing_signatures(self):
        document = json.loads(self.repo.files["metadata/timestamp.json"])
        document["signatures"] = []
        self.repo.files["metadata/timestamp.json"] = compact(document)
        self.assertEqual(self.refresh(), 1)
        self.assertEqual(self.versions(), [1, None, None, None])

    def test_expired(self):
        for role in ("timestamp", "snapshot", "targets"):
            self.repo.days[role] = -1
            self.repo.publish()
            self.assertEqual(self.refresh(), 1, role)
            self.repo.days[role] = 30
        self.repo.publish()
        self.assertEqual(self.refresh(), 0, self.said)

    def test_mix_and_match(self):
        old = self.repo.files["metadata/1.snapshot.json"]
        self.repo.publish(["snapshot", "timestamp"])
        self.repo.files["metadata/2.snapshot.json"] = old
        self.assertEqual(self.refresh(), 1)
        self.assertEqual(self.versions(), [1, 2, None, None])

    def test_delegations_are_refused(self):
        self.repo.version["targets"] += 1
        payload = self.repo.role("targets", {"targets": {}, "delegations": {"keys": {}, "roles": []}})
        self.repo.files["metadata/2.targets.json"] = envelope(payload, [self.repo.online["targets"]])
        self.repo.publish(["snapshot", "timestamp"])
        self.assertEqual(self.refresh(), 1)
        self.assertEqual(self.trusted("targets"), None)

    # -- targets
    def test_download_and_cache(self):
        self.repo.add("media/空 格.txt", b"hello")
        self.repo.files = {name.replace("空 格", "%E7%A9%BA%20%E6%A0%BC"): data for name, data in self.repo.files.items()}
        self.repo.publish()
        self.assertEqual(self.download("media/空 格.txt"), 0, self.said)
        files = [f for f in (self.folder / "artifacts").iterdir()]
        self.assertEqual([f.read_bytes() for f in files], [b"hello"])
        self.assertEqual(self.download("media/空 格.txt"), 0, self.said)
        self.assertFalse([n for n in self.repo.log if n.startswith("targets/")], "what is there already is not fetched again")
        self.assertEqual(self.download("media/none"), 1)

    def test_changed_artifact_replaces(self):
        self.repo.add("a", b"one")
        self.repo.publish()
        self.assertEqual(self.download("a"), 0, self.said)
        self.repo.add("a", b"two")
        self.repo.publish()
        self.assertEqual(self.download("a"), 0, self.said)
        self.assertEqual([f.read_bytes() for f in (self.folder / "artifacts").iterdir()], [b"two"])

    def test_tampered_artifact(self):
        self.repo.add("a", b"x" * 1000)
        self.repo.publish()
        name = next(n for n in self.repo.files if n.startswith("targets/"))
        for bad in (b"y" * 1000, b"x" * 999, b"x" * 1001, b"", b"x" * 1_000_000):
            self.repo.files[name] = bad
            self.assertEqual(self.download("a"), 1)
            self.assertEqual(list((self.folder / "artifacts").iterdir()), [])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=1)
