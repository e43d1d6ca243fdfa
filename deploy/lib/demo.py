"""The whole product on one machine: see deploy/demo. Every step goes through the programs and public routes that people use."""
import argparse
import fcntl
import json
import os
import pathlib
import secrets
import shutil
import signal
import sys
import tempfile
import time

import check
from programs import Failed, Programs, TREE, fingerprint, free_port, say, serve_preview, wait_for

HELP = """整套产品在一台机器上运行：服务器、内容、两名审核人、一块屏幕。
The whole product on this machine: server, content, two reviewers, one screen. Ctrl-C ends it, the data is kept.

--check plays every item once without a display, compares each frame with an independent decode of the approved bytes and
prints one JSON line. --attack goes on: an attacker with the server's database, media folder and online key signs targets,
snapshot, playlist and the screen's timestamp of his own, and names an unapproved picture in five ways (forged, borrowed,
grafted, renamed and missing approvals, and a list of reviewers with his keys). The screen takes his list and plays one more
cycle of it; right is: no unapproved frame, and the alarm in the screen's status ("alarms")."""
REGION, VENUE = "500119", "904"  # a district, and a police station's lobby (OpenOOH 904)
SAMPLES = TREE / "content-samples"
ACCOUNTS = {
    "wenyuan": {"name": "文员小陈", "roles": ["contributor"], "holder": ""},
    "shenhe1": {"name": "初审老林", "roles": ["reviewer"], "holder": "reviewer-1"},
    "shenhe2": {"name": "终审老赵", "roles": ["reviewer", "publisher"], "holder": "reviewer-2"},
}


