"""Checks that clang-format would change nothing. Usage: format.py TREE  (format.py TREE --fix rewrites)"""
import subprocess
import sys


def main(tree, fix):
    names = subprocess.run(["git", "ls-files", "*.cpp", "*.hpp"], cwd=tree, capture_output=True, check=True, text=True).stdout.split()
    command = ["clang-format-14", "-i"] if fix else ["clang-format-14", "--dry-run", "-Werror"]
    done = subprocess.run(command + names, cwd=tree, capture_output=True, text=True)
    print("\n".join(line for line in done.stderr.splitlines() if "error:" in line)[:4000])
    print(f"{len(names)} files")
    return done.returncode if len(names) > 20 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--fix" in sys.argv))
