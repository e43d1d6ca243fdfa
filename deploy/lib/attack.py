"""An attacker with the server's database, media folder and online key wants his picture on the screen.

He signs with the online key, so the screen takes what he says is current: targets, snapshot and its own timestamp, with numbers from
the server's counter. In them he tries every way that those keys leave him to make the picture look approved; the list is FORGERIES.
The keys of officers and reviewers, which never are on the server, he does not have.
"""
import base64
import hashlib
import json
import pathlib
import sqlite3
import subprocess
import tempfile
import time

CHUNK = 1 << 20
TUF, APPROVAL, REVIEWERS = "application/vnd.tuf+json", "application/vnd.in-toto+json", "application/vnd.fz.reviewers.v1+json"
OWN_KEYS = [hashlib.sha256(b"the attacker's key %d" % n).digest() for n in (1, 2)]
FORGERIES = {
    "own-keys": "an approval signed by two keys of his own and the online key; his list of reviewers names those keys",
    "borrowed-names": "an approval whose two signatures carry the reviewers' key ids but are made by his own keys",
    "grafted": "the reviewers' signatures of a genuine approval around a statement that names his picture",
    "renamed": "a genuine approval, listed under another id beside his picture",
    "none": "no approval at all, only the picture in the list",
}


# ---- bytes ----
def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(data):
    return hashlib.sha256(data).hexdigest()


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def payload_of(envelope):
    return json.loads(base64.b64decode(json.loads(envelope)["payload"]))


def openssl(command, seed, message=b""):
    """What openssl makes of an Ed25519 seed and a message: "pkey" the public key, "pkeyutl" the signature."""
    with tempfile.TemporaryDirectory() as folder:
        key, text = pathlib.Path(folder, "key"), pathlib.Path(folder, "message")
        key.write_bytes(bytes.fromhex("302e020100300506032b657004220420") + seed)
        text.write_bytes(message)
        more = {"pkey": ["-inform", "DER", "-in", key, "-pubout", "-outform", "DER"],
                "pkeyutl": ["-sign", "-rawin", "-keyform", "DER", "-inkey", key, "-in", text]}[command]
        return subprocess.run(["openssl", command, *more], capture_output=True, check=True).stdout


def public(seed):
    return openssl("pkey", seed)[-32:]


def keyid(seed):
    return digest(b"ed25519\0" + public(seed))


def envelope(payload_type, payload, seeds, ids=None):
    """A DSSE envelope as text; `ids` are the key ids to write instead of the true ones."""
    body = canonical(payload).encode()
    pae = b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type.encode(), len(body), body)
    signatures = [{"keyid": ids[n] if ids else keyid(seed), "sig": base64.b64encode(openssl("pkeyutl", seed, pae)).decode()}
                  for n, seed in enumerate(seeds)]
    return canonical({"payload": base64.b64encode(body).decode(), "payloadType": payload_type, "signatures": signatures})


def picture(demo):
    """A picture that is unlike every sample: somebody else's advertisement, say."""
    return subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc=size={demo.options.size}:rate=1", "-frames:v", "1",
                           "-f", "image2", "-c:v", "png", "pipe:1"], capture_output=True, check=True).stdout