class Demo:
    def __init__(self, folder, options):
        self.folder, self.options = pathlib.Path(folder), options
        self.programs = Programs(os.environ["FZ_BIN_DIR"], self.folder / "logs")
        self.state_file = self.folder / "demo.json"
        self.state = json.loads(self.state_file.read_text()) if self.state_file.exists() else {}
        self.port = options.port or (free_port() if options.check else 8443)
        self.server_url = f"https://127.0.0.1:{self.port}"
        self.width, self.height = map(int, options.size.split("x"))
        self.tap, self.heard = self.folder / "tap.jsonl", self.folder / "heard.jsonl"
        self.preview = self.folder / "preview"
        self.preview.mkdir(exist_ok=True)
        self.keys = self.folder / "keys"
        self.pin, self.display = None, False

    # -- small helpers
    def done(self, step, value=True):
        """Remembers a step for the next start."""
        self.state[step] = value
        tmp = self.state_file.with_suffix(".tmp")
        tmp.write_text(json.dumps(self.state, ensure_ascii=False, indent=1))
        tmp.replace(self.state_file)

    def password(self, name, text=None):
        path = self.folder / "passwords" / name
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text((text or secrets.token_urlsafe(12)) + "\n")
        return path

    def fz(self, who, *argv, **options):
        """One command of `fz` as an account; its JSON answer."""
        return self.programs.json("fz", "--profile", self.folder / f"profile-{who}.json", "--json", *argv, **options)

    def login(self, who, password_file, *more):
        secret = self.totp(who)
        code = ["--totp-secret-file", secret] if secret.exists() else []
        me = self.fz(who, "login", "--server", self.server_url, "--pin", self.pin, "--login", who, "--password-file", password_file, *code, *more,
                     seconds=90)
        if me["second_factor_needed"]:
            self.second_factor(who)

    def totp(self, who):
        """Where the secret of the account's second factor is: here a file, for people the app on their phone."""
        return self.folder / "passwords" / f"{who}.totp"

    def second_factor(self, who):
        self.fz(who, "second-factor", "set", "--password-file", self.password(who), "--secret-file", self.totp(who),
                "--recovery-file", self.folder / "passwords" / f"{who}.recovery")

    # -- the steps, in order
    more_config = ""  # TOML, for those who measure

    def launch_server(self):
        """The server's process, until it answers."""
        config = self.folder / "server.toml"
        config.write_text(f'{self.more_config}[organisation]\ncode = "{REGION}"\nname = "演示区反诈中心"\n', encoding="utf-8")
        self.programs.start("server", "fz-server", "--config", config, "--data", self.folder / "server", "--listen", f"127.0.0.1:{self.port}")
        self.pin = wait_for("the server answers", 30, lambda: fingerprint(self.port), self.programs)

    def start_server(self):
        say("启动服务器 …", "starting the server")
        self.launch_server()
        first = self.folder / "server" / "admin-password"
        if "organisation" not in self.state:
            self.login("admin", first, "--new-password-file", self.password("admin"))
        else:
            self.login("admin", self.password("admin"))
            for who in ACCOUNTS:
                self.login(who, self.password(who))

    def ceremony(self):
        if "ceremony" in self.state:
            return
        say("密钥仪式（演示）：根密钥、两名审核人、值班台、续期 …", "key ceremony (demo): root, two reviewers, duty desk, renew")
        online = self.fz("admin", "trust", "online-key")
        self.programs.run("fz-keys", "ceremony", "--demo", "--online-key", online["public"], "--region", REGION, "--out", self.keys)
        self.fz("admin", "trust", "root", self.keys / "1.root.json")
        self.fz("admin", "trust", "reviewers", self.keys / "reviewers.json")
        self.fz("admin", "withdraw-import", self.keys / "withdrawals.json")
        self.done("ceremony")

    def organisation(self):
        if "organisation" in self.state:
            return
        say("建立单位、点位和三个账号 …", "a unit, a site and three accounts")
        units = self.fz("admin", "units")["units"]
        root = units[0]["id"]
        for who, account in ACCOUNTS.items():
            roles = [x for r in account["roles"] for x in ("--role", r)]
            holder = ["--holder", account["holder"]] if account["holder"] else []
            self.fz("admin", "accounts", "add", "--login", who, "--name", account["name"], "--unit", root, *roles, *holder,
                    "--password-file", self.password(who), "--keep-password")
            self.login(who, self.password(who))
        site = self.fz("admin", "sites", "add", "--unit", root, "--name", "演示大厅", "--region", REGION, "--venue", VENUE,
                       "--keeper", "演示值班员", "--phone", "110")
        self.done("organisation", {"unit": root, "site": site["id"]})

    def samples(self):
        """Manifest entry and file of each sample; of one with variants the file of the first, which is the item's own picture."""
        for entry in json.loads((SAMPLES / "manifest.json").read_text(encoding="utf-8")):
            file = SAMPLES / (entry["variants"][0] if "variants" in entry else entry)["file"]
            # A broadcast is for endpoints with loudspeakers: only where it is asked for by name.
            if entry["kind"] != "audio" or file.name in self.options.items.split(","):
                yield entry, file

    def upload(self):
        items = self.state.get("items", {})
        todo = [(e, f) for e, f in self.samples() if str(f.relative_to(SAMPLES)) not in items]
        if self.options.items:
            todo = [(e, f) for e, f in todo if f.name in self.options.items.split(",")]
        for number, (entry, file) in enumerate(todo, 1):
            say(f"上传 {number}/{len(todo)} {entry['title']}", file.name)
            if entry["kind"] in ("poster", "video"):
                item = self.fz("wenyuan", "upload", file, "--title", entry["title"], "--fraud-kind", entry["fraud_kinds"][0],
                               "--exposes", entry["exposes"], seconds=120)
            elif entry["kind"] == "audio":
                spoken = json.loads(file.read_text(encoding="utf-8"))
                item = self.fz("wenyuan", "speak", spoken["text"], "--voice", spoken["voice"], "--speed", spoken["speed"], "--title", entry["title"],
                               "--fraud-kind", entry["fraud_kinds"][0], "--exposes", entry["exposes"])
            else:
                item = self.fz("wenyuan", "text", file, "--title", entry["title"])
            items[str(file.relative_to(SAMPLES))] = {"id": item["id"], "kind": entry["kind"], "title": entry["title"],
                                                     "ms": entry.get("duration_ms", 0), "state": "uploaded",
                                                     "variants": entry.get("variants", [])[1:] if entry["kind"] in ("poster", "video") else []}
            self.done("items", items)

    def variants(self, item):
        """The same item's pictures for other shapes of screens."""
        there = {v["shape"] for v in self.fz("wenyuan", "item", item["id"], "--wait", "600", seconds=660)["variants"]}
        for variant in item.get("variants", []):
            if variant["shape"] not in there:
                self.fz("wenyuan", "upload", SAMPLES / variant["file"], "--variant-of", item["id"], "--shape", variant["shape"], seconds=120)

    def renditions(self, item):
        """Waits until the server has made them, and hands the item in for review."""
        if item.get("variants"):
            self.variants(item)
        detail = self.fz("wenyuan", "item", item["id"], "--wait", "600", seconds=660)
        item["renditions"] = detail["renditions"]
        if detail["item"]["state"] == "draft":
            self.fz("wenyuan", "submit", item["id"], "--group", "district", "--region", REGION, "--offline-days", "365")
        item["state"] = "submitted"

    def approve(self, item):
        """Passed by the first reviewer, then signed by two fz-approve processes with separate keys."""
        if self.fz("shenhe1", "item", item["id"])["item"]["state"] == "first":  # else an earlier start was ended in between
            self.fz("shenhe1", "pass", item["id"], "--checked", "all", "--comment", "事实、法条、措辞无误")
        for who, holder in (("shenhe1", "reviewer-1"), ("shenhe2", "reviewer-2")):
            if holder in self.options.without_approver:
                continue
            self.programs.run("fz-approve", "--profile", self.folder / f"profile-{who}.json", "--item", item["id"],
                              "--key", self.keys / f"{holder}.key.json", "--yes", "--no-play", seconds=240)
        detail = self.fz("shenhe2", "item", item["id"])
        item["state"] = "approved" if detail["item"]["state"] == "approved" else "unapproved"
        item["approval"] = detail.get("approval_id", "")

    def review(self):
        """Item by item: while one is signed, the server makes the renditions of the next ones."""
        items = self.state["items"]
        todo = [i for i in items.values() if i["state"] in ("uploaded", "submitted")]
        for number, item in enumerate(todo, 1):
            say(f"转码、审核、两人签名 {number}/{len(todo)} {item['title']}", "renditions, review, two signatures")
            for state, step in (("uploaded", self.renditions), ("submitted", self.approve)):
                if item["state"] == state:
                    step(item)
                    self.done("items", items)

    def duration(self, item):
        """How long an item is shown: videos their own length; stills and texts 5 s in a check, as the samples say else."""
        lengths = [r["duration_ms"] for r in item["renditions"] if r["duration_ms"]]
        return max(lengths) if lengths else 5000 if self.options.check else max(item["ms"], 5000)

    def campaign(self):
        if "campaign" in self.state:
            return
        approved = [i for i in self.state["items"].values() if i["state"] == "approved"]
        if not approved:
            return
        say("建立宣传活动 …", "a campaign")
        today = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
        until = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 180 * 86400))
        arguments = [x for i in approved for x in ("--item", f"{i['id']}:{self.duration(i)}")]
        answer = self.fz("shenhe2", "campaigns", "add", "--name", "全民反诈宣传", "--unit", self.state["organisation"]["unit"],
                         "--from", today, "--until", until, *arguments, "--active")
        self.done("campaign", answer["id"])

    def start_screen(self):
        say("启动屏幕 …", "starting the screen")
        socket = self.folder / "screen.sock"
        socket.unlink(missing_ok=True)
        options = self.options
        self.display = bool(os.environ.get("DISPLAY")) and not options.check and not options.headless
        how = ["--sink", "x11", *([] if options.fullscreen else ["--window"])] if self.display else ["--sink", "headless", "--preview", self.preview]
        how += ["--tap", self.tap, "--tap-sound", self.heard] if options.check else []
        how += ["--audio", "auto"] if options.sound else []
        self.programs.start("screen", "fz-screen", "--listen", socket, "--size", options.size, *how)
        wait_for("the screen listens", 20, socket.exists, self.programs)
        self.programs.start("agent", "fz-agent", "--server", self.server_url, "--pin", self.pin, "--root", self.keys / "1.root.json",
                            "--data", self.folder / "agent", "--screen-socket", socket)

    def enrol(self):
        if "screen" in self.state:
            return
        code_file = self.folder / "agent" / "enrolment.json"

        def code():
            try:
                return json.loads(code_file.read_text()).get("code")
            except (OSError, json.JSONDecodeError):
                return None
        shown = wait_for("the screen shows its enrolment code", 30, code, self.programs)
        say(f"屏幕显示登记代码 {shown}，工作人员录入 …", "the screen shows its code; staff type it in")
        screen = self.fz("admin", "enrol", shown, "--site", self.state["organisation"]["site"], "--name", "演示屏")
        self.done("code", shown)
        self.done("screen", screen["id"])

    def publish(self):
        say("发布 …", "publishing")
        answer = self.fz("shenhe2", "publish")
        for warning in answer["warnings"]:
            say("! " + warning["zh"], warning["en"])
        return answer

    def run(self):
        started = time.monotonic()
        if "campaign" not in self.state:
            say("第一次启动：上传、转码、两人签名，约需几分钟 …", "first start: upload, renditions, signatures; takes some minutes")
        self.start_server()
        self.ceremony()
        self.organisation()
        self.upload()
        self.review()
        self.campaign()
        self.start_screen()
        self.enrol()
        self.publish()
        say(f"就绪，用时 {time.monotonic() - started:.0f} 秒", "seconds until ready")

    def next_steps(self):
        """What a person may open and try now."""
        fz = f"{self.programs.path('fz')} --profile {self.folder}/profile-shenhe2.json"
        keys = self.programs.path("fz-keys")
        approval = next((i["approval"] for i in self.state["items"].values() if i.get("approval")), "ap-…")
        where = (f"屏幕画面，每秒刷新，用浏览器打开  the screen, open in a browser:\n    {serve_preview(self.preview)}" if not self.display
                 else "屏幕占满显示器  the screen fills the display" if self.options.fullscreen else "屏幕是一个窗口  the screen is a window")
        print(f"""
{where}
网页控制台，用浏览器打开  the console, open in a browser:
    {self.server_url}  (证书指纹 certificate {self.pin[:16]}…; 账号 accounts admin wenyuan shenhe1 shenhe2, 密码 passwords {self.folder}/passwords;
    验证码用 *.recovery 里的恢复码，每个一次  for the code of the second factor take one of *.recovery, each once)
看一看  look:
    {fz} screens
    {fz} plays
    {fz} items
撤回一条，几秒内从屏幕消失  take one down, gone from the screen within seconds:
    {keys} withdraw --withdrawals {self.keys}/withdrawals.json --key {self.keys}/duty-1.key.json \\
        --approval {approval} --until {time.strftime("%Y-%m-%d", time.gmtime(time.time() + 366 * 86400))}T00:00:00Z --out {self.keys}/withdrawals.json
    {fz} withdraw-import {self.keys}/withdrawals.json
Ctrl-C 结束，数据保留；deploy/demo --reset 重新开始  Ctrl-C ends it and keeps the data; --reset begins anew""", flush=True)

    def stay(self):
        """Runs until Ctrl-C."""
        self.next_steps()
        while not (self.display and self.programs.running["screen"].poll() == 0):  # the window was closed
            self.programs.check()
            time.sleep(1)
        say("窗口已关闭，结束 …", "the window was closed; ending")


