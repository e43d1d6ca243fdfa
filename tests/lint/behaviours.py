"""Every promise in tests/behaviours.md names tests that exist. Usage: behaviours.py TREE
A row is `| promise | `Suite.Test`, `path/of/a/script` |`; a GoogleTest name must stand in a TEST macro, a path must exist."""
import pathlib
import re
import sys


def known_tests(tree):
    names = set()
    for file in (tree / "tests").rglob("*.cpp"):
        for suite, test in re.findall(r"\bTEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", file.read_text(encoding="utf-8")):
            names.add(f"{suite}.{test}")
    return names


def complaints(text, tests, exists):
    out, rows = [], 0
    for number, line in enumerate(text.splitlines(), 1):
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if not line.startswith("|") or len(cells) < 2 or set(cells[0]) <= {"-", " "} or cells[0] in ("promise", "Promise"):
            continue
        rows += 1
        proofs = re.findall(r"`([^`]+)`", cells[-1])
        if not proofs:
            out.append(f"line {number}: no test named")
        for proof in proofs:
            if "/" in proof:
                if not exists(proof.split()[0]):
                    out.append(f"line {number}: {proof} does not exist")
            elif proof not in tests:
                out.append(f"line {number}: no test {proof}")
    return out, rows


def main(tree):
    tree = pathlib.Path(tree)
    text = (tree / "tests/behaviours.md").read_text(encoding="utf-8")
    wrong, rows = complaints(text, known_tests(tree), lambda p: (tree / p).exists())
    print("\n".join(wrong))
    print(f"{rows} promises, {len(wrong)} complaints")
    return 1 if wrong or rows == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
