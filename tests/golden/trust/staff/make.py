#!/usr/bin/python3
"""Makes this folder's documents and prints their cases for ../index.json. Keys come from fixed seeds, signatures from openssl: the
same bytes on every machine."""
import base64
import hashlib
import json
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
NOW = "2026-11-22T08:00:00Z"
TYPE = "application/vnd.fz.staff.v1+json"


class Key:
    def __init__(self, name):
        self.seed = hashlib.sha256(f"staff vectors, {name}".encode()).digest()
        self.der = bytes.fromhex("302e020100300506032b657004220420") + self.seed
        self.public = self.openssl(["pkey", "-pubout", "-outform", "DER"])[-32:]
        self.id = hashlib.sha256(b"ed25519\0" + self.public).hexdigest()

    def openssl(self, words, more=()):
        with tempfile.NamedTemporaryFile() as f:
            f.write(self.der)
            f.flush()
            inkey = ["-inkey", f.name] if words[0] == "pkeyutl" else ["-in", f.name]
            form = ["-keyform", "DER"] if words[0] == "pkeyutl" else ["-inform", "DER"]
            return subprocess.run(["openssl", *words, *inkey, *form, *more], check=True, capture_output=True).stdout

    def sign(self, payload_type, payload):
        with tempfile.NamedTemporaryFile() as f:
            f.write(b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type.encode(), len(payload), payload))
            f.flush()
            return self.openssl(["pkeyutl", "-sign", "-rawin"], ["-in", f.name])


K = {name: Key(name) for name in ("root-1", "root-2", "online", "reviewer-1", "reviewer-2", "reviewer-2b", "reviewer-3", "town-1", "town-2", "town-3",
                                  "duty-1", "renew")}


