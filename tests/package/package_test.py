"""The packages in a fresh Debian 12: installed with a network and without one, the guide's commands word by word, every unit's
command as its user, upgrade, removal, purge. Usage: package_test.py TREE BUILD [TEST...] (BUILD is where cpack has been run). Needs root; the base
system and the dependencies come from this machine's mirror once and stay in BUILD/chroot."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from booted import Booted
from chroot import Chroot, Unit, make_base

TREE, BUILD = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
KEPT = BUILD / "chroot"
PASSWORD = "ein-langes-Passwort-7"
NEW = "9.9.9"


def blocks(page):
    """{name: lines} of the page's blocks ```sh NAME."""
    return {m[1]: m[2].strip().splitlines() for m in re.finditer(r"^```sh (\w+)\n(.*?)^```", (TREE / page).read_text(), re.M | re.S)}


GUIDE, INSTALLER = blocks("deploy/operator.md"), blocks("deploy/kiosk/installer.zh.md")
CEREMONY = re.findall(r"`(fz(?:-keys)? (?:trust|ceremony|withdraw-import)[^`]*)`", (TREE / "deploy/operator.md").read_text())[:5]


def wait_for(what, seconds, test):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := test():
            return found
        time.sleep(0.3)
    raise AssertionError(f"waited {seconds} s in vain: {what}")


def newer(folder, to):
    """The same packages as a release of tomorrow."""
    for deb in folder.glob("fanzha-*.deb"):
        with tempfile.TemporaryDirectory() as name:
            subprocess.run(["dpkg-deb", "-R", deb, f"{name}/p"], check=True)
            control = pathlib.Path(name, "p/DEBIAN/control")
            version = re.search(r"^Version: (.*)$", control.read_text(), re.M)[1]
            control.write_text(control.read_text().replace(version, NEW))
            subprocess.run(["dpkg-deb", "-Zgzip", "-z1", "-b", f"{name}/p", to / f"{deb.name.split('_')[0]}_{NEW}_amd64.deb"], check=True, stdout=subprocess.DEVNULL)