def own_folder(options):
    """The folder of the data, locked by this process; emptied where asked to, or where a first start did not get far."""
    if options.data:
        folder = pathlib.Path(options.data).absolute()
    elif options.check:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="fanzha-check-"))
    else:
        folder = pathlib.Path(os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")) / "fanzha-demo"
    state = folder / "demo.json"
    if folder.exists() and any(folder.iterdir()) and not state.exists():
        raise Failed(f"{folder} 里有别的文件，请换一个文件夹  holds other files; choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    lock = open(folder / "lock", "w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Failed(f"另一个演示正在使用 {folder}  another demo is using it") from None
    begun = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {}
    if state.exists() and (options.reset or "organisation" not in begun):
        for path in folder.iterdir():
            if path.name != "lock":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    if not state.exists():
        state.write_text("{}")
    return folder, lock


def main():
    parser = argparse.ArgumentParser(prog="deploy/demo", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reset", action="store_true", help="begin anew: what the folder holds of the demo is deleted")
    parser.add_argument("--check", action="store_true", help="headless in a temporary folder; one JSON line; exit status 0 if all is right")
    parser.add_argument("--attack", action="store_true", help="with --check: an attacker has the server's database, media folder and online key")
    parser.add_argument("--headless", action="store_true", help="no window although there is a display; a page shows the picture")
    parser.add_argument("--fullscreen", action="store_true", help="the whole display, without a pointer, as on site")
    parser.add_argument("--sound", action="store_true", help="with sound")
    parser.add_argument("--size", default="", help="of the screen (default 1920x1080; a window 1280x720)")
    parser.add_argument("--port", type=int, default=0, help="of the server (default 8443; a free one with --check)")
    parser.add_argument("--data", default="", help="folder of the demo's data (default ~/.local/share/fanzha-demo)")
    parser.add_argument("--items", default="", help="only these sample files, separated by commas")
    parser.add_argument("--without-approver", action="append", default=[], metavar="HOLDER", help="leave out reviewer-1 or reviewer-2: nothing may be published")
    parser.add_argument("--keep", action="store_true", help="with --check: keep the temporary folder and print its path")
    options = parser.parse_args()
    window = os.environ.get("DISPLAY") and not (options.check or options.headless or options.fullscreen)
    options.size = options.size or ("1280x720" if window else "1920x1080")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it was started with SIGINT ignored
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _: sys.exit(128 + n))
    try:
        folder, _lock = own_folder(options)
    except Failed as e:
        print(f"失败 failed: {e}", file=sys.stderr)
        return 1
    demo = Demo(folder, options)
    status = 1
    try:
        if options.check:
            status = check.run(demo)
        else:
            demo.run()
            demo.stay()
    except Failed as e:
        print(f"\n失败 failed: {e}\n日志 logs: {folder}/logs", file=sys.stderr)
    except KeyboardInterrupt:
        say("\n结束 …", "ending")
        status = 0 if not options.check else 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        demo.programs.end()
        if options.check and not options.data and not options.keep and status == 0:
            shutil.rmtree(folder, ignore_errors=True)
        elif options.check:
            print(f"folder kept: {folder}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