def text(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def write(name, payload_type, payload, signers):
    envelope = {"payload": base64.b64encode(payload).decode(), "payloadType": payload_type,
                "signatures": [{"keyid": K[s].id, "sig": base64.b64encode(K[s].sign(payload_type, payload)).decode()} for s in signers]}
    (HERE / name).write_bytes(text(envelope))
    return envelope


def role(names, threshold):
    return {"keyids": [K[n].id for n in names], "threshold": threshold}


def chain():
    tuf = {K[n].id: {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": K[n].public.hex()}} for n in ("root-1", "root-2", "online")}
    root = {"_type": "root", "spec_version": "1.0.34", "version": 1, "expires": "2036-01-01T00:00:00Z", "x-issued": "2026-01-01T00:00:00Z",
            "consistent_snapshot": True, "keys": tuf,
            "roles": {"root": role(["root-1", "root-2"], 2), **{r: role(["online"], 1) for r in ("timestamp", "snapshot", "targets")}}}
    write("1.root.json", "application/vnd.tuf+json", text(root), ["root-1", "root-2"])
    holders = {n: n.rstrip("b") for n in K if not n.startswith("root") and n != "online"}
    keys = {K[n].id: {"holder": h, "scheme": "ed25519", "public": K[n].public.hex(), "state": "active"} for n, h in holders.items()}
    town = role(["town-1", "town-2", "town-3"], 2)
    reviewers = {"_type": "reviewers", "version": 7, "withdraw_epoch": 1, "issued": "2026-01-02T00:00:00Z", "expires": "2036-01-01T00:00:00Z", "keys": keys,
                 "approve": [{"group": "district", "regions": ["500119"], "venues": ["*"], "kinds": ["*"], "raised": [],
                              **role(["reviewer-1", "reviewer-2", "reviewer-2b", "reviewer-3"], 2)},
                             {"group": "town", "regions": ["500119001"], "venues": ["304"], "kinds": ["loop"], "raised": [], **town}],
                 "withdraw": role(["reviewer-1", "reviewer-2", "reviewer-3", "duty-1"], 1), "renew": role(["renew"], 1),
                 "policy": {"withdrawals_days": 45, "max_approval_days": 400, "timestamp_days": 1, "airgapped_timestamp_days": 30}}
    write("reviewers.json", "application/vnd.fz.reviewers.v1+json", text(reviewers), ["root-1", "root-2"])


def staff(who="reviewer-3", group="district", holder=None, **change):
    return {"_type": "staff", "group": group, "version": 1, "reviewers": 7, "issued": NOW,
            "left": [{"keyid": K[who].id, "holder": holder or who.rstrip("b"), "at": NOW}], **change}


def cases():
    two = ["reviewer-1", "reviewer-2"]
    yield "ok.json", staff(), two, "ok", "two who stay"
    yield "three.json", staff(version=3, issued="2026-11-22T07:59:00Z", left=staff()["left"][:0] + [{**staff()["left"][0], "at": "2026-11-22T07:00:00Z"}]), \
        two, "ok", "a later version"
    yield "more-members.json", staff(keys={K["online"].id: {"holder": "x"}}, approve=[], threshold=1), two, "ok", "unknown members are nothing"
    yield "town-by-district.json", staff("town-3"), two, "ok", "a group above speaks for one below"
    yield "town.json", staff("town-3", "town"), ["town-1", "town-2"], "ok", "and the group itself"
    yield "online.json", staff(), ["online"], "signature", "the server alone"
    yield "officers.json", staff(), ["root-1", "root-2"], "signature", "officers sign the list, not this"
    yield "one.json", staff(), ["reviewer-1"], "threshold", "one of two"
    yield "one-and-online.json", staff(), ["reviewer-1", "online"], "threshold", "the server does not count"
    yield "one-holder.json", staff(), ["reviewer-2", "reviewer-2b"], "threshold", "one holder with two keys"
    yield "other-group.json", staff(), ["reviewer-1", "town-1"], "threshold", "a signer of another group"
    yield "who-leaves.json", staff(), ["reviewer-1", "reviewer-3"], "threshold", "who leaves does not sign"
    yield "one-key-of-two.json", staff("reviewer-2b"), two, "threshold", "who leaves with one key leaves"
    yield "unknown-group.json", staff(group="bank"), two, "threshold", "no such group"
    yield "later-list.json", staff(reviewers=8), two, "version", "made on a list that is not here"
    yield "upwards.json", staff("reviewer-3", "town"), ["town-1", "town-2"], "scope", "a group below does not speak for one above"
    yield "duty.json", staff("duty-1"), two, "scope", "a key of no group is the officers' affair"
    yield "holder.json", staff(holder="reviewer-1"), two, "format", "another person's name at the key"
    yield "future.json", staff(left=[{**staff()["left"][0], "at": "2026-11-23T00:00:00Z"}]), two, "format", "from a time after its own"
    yield "twice.json", staff(left=staff()["left"] * 2), two, "format", "a key twice"


def main():
    chain()
    index = []
    for name, document, signers, expect, why in cases():
        write(name, TYPE, text(document), signers)
        index.append((name, expect, why, ""))
    bad = write("changed.json", TYPE, text(staff()), ["reviewer-1", "reviewer-2"])
    bad["payload"] = base64.b64encode(text(staff("reviewer-1"))).decode()
    (HERE / "changed.json").write_bytes(text(bad))
    index.append(("changed.json", "signature", "signatures of another text", ""))
    write("wrong-type.json", "application/vnd.fz.reviewers.v1+json", text(staff()), ["reviewer-1", "reviewer-2"])
    index.append(("wrong-type.json", "type", "the payload type of another document", ""))
    index.append(("ok.json", "version", "older than the one held", "three.json"))
    write("three-other.json", TYPE, text(staff(version=3)), ["reviewer-1", "reviewer-2"])
    index.append(("three-other.json", "version", "one number, two texts", "three.json"))
    write("four-without.json", TYPE, text(staff(version=4, left=[])), ["reviewer-1", "reviewer-2"])
    index.append(("four-without.json", "version", "nobody comes back", "three.json"))
    index.append(("three.json", "ok", "the same again", "three.json"))
    for name, expect, why, stored in index:
        case = {"file": f"staff/{name}", "slot": "staff", "expect": expect, "why": why, "now": NOW, "trusted": "staff/1.root.json",
                "reviewers": "staff/reviewers.json"}
        print(json.dumps({**case, "stored": f"staff/{stored}"} if stored else case, ensure_ascii=False))


if __name__ == "__main__":
    main()