class Packages(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fanzha-package-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def chroot(self, name, online):
        return self.filled(Chroot(self.folder / name, make_base(KEPT), online))

    def filled(self, c):
        self.addCleanup(c.close)
        for deb in BUILD.glob("fanzha-*.deb"):
            shutil.copy(deb, c.root / "desk")
        return c

    def guide(self, chroot, name, pages=GUIDE, **words):
        out = ""
        for line in pages[name]:
            for word, value in words.items():
                line = re.sub(rf"\b{word}\b", value, line)
            out += chroot.sh(line)
        return out

    def test_1_with_a_network(self):
        self.assertEqual(GUIDE["screen"], INSTALLER["screen"])
        self.assertEqual(GUIDE["offline"], INSTALLER["offline"])
        c = self.chroot("online", True)
        archives = KEPT / "archives"
        archives.mkdir(exist_ok=True)
        for deb in archives.glob("*.deb"):
            shutil.copy(deb, c.root / "var/cache/apt/archives")
        c.sh("apt-get update -q")
        self.guide(c, "fill")
        for deb in (c.root / "desk/stick").glob("*.deb"):
            if not deb.name.startswith("fanzha-"):
                shutil.copy(deb, archives)
        self.assertGreater(len(list(archives.glob("*.deb"))), 100)
        self.guide(c, "server")
        self.guide(c, "screen")
        for package in ("server", "player", "media", "tools"):
            self.assertIn("install ok installed", c.sh(f"dpkg -s fanzha-{package}"))
        for program in ("fz-server", "fz-agent", "fz", "fz-keys", "fz-approve", "fz-decode"):
            self.assertRegex(c.sh(f"{program} --version"), r"^\d+\.\d+")
        for unit in ("server", "agent", "screen", "x"):
            self.assertEqual(c.sh(f"systemctl is-enabled fanzha-{unit}.service").strip(), "enabled")

    def test_2_without_a_network(self):
        c = self.chroot("offline", False)
        self.stick(c)
        self.assertNotEqual(c.sh("apt-get update -q -o Acquire::Retries=0 -o APT::Update::Error-Mode=any", check=False).returncode, 0)
        self.guide(c, "offline", INSTALLER)
        self.assertEqual(c.sh("fc-list :lang=zh-cn | wc -l", check=False).returncode, 0)
        server, fingerprint = self.first_start(c)
        self.office(c, fingerprint)
        screen, agent = self.screen(c)
        self.upgrade(c, server, screen, agent, fingerprint)
        self.removal(c, fingerprint)

    def stick(self, c):
        """The folder of an installation without a network, as test_1 filled it."""
        stick = c.root / "desk/stick"
        stick.mkdir()
        for deb in [*(KEPT / "archives").glob("*.deb"), *BUILD.glob("fanzha-*.deb")]:
            shutil.copy(deb, stick)

    def test_3_under_a_running_systemd(self):
        c = self.filled(Booted(self.folder / "booted", make_base(KEPT)))
        self.stick(c)
        self.guide(c, "offline", INSTALLER)
        # What signs in by an authenticator app is tested elsewhere.
        c.write("etc/fanzha/server.toml", (c.root / "etc/fanzha/server.toml").read_text() + "[accounts]\nsecond_factor = false\n")
        c.boot()
        c.await_active("fanzha-server")
        c.await_active("fanzha-screen")
        fingerprint = re.search(r"[0-9a-f]{64}", c.sh("journalctl -u fanzha-server --no-pager"))[0]
        c.write("desk/first", (c.root / "var/lib/fanzha/admin-password").read_text().strip())
        c.write("desk/new", PASSWORD)
        self.guide(c, "login", SERVER="127.0.0.1", FINGERPRINT=fingerprint, admin="admin --password-file first --new-password-file new")
        c.plug_in()
        self.assertRegex(c.sh("grep /run/fanzha-stick /proc/mounts"), r"\bnosuid,nodev,noexec\b")
        self.office(c, fingerprint)
        c.await_active("fanzha-agent")  # it had ended again and again for want of a site package
        code = json.loads(wait_for("the screen's code", 60, lambda: c.sh("cat /var/lib/fanzha-agent/enrolment.json", check=False).stdout))["code"]
        self.guide(c, "enrol", CODE=code, SITE=self.site, NAME="大厅一号")
        # Mounted after the agent's unit was started, and writable for it inside its own view of the file system.
        pid = c.main_pid("fanzha-agent")
        c.sh(f"nsenter -t {pid} -m setpriv --reuid fanzha-agent --regid fanzha-agent --clear-groups touch /run/fanzha-stick/hello")
        c.pull_out()
        self.assertEqual(c.sh("grep -c /run/fanzha-stick /proc/mounts", check=False).stdout.strip(), "0")
        self.hardened(c)
        self.poster(c, fingerprint)
        self.watched(c)
        self.read_only(c)

    def hardened(self, c):
        """What the units say is what the kernel holds them to."""
        for unit, caps in (("fanzha-server", 0), ("fanzha-agent", 1 << 5), ("fanzha-screen", 0)):  # 5: CAP_KILL
            status = c.status(unit)
            self.assertEqual(status["Seccomp"], "2", unit)
            self.assertEqual(status["NoNewPrivs"], "1", unit)
            self.assertEqual(int(status["CapBnd"], 16), caps, unit)
            self.assertNotEqual(status["Uid"].split()[0], "0", unit)
        pid = c.main_pid("fanzha-screen")
        self.assertEqual(c.sh(f"tail -n +3 /proc/{pid}/net/dev | wc -l").strip(), "1")  # loopback alone
        self.assertNotEqual(c.sh(f"nsenter -t {pid} -m ls /var/lib/fanzha-agent", check=False).stdout.strip(), "device.key")
        self.assertNotEqual(c.sh(f"nsenter -t {pid} -m touch /usr/x", check=False).returncode, 0)

    def poster(self, c, fingerprint):
        """One poster all the way: both decoders (the server's and the screen's) live under their units' filters of system calls."""
        shutil.copy(TREE / "content-samples/posters/96110-landscape.png", c.root / "desk/poster.png")
        unit = json.loads(c.sh("fz units --json"))["units"][0]["id"]
        def fz(who, line):
            return json.loads(c.sh(f"fz --profile /desk/{who}.json --json {line}", seconds=300) or "{}")
        for who, more in (("clerk", "--role contributor"), ("one", "--role reviewer --holder r1"), ("two", "--role reviewer --role publisher --holder r2")):
            c.sh(f"fz accounts add --login {who} --name {who} --unit {unit} {more} --password-file new --keep-password --json")
            fz(who, f"login --server https://127.0.0.1:8443 --pin {fingerprint} --login {who} --password-file new")
        item = fz("clerk", "upload poster.png --title 96110 --fraud-kind general --exposes method")["id"]
        fz("clerk", f"item {item} --wait 120")
        fz("clerk", f"submit {item} --group district --region 500119 --offline-days 30")
        fz("one", f"pass {item} --checked all")
        for who, key in (("one", "r1"), ("two", "r2")):
            c.sh(f"fz-approve --profile /desk/{who}.json --item {item} --key keys/{key}.key.json --passphrase-file passphrase --yes --no-play")
        self.assertEqual(fz("two", f"item {item}")["item"]["state"], "approved")
        day = lambda n: time.strftime("%Y-%m-%d", time.gmtime(time.time() + n * 86400))
        fz("two", f"campaigns add --name 96110 --unit {unit} --from {day(-1)} --until {day(30)} --item {item}:5000 --active")
        fz("two", "publish")
        wait_for("the poster has been played and the server knows", 120, lambda: any(p["end"] == "completed" for p in json.loads(c.sh("fz plays --json"))["plays"]))

    def watched(self, c):
        """Killed: back at once. Stopped: systemd's watchdog, or the agent, ends it and it is back."""
        def back(unit, how, seconds):
            old = c.main_pid(unit)
            c.sh(f"kill -{how} {old}")
            wait_for(f"{unit} is back after {how}", seconds, lambda: c.main_pid(unit) not in ("0", old) and c.sh(f"systemctl is-active {unit}", check=False).stdout.strip() == "active")
        back("fanzha-screen", "KILL", 20)
        back("fanzha-server", "KILL", 30)
        back("fanzha-screen", "STOP", 40)  # WatchdogSec=10; the agent may be quicker
        back("fanzha-agent", "STOP", 90)  # WatchdogSec=30
        self.plays_on(c)

    def plays_on(self, c):
        plays = lambda: len(json.loads(c.sh("fz plays --json"))["plays"])
        before = plays()
        wait_for("it plays again", 120, lambda: plays() > before)

    def read_only(self, c):
        """The root file system read-only, as deploy/kiosk/README.md allows: everything starts and plays."""
        c.reboot_read_only()
        self.assertNotEqual(c.sh("touch /etc/written", check=False).returncode, 0)
        for unit in ("server", "screen", "agent"):
            c.await_active(f"fanzha-{unit}", 90)
        self.plays_on(c)

    def first_start(self, c):
        server = Unit(c, "fanzha-server").start()
        server.heard("READY=1")
        server.heard("WATCHDOG=1")
        fingerprint = re.search(r"[0-9a-f]{64}", server.log.read_text())[0]
        first = (c.root / "var/lib/fanzha/admin-password").read_text().strip()
        self.assertIn(first, server.log.read_text())
        for name, mode in (("", "700"), ("/online.key.json", "600"), ("/tls/key.pem", "600")):
            self.assertEqual(c.sh(f"stat -c '%U %a' /var/lib/fanzha{name}").split(), ["fanzha", mode], name)
        c.write("desk/first", first)
        c.write("desk/new", PASSWORD)
        self.guide(c, "login", SERVER="127.0.0.1", FINGERPRINT=fingerprint, admin="admin --password-file first --new-password-file new")
        self.guide(c, "factor", set="set --password-file new --secret-file factor --recovery-file recovery")
        self.assertGreaterEqual(len((c.root / "desk/recovery").read_text().split()), 8)
        return server, fingerprint

    def office(self, c, fingerprint):
        c.write("desk/office.toml", 'root_holders = ["o1", "o2", "o3"]\nwithdraw_holders = ["duty"]\nrenew_holders = ["renew"]\n[[group]]\nname = "district"\n'
                'holders = ["r1", "r2"]\nregions = ["500119"]\nvenues = ["*"]\nkinds = ["*"]\n')
        c.write("desk/passphrase", PASSWORD)
        self.assertEqual([x.split()[:3] for x in CEREMONY[2:]], [["fz", "trust", "root"], ["fz", "trust", "reviewers"], ["fz", "withdraw-import", "keys/withdrawals.json"]])
        key = json.loads(c.sh(CEREMONY[0] + " --json"))["public"]
        # A release package takes no demo keys.
        toy = c.sh(f"fz-keys ceremony --demo --out toy --online-key {key} --region 500119", check=False)
        self.assertEqual(toy.returncode, 1, toy)
        c.sh(CEREMONY[1].replace("HEX", key) + " --passphrase-file passphrase")
        for line in CEREMONY[2:]:
            c.sh(line)
        unit = json.loads(c.sh("fz units --json"))["units"][0]["id"]
        self.site = json.loads(c.sh(f"fz sites add --unit {unit} --name 大厅 --region 500119 --venue 10104 --keeper 值班 --phone 110 --json"))["id"]
        out = self.guide(c, "site", STICK="/run/fanzha-stick")
        self.assertIn(f"https://127.0.0.1:8443/#root=", out)
        self.assertIn(fingerprint, c.sh("cat /run/fanzha-stick/fanzha-site.json"))
        self.assertTrue(c.sh("cat /run/fanzha-stick/fanzha-site.svg").startswith("<svg"))

    def screen(self, c):
        screen = Unit(c, "fanzha-screen", "--sink headless --size 640x360 --preview /run/fanzha-screen").start()
        screen.heard("READY=1")
        agent = Unit(c, "fanzha-agent").start()
        agent.heard("READY=1")
        waiting = c.root / "var/lib/fanzha-agent/enrolment.json"
        code = json.loads(wait_for("the screen's code", 60, lambda: waiting.exists() and waiting.read_text()))["code"]
        self.guide(c, "enrol", CODE=code, SITE=self.site, NAME="大厅一号")
        wait_for("the screen reports", 90, lambda: "大厅一号" in c.sh("fz screens") and not waiting.exists())
        # The two users: the screen reads nothing of the agent's, the agent may end the screen.
        denied = c.sh("setpriv --reuid fanzha-screen --regid fanzha-screen --init-groups cat /var/lib/fanzha-agent/device.key", check=False)
        self.assertIn("Permission denied", denied.stderr)
        self.assertEqual(c.sh("stat -c '%U:%G %a' /run/fanzha-screen/screen.sock").strip(), "fanzha-screen:fanzha-screen 660")
        self.assertGreater((c.root / "run/fanzha-screen/preview.jpg").stat().st_size, 1000)
        screen.heard("WATCHDOG=1")
        self.hung(c, screen)
        screen = Unit(c, "fanzha-screen", "--sink headless --size 640x360").start()
        screen.heard("READY=1")
        return screen, agent

    def hung(self, c, screen):
        """A screen that says nothing more is ended by the agent, although it is another user's."""
        pid = screen.process.pid
        c.sh(f"kill -STOP {pid}")
        wait_for("the agent ends the screen that hangs", 90, lambda: screen.process.poll() is not None)
        self.assertEqual(screen.process.returncode, -9)
        c.running.remove(screen.process)

    def upgrade(self, c, server, screen, agent, fingerprint):
        c.write("etc/fanzha/server.toml", (c.root / "etc/fanzha/server.toml").read_text() + "threads = 1\n")
        before = c.sh("cat /var/lib/fanzha-agent/device.key | sha256sum")
        new = c.root / "desk/new-release"
        new.mkdir()
        newer(BUILD, new)
        c.sh("sudo apt install ./new-release/fanzha-*.deb")  # while everything runs
        self.assertIn(f"Version: {NEW}", c.sh("dpkg -s fanzha-server"))
        self.assertIn("threads = 1", (c.root / "etc/fanzha/server.toml").read_text())
        for unit in (agent, screen, server):
            self.assertEqual(unit.stop(), 0, unit.log.read_text()[-2000:])
        server = Unit(c, "fanzha-server").start()
        server.heard("READY=1")
        self.assertIn(self.site, c.sh("fz sites --json"))
        self.assertEqual(c.sh("cat /var/lib/fanzha-agent/device.key | sha256sum"), before)
        self.assertEqual(server.stop(), 0)

    def removal(self, c, fingerprint):
        c.sh("sudo apt remove fanzha-server fanzha-player fanzha-tools fanzha-media")
        self.assertFalse((c.root / "usr/bin/fz-server").exists())
        self.assertIn("threads = 1", (c.root / "etc/fanzha/server.toml").read_text())
        c.sh("sudo apt purge fanzha-server fanzha-player")
        self.assertFalse((c.root / "etc/fanzha/server.toml").exists())
        for name in ("var/lib/fanzha/fanzha.db", "var/lib/fanzha/online.key.json", "var/lib/fanzha-agent/plays.db", "var/lib/fanzha-agent/site.json"):
            self.assertTrue((c.root / name).exists(), name)
        self.guide(c, "offline")  # and once more
        server = Unit(c, "fanzha-server").start()
        server.heard("READY=1")
        self.assertIn(self.site, c.sh("fz sites --json"))
        self.assertEqual(server.stop(), 0)


unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
