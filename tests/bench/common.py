"""What benches share: a display, processes and their memory."""
import os
import pathlib
import subprocess
import sys
import time


class Xvfb:
    """An X server of its own; DISPLAY points to it."""

    def __init__(self, size="1920x1080"):
        self.size = size

    def __enter__(self):
        read, write = os.pipe()
        os.set_inheritable(write, True)
        self.process = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", f"{self.size}x24", "-nolisten", "tcp", "-noreset"],
                                        pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as number:
            os.environ["DISPLAY"] = ":" + number.readline().strip()
        return self

    def __exit__(self, *_):
        os.environ.pop("DISPLAY", None)
        self.process.terminate()
        self.process.wait(10)


def smaps(pid, key):
    """A line of /proc/PID/smaps_rollup in MB."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(key):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0


class Load:
    """Three busy processes a core."""

    def __enter__(self):
        self.busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3 * os.cpu_count())]
        time.sleep(2)

    def __exit__(self, *_):
        for b in self.busy:
            b.kill()
            b.wait()
