"""An attacker with the server's database, media folder and online key plants a picture that nobody approved and has it published
to every screen, with the best forgery that these keys allow: an approval signed by the online key and by a key of his own."""
import base64
import hashlib
import json
import pathlib
import sqlite3
import subprocess
import tempfile
import time

CHUNK = 1 << 20


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def put_blob(demo, data):
    """Writes bytes under their hash, as the server keeps them."""
    sha = hashlib.sha256(data).hexdigest()
    path = demo.folder / "server" / "blobs" / sha[:2] / sha
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return sha


def sign(payload_type, payload, seeds):
    """A DSSE envelope signed with Ed25519 seeds, by the openssl command."""
    body = payload.encode()
    pae = b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type.encode(), len(body), body)
    signatures = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "pae").write_bytes(pae)
        for seed in seeds:
            (folder / "key").write_bytes(bytes.fromhex("302e020100300506032b657004220420") + seed)
            public = subprocess.run(["openssl", "pkey", "-inform", "DER", "-in", folder / "key", "-pubout", "-outform", "DER"],
                                    capture_output=True, check=True).stdout[-32:]
            subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", folder / "key", "-in", folder / "pae",
                            "-out", folder / "sig"], capture_output=True, check=True)
            keyid = hashlib.sha256(b"ed25519\0" + public).hexdigest()
            signatures.append({"keyid": keyid, "sig": base64.b64encode((folder / "sig").read_bytes()).decode()})
    return canonical({"payload": base64.b64encode(body).decode(), "payloadType": payload_type, "signatures": signatures})


def picture(demo):
    """A picture that is unlike every sample: somebody else's advertisement, say."""
    return subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc=size={demo.options.size}:rate=1", "-frames:v", "1",
                           "-f", "image2", "-c:v", "png", "pipe:1"], capture_output=True, check=True).stdout


def online_seed(demo):
    key = json.loads((demo.folder / "server" / "online.key.json").read_text())
    return next(bytes.fromhex(v) for v in (key.get("private"), key.get("seed"), key.get("secret")) if v)


def plant(demo):
    data = picture(demo)
    sha = put_blob(demo, data)
    now = int(time.time() * 1000)
    stamp = lambda ms: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ms / 1000))
    chunks = [hashlib.sha256(data[i:i + CHUNK]).hexdigest() for i in range(0, len(data), CHUNK)]
    database = sqlite3.connect(demo.folder / "server" / "fanzha.db", timeout=10)
    database.row_factory = sqlite3.Row
    genuine = database.execute("SELECT a.*, i.* FROM approval a JOIN item i ON i.id = a.item WHERE a.complete = 1 AND i.kind = 0 LIMIT 1").fetchone()
    statement = json.loads(base64.b64decode(json.loads(bytes(genuine["envelope"]))["payload"]))
    predicate = statement["predicate"]
    approval, item = "ap-planted", "00000000-0000-7000-8000-00000000dead"
    predicate.update({"approval_id": approval, "title": "planted", "issued": stamp(now - 60_000), "valid_from": stamp(now - 60_000),
                      "renditions": [{"chunks": chunks, "length": len(data), "mime": "image/png", "profile": "original", "sha256": sha}]})
    statement["subject"] = [{"digest": {"sha256": sha}, "name": "original"}]
    seeds = [online_seed(demo), hashlib.sha256(b"the attacker's own key").digest()]
    envelope = sign("application/vnd.in-toto+json", canonical(statement), seeds)
    document = put_blob(demo, envelope.encode())

    def insert(table, **values):
        columns = [r["name"] for r in database.execute(f"PRAGMA table_info({table})")]
        row = {**dict.fromkeys(columns), **values}
        database.execute(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})", [row[c] for c in columns])

    with database:
        item_row = dict(database.execute("SELECT * FROM item WHERE id = ?", (genuine["item"],)).fetchone())
        insert("item", **{**item_row, "id": item, "title": "planted", "source": sha, "source_length": len(data)})
        rendition = dict(database.execute("SELECT * FROM rendition WHERE item = ? LIMIT 1", (genuine["item"],)).fetchone())
        listed = b"".join(bytes.fromhex(c) for c in chunks) if isinstance(rendition["chunks"], bytes) else json.dumps(chunks)
        insert("rendition", **{**rendition, "item": item, "profile": "original", "sha256": sha, "length": len(data), "mime": "image/png", "chunks": listed})
        insert("approval", approval_id=approval, item=item, version=item_row["version"], envelope=envelope.encode(), sha256=document, complete=1,
               valid_from=now - 60_000, valid_until=now + 86_400_000, withdrawn=None)
        row = database.execute("SELECT id, body FROM campaign WHERE id = ?", (demo.state["campaign"],)).fetchone()
        body = json.loads(row["body"])
        body["items"].insert(0, {"item": item, "ms": 5000})
        database.execute("UPDATE campaign SET body = ?, revision = revision + 1 WHERE id = ?", (canonical(body), row["id"]))
    database.close()
    demo.publish()
    demo.planted = approval
