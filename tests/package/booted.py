"""A chroot's system booted by its own systemd in a container (systemd-nspawn), without a network. Needs root."""
import subprocess
import time

from chroot import Chroot

# What a container has not got: a graphics card. The display is a unit that does nothing, the screen paints without one.
NO_DISPLAY = "[Unit]\nDescription=no display here\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n"


class Booted(Chroot):
    """Packages are installed into it as into any chroot; boot() ends that and starts systemd. sh() then runs beside systemd."""

    def __init__(self, folder, base):
        super().__init__(folder, base, online=False)
        self.container = self.inside = self.stick = None

    def boot(self):
        for at in reversed(self.mounts[1:]):
            subprocess.run(["umount", "-l", at], check=True)
        del self.mounts[1:]
        (self.root / "usr/sbin/policy-rc.d").unlink()
        self.write("etc/systemd/system/fanzha-x.service", NO_DISPLAY)
        unit = (self.root / "usr/lib/systemd/system/fanzha-screen.service").read_text()
        command = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
        command = command.replace("--sink x11", "--sink headless --size 640x360 --preview /run/fanzha-screen")
        self.write("etc/systemd/system/fanzha-screen.service.d/test.conf", f"[Service]\nExecStart=\n{command}\n")
        self.write("etc/fanzha/screen.env", 'SCREEN_OPTIONS=""\n')
        self.start()

    def start(self, *options):
        self.container = subprocess.Popen(["systemd-nspawn", "-q", "-D", self.root, "-b", "--register=no", "--keep-unit", "--private-network", "--console=pipe", *options],
                                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 90
        while True:
            children = subprocess.run(["pgrep", "-P", str(self.container.pid)], capture_output=True, text=True, check=False).stdout.split()
            if children:
                self.inside = children[0]
                state = self.sh("systemctl is-system-running", check=False)
                if state.stdout.strip() in ("running", "degraded", "starting"):
                    return
            if time.monotonic() > until:
                raise AssertionError("the system in the container did not start")
            time.sleep(0.5)

    def reboot_read_only(self):
        """Starts again with a root file system that cannot be written; /var/lib and /var/log are others, that can."""
        self.shut_down()
        options = ["--read-only"]
        for place in ("var/lib", "var/log"):
            other = self.root.parent / place.replace("/", "-")
            subprocess.run(["cp", "-a", self.root / place, other], check=True)
            options.append(f"--bind={other}:/{place}")
        self.start(*options)

    def plug_in(self, megabytes=64):
        """A stick named FANZHA, mounted by the unit that udev starts elsewhere (in a container it does not run). With ext4, which every
        kernel has: the unit's second way to mount, and the file system's own owners."""
        image, agent = self.root.parent / "stick.img", self.sh("id -u fanzha-agent; id -g fanzha-agent").split()
        with open(image, "wb") as f:
            f.truncate(megabytes << 20)
        subprocess.run(["mkfs.ext4", "-q", "-L", "FANZHA", "-E", f"root_owner={':'.join(agent)}", image], check=True)
        self.stick = subprocess.run(["losetup", "-f", "--show", image], check=True, capture_output=True, text=True).stdout.strip()
        name = self.stick.rsplit("/", 1)[1]
        self.sh(f"mknod {self.stick} b 7 {name.removeprefix('loop')}")
        unit = (self.root / "usr/lib/systemd/system/fanzha-stick@.service").read_text()
        alone = [line for line in unit.splitlines(True) if not line.startswith(("BindsTo=", "After="))]  # no udev: no unit of the device
        self.write("etc/systemd/system/fanzha-stick@.service", "".join(alone))
        self.sh(f"systemctl daemon-reload; systemctl start fanzha-stick@{name}")

    def pull_out(self):
        self.sh(f"systemctl stop fanzha-stick@{self.stick.rsplit('/', 1)[1]}")

    def argv(self, *command):
        if not self.inside:
            return super().argv(*command)
        return ["nsenter", "-t", self.inside, "-m", "-u", "-i", "-n", "-p", "-r", "-w", "--", *command]

    def shut_down(self):
        if not self.container:
            return
        self.container.terminate()  # nspawn's word for an orderly shutdown
        try:
            self.container.wait(40)
        except subprocess.TimeoutExpired:
            self.container.kill()
            self.container.wait(20)
        self.container = self.inside = None

    def close(self):
        self.shut_down()
        super().close()
        if self.stick:
            subprocess.run(["losetup", "-d", self.stick], check=False)

    def show(self, unit, prop):
        return self.sh(f"systemctl show -p {prop} --value {unit}").strip()

    def await_active(self, unit, seconds=60):
        until = time.monotonic() + seconds
        while self.sh(f"systemctl is-active {unit}", check=False).stdout.strip() != "active":
            if time.monotonic() > until:
                told = self.sh(f"systemctl status {unit} --no-pager; systemctl --failed --no-pager; journalctl -b --no-pager | tail -40", check=False)
                raise AssertionError(f"{unit} is not active after {seconds} s\n{told.stdout[-6000:]}")
            time.sleep(0.3)

    def main_pid(self, unit):
        return self.show(unit, "MainPID")

    def status(self, unit):
        """/proc/PID/status of a unit's program: {key: value}."""
        lines = self.sh(f"cat /proc/{self.main_pid(unit)}/status").splitlines()
        return {k: v.strip() for k, _, v in (line.partition(":") for line in lines)}
