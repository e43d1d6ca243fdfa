"""The systemd units: nothing in them that this systemd does not know, and what runs for years is boxed in.
Usage: units.py TREE"""
import os
import pathlib
import re
import subprocess
import sys

# Exposure in tenths by `systemd-analyze security` (0 best, 100 none): a unit that loses a line of its hardening goes over.
# fanzha-x and fanzha-stick@ are not here: one takes the graphics card from logind, the other mounts; they run no code of ours.
BOXED = {"fanzha-agent.service": 22, "fanzha-screen.service": 18, "fanzha-server.service": 18}
# What the decoder's cage is made of (player/decode/sandbox.cpp); by name, for not every systemd has a group for it.
CAGE = {"seccomp", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"}


def run(*argv):
    done = subprocess.run(["systemd-analyze", *map(str, argv)], capture_output=True, text=True, check=False,
                          env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning", "LC_ALL": "C"})
    return done.returncode, done.stdout + done.stderr


def complaints(unit):
    _, said = run("verify", "--man=no", unit)
    # The programs are not installed here; what the units say of one another is tried by tests/run package.
    out = [f"{unit.name}: {line}" for line in said.splitlines() if unit.name in line and "is not executable" not in line]
    if unit.name in BOXED:
        status, said = run("security", "--offline=true", f"--threshold={BOXED[unit.name]}", unit)
        if status != 0:
            out.append(f"{unit.name}: exposed by more than {BOXED[unit.name] / 10}: {said.strip().splitlines()[-1:]}")
    if unit.name in ("fanzha-agent.service", "fanzha-server.service"):
        allowed = set(re.sub(r"^SystemCallFilter=~.*$", "", unit.read_text(encoding="utf-8"), flags=re.M).replace("=", " ").split())
        out += [f"{unit.name}: the decoder's cage needs {name}" for name in sorted(CAGE - allowed)]
    return out


def main(tree):
    units = sorted((pathlib.Path(tree) / "deploy/kiosk").glob("*.service"))
    wrong = [line for unit in units for line in complaints(unit)]
    print("\n".join(wrong))
    print(f"{len(units)} units, {len(wrong)} complaints")
    return 1 if wrong or len(units) < 5 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
