"""Starting, watching and ending the product's programs from a script; the standard library only."""
import ctypes
import hashlib
import http.server
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

TREE = pathlib.Path(__file__).resolve().parents[2]


class Failed(Exception):
    """A step that did not work; the text says which and why."""


def say(zh, en):
    """One step of progress, on standard error."""
    print(f"{zh}  {en}", file=sys.stderr, flush=True)


def end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


class Programs:
    """The built programs, and the ones that run. end() ends all of them; every wait has a limit."""

    def __init__(self, folder, logs):
        self.folder, self.logs, self.running = pathlib.Path(folder), pathlib.Path(logs), {}
        self.logs.mkdir(parents=True, exist_ok=True)

    def path(self, name):
        return str(self.folder / name)

    def start(self, key, *argv, env=None):
        """Starts a program; its output goes to logs/KEY.log."""
        log = open(self.logs / f"{key}.log", "ab")
        # A new session: Ctrl-C is this script's, which ends them in order. Should it be killed, they get SIGTERM.
        process = subprocess.Popen([self.path(argv[0]), *map(str, argv[1:])], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   env={**os.environ, **(env or {})}, start_new_session=True, preexec_fn=end_with_parent)
        log.close()
        self.running[key] = process
        return process

    def log(self, key):
        path = self.logs / f"{key}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def check(self):
        """Raises when a program that should run has ended."""
        for key, process in self.running.items():
            if process.poll() is not None:
                raise Failed(f"{key} ended with status {process.returncode}:\n" + "\n".join(self.log(key).splitlines()[-15:]))

    def run(self, *argv, seconds=60, ok=True, env=None):
        """Runs a command to its end; its standard output. A failure raises with what it printed."""
        done = subprocess.run([self.path(argv[0]), *map(str, argv[1:])], capture_output=True, text=True, timeout=seconds,
                              stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})}, check=False)
        if ok and done.returncode != 0:
            raise Failed(f"{' '.join(map(str, argv[:3]))} … ended with status {done.returncode}:\n{(done.stderr or done.stdout)[-3000:]}")
        return done.stdout if ok else done

    def json(self, *argv, **options):
        text = self.run(*argv, **options)
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            raise Failed(f"{' '.join(map(str, argv[:3]))} … printed no JSON:\n{text[-2000:]}") from None

    def end(self, key=None):
        """Ends one program, or all in reverse order of start."""
        for k in [key] if key else list(reversed(self.running)):
            process = self.running.pop(k, None)
            if not process or process.poll() is not None:
                continue
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)

    def rss_mb(self, key):
        """Resident memory of a running program in MB."""
        for line in pathlib.Path(f"/proc/{self.running[key].pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return round(int(line.split()[1]) / 1024, 1)
        return None


def wait_for(what, seconds, test, programs=None, every=0.1):
    """Calls test() until it returns something true, and returns that; raises Failed after `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if programs:
            programs.check()
        if found := test():
            return found
        time.sleep(every)
    raise Failed(f"waited {seconds} s in vain: {what}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def fingerprint(port):
    """SHA-256 of the certificate that a TLS server on loopback shows, in hexadecimal; None while there is no server."""
    try:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port), timeout=2))).hexdigest()
    except OSError:
        return None


PREVIEW_PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>反诈 · 屏幕预览</title>
<style>body{margin:0;background:#0b1c3a;color:#fff;font:18px sans-serif;text-align:center}img{max-width:96vw;max-height:88vh;margin:1vh}</style>
<h1 style="font-size:22px">屏幕正在显示 · What the screen shows now</h1><img id="p" alt="屏幕画面">
<script>const p=document.getElementById("p");const f=()=>{p.src="preview.jpg?"+Date.now()};f();setInterval(f,1000)</script></html>"""


def serve_preview(folder):
    """Serves a preview picture and a page that refreshes it every second, on loopback; returns the address."""
    (folder / "index.html").write_text(PREVIEW_PAGE, encoding="utf-8")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *a, **k):
            super().__init__(*a, directory=str(folder), **k)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/"
