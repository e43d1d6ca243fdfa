"""A fresh Debian 12 as an overlay over one that debootstrap made once; with the network or without one. Needs root."""
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import threading
import time

INCLUDE = "systemd,systemd-sysv,dbus,libpam-systemd"


def make_base(folder):
    """Debian's smallest system, from the mirror that this machine uses; made once (about two minutes)."""
    base = folder / "base"
    if (folder / "base.done").exists():
        return base
    sources = "\n".join(p.read_text() for p in [pathlib.Path("/etc/apt/sources.list"), *pathlib.Path("/etc/apt/sources.list.d").glob("*")] if p.is_file())
    mirror = re.search(r"https?://\S*/debian/?(?=\s)", sources).group(0)
    subprocess.run(["rm", "-rf", base], check=True)
    subprocess.run(["debootstrap", "--variant=minbase", f"--include={INCLUDE}", "bookworm", base, mirror], check=True, stdout=subprocess.DEVNULL)
    (folder / "base.done").touch()
    return base


class Chroot:
    def __init__(self, folder, base, online):
        self.online, self.running = online, []
        self.root = folder / "root"
        for name in ("upper", "work", "root"):
            (folder / name).mkdir(parents=True)
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir={base},upperdir={folder / 'upper'},workdir={folder / 'work'}", self.root], check=True)
        self.mounts = [self.root]
        for name, kind in (("proc", "proc"), ("dev", None), ("run", "tmpfs")):
            at = self.root / name
            subprocess.run(["mount", "--bind", "/dev", at] if kind is None else ["mount", "-t", kind, kind, at], check=True)
            self.mounts.append(at)
        # No network: a namespace of its own with nothing but loopback.
        self.holder = None if online else subprocess.Popen(["unshare", "-n", "sh", "-c", "ip link set lo up && exec sleep 3600"])
        if online:
            (self.root / "etc/resolv.conf").write_text(pathlib.Path("/etc/resolv.conf").read_text())
        else:
            time.sleep(0.5)
        # The guide's words are a person's: sudo asks nothing here, apt's question is answered with yes, and nothing starts services.
        self.write("usr/local/bin/sudo", '#!/bin/sh\nexec "$@"\n', 0o755)
        self.write("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
        self.write("etc/apt/apt.conf.d/90test", 'APT::Get::Assume-Yes "true";\nAPT::Install-Recommends "false";\nDpkg::Use-Pty "false";\n')
        self.write("etc/dpkg/dpkg.cfg.d/90test", "force-unsafe-io\n")  # a system that nobody keeps needs no fsync
        (self.root / "desk").mkdir()

    def write(self, path, text, mode=0o644):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def close(self):
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait(20)
        if self.holder:
            self.holder.kill()
            self.holder.wait()
        for at in reversed(self.mounts):
            subprocess.run(["umount", "-l", at], check=False)

    def argv(self, *command):
        inside = ["chroot", str(self.root), *command]
        return inside if self.online else ["nsenter", "-t", str(self.holder.pid), "-n", *inside]

    def sh(self, line, check=True, seconds=1200):
        """One command of the guide in a shell, in the folder /desk; its output."""
        environment = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(self.argv("/bin/sh", "-ec", f"cd /desk; {line}"), capture_output=True, text=True, timeout=seconds, env=environment, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{line}: status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
        return done.stdout if check else done


class Unit:
    """Starts a unit's command as systemd would where it does not run: its user, groups, folders, environment and capabilities,
    and a socket that hears READY=1 and WATCHDOG=1."""

    def __init__(self, chroot, name, extra=""):
        self.chroot, self.name = chroot, name
        text = (chroot.root / "usr/lib/systemd/system" / f"{name}.service").read_text()
        self.values = {}
        for line in text.splitlines():
            key, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                self.values.setdefault(key, []).append(value)
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        for word in shlex.split(" ".join(self.values.get("Environment", []))):
            self.environment.update([word.split("=", 1)])
        for file in self.values.get("EnvironmentFile", []):
            lines = (chroot.root / file.lstrip("-/")).read_text().splitlines()
            self.environment.update(shlex.split(x)[0].split("=", 1) for x in lines if x and not x.startswith("#"))
        command = self.values["ExecStart"][0]
        for option in re.findall(r"--\S+", extra):  # what the test wants otherwise takes the place of the unit's
            command = re.sub(rf"{option} \S+", "", command)
        command += " " + extra
        for key, value in self.environment.items():
            command = command.replace(f"${key}", value)
        self.command = shlex.split(command)
        self.ids = {k: int(chroot.sh(f"id {k} {self.one('User')}")) for k in ("-u", "-g")}
        self.log = chroot.root / f"desk/{name}.log"

    def one(self, key, default=""):
        return self.values.get(key, [default])[-1]

    def folder(self, key, parent):
        name = self.one(f"{key}Directory")
        if name:
            path = self.chroot.root / parent / name
            path.mkdir(parents=True, exist_ok=True)
            os.chown(path, self.ids["-u"], self.ids["-g"])
            path.chmod(int(self.one(f"{key}DirectoryMode", "0755"), 8))
            self.environment[f"{key.upper()}_DIRECTORY"] = f"/{parent}/{name}"

    def start(self):
        self.folder("State", "var/lib")
        self.folder("Runtime", "run")
        notify = self.chroot.root / f"run/notify-{self.name}"
        notify.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        here = os.getcwd()
        os.chdir(notify.parent)  # a socket's path has at most 107 bytes
        self.socket.bind(notify.name)
        os.chdir(here)
        notify.chmod(0o666)
        groups = self.chroot.sh(f"id -G {self.one('User')}").split()
        groups += [self.chroot.sh(f"getent group {g}").split(":")[2] for g in self.one("SupplementaryGroups").split()]
        caps = self.one("AmbientCapabilities").lower().replace("cap_", "+").split()
        setpriv = ["setpriv", "--reuid", str(self.ids["-u"]), "--regid", str(self.ids["-g"]), "--groups", ",".join(groups), "--no-new-privs"]
        setpriv += [f"--inh-caps=-all,{','.join(caps)}", f"--ambient-caps=-all,{','.join(caps)}", f"--bounding-set=-all,{','.join(caps)}"] if caps else ["--inh-caps=-all", "--bounding-set=-all"]
        self.environment.update(NOTIFY_SOCKET=f"/run/{notify.name}", WATCHDOG_USEC=str(int(self.one("WatchdogSec", "0")) * 1000000))
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.chroot.argv(*setpriv, *self.command), env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.chroot.running.append(self.process)
        self.words, self.changed = [], threading.Condition()
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def listen(self):
        """Reads all the time, as systemd does: a program that speaks to a full socket waits."""
        with self.socket:
            while True:
                try:
                    words = self.socket.recv(4096).decode().splitlines()
                except OSError:
                    return
                if not words:
                    return
                with self.changed:
                    self.words += words
                    self.changed.notify_all()

    def heard(self, word, seconds=60):
        """Waits for a word that has not been waited for before."""
        until = time.monotonic() + seconds
        with self.changed:
            while word not in self.words:
                if self.process.poll() is not None:
                    raise AssertionError(f"{self.name} ended with {self.process.returncode}: {self.log.read_text()[-3000:]}")
                if time.monotonic() > until:
                    raise AssertionError(f"{self.name} did not say {word} in {seconds} s: {self.log.read_text()[-3000:]}")
                self.changed.wait(0.5)
            self.words.clear()

    def stop(self):
        self.process.terminate()
        status = self.process.wait(30)
        self.chroot.running.remove(self.process)
        self.socket.shutdown(socket.SHUT_RDWR)
        return status
