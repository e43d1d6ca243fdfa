"""Lints the text of the tree: lengths of files, guards, places and words that do not belong. Usage: text.py TREE"""
import pathlib
import re
import subprocess
import sys

MAX_LINES = 400
MAX_TEST_LINES = 700  # a table of cases is read from its top, not held in mind
FORBIDDEN = [
    (r"/work/|/root/|/home/[a-z]", "a path of one machine"),
    (r"\b(TODO|FIXME|XXX|HACK)\b", "work left undone"),
    (r"\bDISABLED_|GTEST_SKIP\b", "a switched-off test"),
    (r"deb\.debian\.org|registry\.npmjs", "a registry's host"),
]
CODE = (".cpp", ".hpp", ".ts", ".vue")


def complaints(path, text):
    """What is wrong with the text file `path` (relative to the tree)."""
    out = []
    if path.endswith(CODE):
        lines = text.count("\n")
        most = MAX_TEST_LINES if path.startswith("tests/") else MAX_LINES
        if lines > most:
            out.append(f"{path}: {lines} lines, more than {most}")
    if path.endswith(".hpp"):
        if "#pragma once" not in text:
            out.append(f"{path}: no #pragma once")
        if re.search(r"^\s*using namespace", text, re.M):
            out.append(f"{path}: using namespace in a header")
    if not path.startswith("tests/lint/"):
        for pattern, why in FORBIDDEN:
            match = re.search(pattern, text)
            if match:
                line = text.count("\n", 0, match.start()) + 1
                out.append(f"{path}:{line}: {match.group(0)!r}: {why}")
    return out


def main(tree):
    tree = pathlib.Path(tree)
    names = subprocess.run(["git", "ls-files", "-z"], cwd=tree, capture_output=True, check=True).stdout.decode().split("\0")
    wrong, files = [], 0
    for name in filter(None, names):
        file = tree / name
        if not file.is_file() or file.stat().st_size > 1 << 20:
            continue
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if "\0" in text or name.endswith(("package-lock.json", ".svg")):
            continue
        files += 1
        wrong += complaints(name, text)
    print("\n".join(wrong))
    print(f"{files} files, {len(wrong)} complaints")
    return 1 if wrong or files < 20 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
