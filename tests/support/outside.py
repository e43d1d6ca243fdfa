"""Looking at the product's programs from outside: what a screen showed, which processes there are, what a database holds."""
import os
import pathlib
import select
import sqlite3
import threading


class PipeTap(threading.Thread):
    """Copies the tap lines of screens, one process after the other, from a named pipe to the demo's tap file."""

    def __init__(self, demo):
        super().__init__(daemon=True)
        self.pipe = demo.folder / "tap.pipe"
        os.mkfifo(self.pipe)
        self.fd = os.open(self.pipe, os.O_RDWR | os.O_NONBLOCK)
        self.out = open(demo.tap, "wb", buffering=0)
        self.frames = 0  # that belong to a play
        self.halt = threading.Event()
        self.start()

    def run(self):
        rest = b""
        while not self.halt.is_set():
            if not select.select([self.fd], [], [], 0.05)[0]:
                continue
            rest += os.read(self.fd, 1 << 16)
            whole, newline, rest = rest.rpartition(b"\n")
            self.out.write(whole + newline)
            self.frames += whole.count(b'"play":"') - whole.count(b'"play":""')

    def end(self):
        self.halt.set()
        self.join()
        self.out.close()
        os.close(self.fd)


def processes(program, mark="", parents=()):
    """Ids of processes of this executable whose command line holds the mark or whose parent is one of `parents`."""
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.path.basename(os.readlink(entry / "exe")).split(" ")[0] != program:
                continue
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if (mark and mark in (entry / "cmdline").read_text()) or parent in parents:
                yield int(entry.name)
        except OSError:
            continue


def rows(database, sql):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return db.execute(sql).fetchall()
