"""Runs clang-tidy over the programs' sources. Usage: tidy.py TREE BUILD [FILE...]

A file that came through is not checked again until something changes that clang-tidy sees of this project: the file, any
project header it includes, its compile command, .clang-tidy, or clang-tidy itself. Stamps lie in BUILD/tidy. From nothing
all files take about ten minutes on two cores; after a change only what the change touches.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

TOOL = "clang-tidy-14"
FOLDERS = ("shared", "server", "player")
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.M)


def arguments(command):
    """The compile command's arguments that mean the same to clang: no warnings, no sanitizers, no precompiled header."""
    out, skip = [], False
    for word in command.split()[1:]:
        if skip:
            skip = False
        elif word in ("-o", "-c", "-include"):
            skip = True
        elif word.startswith(("-I", "-D", "-isystem", "-std=", "-pthread")):
            out.append(word.replace('\\"', '"'))
        elif out and out[-1] == "-isystem":
            out.append(word)
    return out + ["-w"]


class Contents:
    """Files and the project headers that each needs, read once."""

    def __init__(self, tree):
        self.tree, self.files = pathlib.Path(tree), {}

    def read(self, name):
        if name not in self.files:
            path = self.tree / name
            data = path.read_bytes() if path.is_file() else b""
            self.files[name] = (hashlib.sha256(data).digest(), [m.decode() for m in INCLUDE.findall(data)])
        return self.files[name]

    def closure(self, name):
        seen, todo = set(), [name]
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                todo += self.read(one)[1]
        return sorted(seen)

    def key(self, name, args, common):
        h = hashlib.sha256(common + "\0".join(args).encode())
        for one in self.closure(name):
            h.update(one.encode() + self.read(one)[0])
        return h.hexdigest()


def check(tree, name, args):
    done = subprocess.run([TOOL, "--quiet", name, "--", *args], cwd=tree, capture_output=True, text=True)
    noise = re.compile(r"^\d+ (warnings?|errors?).* generated\.$|^Suppressed |^Use -header-filter")
    return done.returncode == 0, "\n".join(line for line in (done.stdout + done.stderr).splitlines() if not noise.match(line))


def main(tree, build, only):
    stamps = pathlib.Path(build) / "tidy"
    stamps.mkdir(exist_ok=True)
    version = subprocess.run([TOOL, "--version"], capture_output=True, check=True).stdout
    common = version + (pathlib.Path(tree) / ".clang-tidy").read_bytes()
    contents, work, known = Contents(tree), [], set()
    for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        name = os.path.relpath(entry["file"], tree)
        if not name.startswith(tuple(f + "/" for f in FOLDERS)) or name in known or (only and name not in only):
            continue
        known.add(name)
        args = arguments(entry["command"])
        stamp = stamps / contents.key(name, args, common)
        if not stamp.exists():
            work.append((name, args, stamp))
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (name, _, stamp), (good, text) in zip(work, pool.map(lambda w: check(tree, w[0], w[1]), work)):
            if good:
                stamp.touch()
            else:
                wrong += 1
                print(f"{name}\n{text}")
    print(f"{len(known)} files, {len(work)} checked now, {wrong} with findings")
    return 1 if wrong or (not only and len(known) < 20) else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), set(sys.argv[3:])))
