"""cmake --install puts exactly the programs into the folder given, and they work from there. Usage: install_test.py BUILD TREE VERSION"""
import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

PROGRAMS = {"fz", "fz-agent", "fz-approve", "fz-decode", "fz-keys", "fz-render", "fz-screen", "fz-server"}


def run(*command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60, **more)


def serves(bin, folder):
    """The installed server starts on an empty folder, says where, answers, and ends when it is told to."""
    port = 20000 + os.getpid() % 20000
    server = subprocess.Popen([bin / "fz-server", "--data", folder / "data", "--listen", f"127.0.0.1:{port}", "--plain-http"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            assert server.poll() is None, "fz-server ended by itself"
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/readyz")
                assert connection.getresponse().status == 200
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/")
                assert connection.getresponse().status == 200, "the console is not served"
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise AssertionError("fz-server does not answer")
    finally:
        server.terminate()
        status = server.wait(30)
    assert status == 0, f"fz-server ended with {status}"


def main(build, tree, version):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        done = run("cmake", "--install", build, "--prefix", "/usr", env=dict(os.environ, DESTDIR=name))
        assert done.returncode == 0, done.stderr
        files = {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}
        pages = {f for f in files if f.startswith("usr/share/fanzha/")}
        assert files - pages == {f"usr/bin/{p}" for p in PROGRAMS}, files - pages
        assert {"usr/share/fanzha/console/index.html", "usr/share/fanzha/fz-approve.html"} <= pages, pages
        bin = folder / "usr/bin"
        for program in sorted(PROGRAMS):
            helped = run(bin / program, "--help")
            assert helped.returncode == 0 and program in helped.stdout, (program, helped)
            if program in ("fz-render", "fz-screen"):
                continue
            told = run(bin / program, "--version")
            assert told.returncode == 0 and told.stdout.strip() == version, (program, told)
        found = run(bin / "fz-decode", "--probe", pathlib.Path(tree) / "content-samples/posters/96110-landscape.png")
        assert found.returncode == 0 and json.loads(found.stdout)["kind"] == "image", found
        serves(bin, folder)
    print("ok")


if __name__ == "__main__":
    main(*sys.argv[1:])