# ---- the attack ----
class Attack:
    """Works on the folder of a server that does not run; begin() to the end leaves it ready to start."""

    def __init__(self, demo):
        self.demo, self.server = demo, demo.folder / "server"
        self.online = bytes.fromhex(json.loads((self.server / "online.key.json").read_text())["seed"])
        self.database = sqlite3.connect(self.server / "fanzha.db", timeout=10)
        self.database.row_factory = sqlite3.Row

    def blob(self, data):
        """Puts bytes into the media folder under their hash; what a list of targets says of them."""
        sha = digest(data)
        path = self.server / "blobs" / sha[:2] / sha
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return {"length": len(data), "hashes": {"sha256": sha}}

    def document(self, text):
        return self.blob(text.encode())

    def next_version(self):
        self.database.execute("UPDATE counter SET value = max(value + 1, ?)", (int(time.time() * 1000),))
        return self.database.execute("SELECT value FROM counter").fetchone()[0]

    def approvals(self, genuine, image):
        """By forgery: (id, envelope or None). All but "none" and "renamed" name the picture's own bytes."""
        chunks = [digest(image[i:i + CHUNK]) for i in range(0, len(image), CHUNK)]
        rendition = {"chunks": chunks, "length": len(image), "mime": "image/png", "profile": "original", "sha256": digest(image)}
        ids = [s["keyid"] for s in json.loads(genuine)["signatures"]]

        def statement(name):
            s = payload_of(genuine)
            s["subject"] = [{"digest": {"sha256": digest(image)}, "name": "original"}]
            s["predicate"].update({"approval_id": f"ap-{name}", "title": name, "renditions": [rendition]})
            return s

        grafted = json.loads(genuine)
        grafted["payload"] = base64.b64encode(canonical(statement("grafted")).encode()).decode()
        made = {
            "own-keys": envelope(APPROVAL, statement("own-keys"), [*OWN_KEYS, self.online]),
            "borrowed-names": envelope(APPROVAL, statement("borrowed-names"), OWN_KEYS, ids[:2]),
            "grafted": canonical(grafted),
            "renamed": genuine,
            "none": None,
        }
        return {f"ap-{name}": made[name] for name in FORGERIES}

    def reviewers(self):
        """The list of reviewers with his keys as two new people of every group; signed by what he has."""
        row = self.database.execute("SELECT envelope FROM trust_document WHERE name LIKE 'reviewers%' ORDER BY version DESC LIMIT 1").fetchone()
        value = payload_of(row["envelope"])
        value["version"] += 1
        for n, seed in enumerate(OWN_KEYS):
            value["keys"][keyid(seed)] = {"holder": f"planted-{n}", "public": public(seed).hex(), "scheme": "ed25519", "state": "active"}
        for group in value["approve"]:
            group["keyids"] = sorted(keyid(s) for s in OWN_KEYS)
        return envelope(REVIEWERS, value, [self.online, *OWN_KEYS])

    def playlist(self, old, names):
        """The list in force, with a slot in front for each forgery, of the same class: each would get as many turns as all the rest."""
        value = json.loads((self.server / "blobs" / old[:2] / old).read_bytes())
        like = {k: v for k, v in value["slots"][0].items() if k in ("campaign", "class", "from", "until", "dayparts")}
        planted = [{**like, "id": f"planted-{n}", "weight": 1, "items": [{"approval": name, "ms": 5000}]} for n, name in enumerate(names)]
        value["slots"] = planted + value["slots"]
        return canonical(value)

    def sign_set(self, cohort, screen):
        """Targets, snapshot and the screen's timestamp in the server's tables, over the ones in force. Returns the timestamp's number."""
        image = picture(self.demo)
        genuine = bytes(self.database.execute("SELECT envelope FROM approval WHERE complete = 1 LIMIT 1").fetchone()["envelope"]).decode()
        forged = self.approvals(genuine, image)
        targets = payload_of(cohort["targets"])
        playlist = self.document(self.playlist(targets["x-playlist"], forged))
        listed = targets["targets"]
        listed[f"media/{digest(image)}"] = self.blob(image)
        listed.update({f"trust/approvals/{name}.json": self.document(text) for name, text in forged.items() if text})
        listed["trust/reviewers.json"] = self.document(self.reviewers())
        listed[f"playlist/{playlist['hashes']['sha256']}"] = playlist
        targets.update({"version": self.next_version(), "x-playlist": playlist["hashes"]["sha256"]})
        targets_text = envelope(TUF, targets, [self.online])

        def meta(text, version):
            return {"version": version, "length": len(text), "hashes": {"sha256": digest(text.encode())}}

        snapshot = payload_of(cohort["snapshot"])
        snapshot.update({"version": self.next_version(), "meta": {"targets.json": meta(targets_text, targets["version"])}})
        snapshot_text = envelope(TUF, snapshot, [self.online])
        now = int(time.time())
        timestamp = payload_of(screen["timestamp"])
        timestamp.update({"version": self.next_version(), "x-issued": stamp(now), "expires": stamp(now + 86_400),
                          "meta": {"snapshot.json": meta(snapshot_text, snapshot["version"])}})
        self.database.execute("UPDATE cohort SET targets_version = ?, targets = ?, snapshot_version = ?, snapshot = ? WHERE key = ?",
                              (targets["version"], targets_text, snapshot["version"], snapshot_text, cohort["key"]))
        self.database.execute("UPDATE screen_document SET version = ?, snapshot_version = ?, timestamp = ?, expires = ? WHERE screen = ?",
                              (timestamp["version"], snapshot["version"], envelope(TUF, timestamp, [self.online]), (now + 86_400) * 1000, screen["screen"]))
        return timestamp["version"]

    def run(self):
        with self.database:
            screen = self.database.execute("SELECT * FROM screen_document WHERE screen = ?", (self.demo.state["screen"],)).fetchone()
            cohort = self.database.execute("SELECT * FROM cohort WHERE key = ?", (screen["cohort"],)).fetchone()
            version = self.sign_set(cohort, screen)
        self.database.close()
        return version


def plant(demo):
    """Stops the server, plants the picture, starts the server again. Returns the number of the screen's forged timestamp."""
    demo.programs.end("server")
    version = Attack(demo).run()
    demo.start_server()
    return version
