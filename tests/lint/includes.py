"""Proves who includes whom: the table below is the architecture. Also: Asio and Beast stay inside shared/net, SQL inside
server/store, GStreamer inside player/decode and player/screen. Usage: includes.py TREE"""
import pathlib
import re
import sys

# folder -> folders it may include from (itself always). The longest matching prefix of a file's path is its folder.
MAY = {
    "shared/base": [],
    "shared/crypto": ["shared/base"],
    "shared/trust": ["shared/base", "shared/crypto"],
    "shared/stick": ["shared/base", "shared/crypto", "shared/trust"],
    "shared/blob": ["shared/base", "shared/crypto"],
    "shared/db": ["shared/base", "shared/crypto"],
    "shared/net": ["shared/base", "shared/crypto"],
    "shared/schedule": ["shared/base", "shared/crypto", "shared/trust"],
    "shared/layout": ["shared/base"],
    "shared/render": ["shared/base", "shared/crypto", "shared/trust"],
    "shared/privacy": ["shared/base"],
    "shared/wire": ["shared/base", "shared/crypto", "shared/trust", "shared/layout"],
    # a noun: shared (never net) and the nouns it stands on; no HTTP, no SQL
    "server/tables": ["shared/base"],
    "server/accounts": ["shared", "server/audit", "server/tables"],
    "server/audit": ["shared"],
    "server/library": ["shared", "server/audit", "server/accounts"],
    "server/review": ["shared", "server/audit", "server/accounts", "server/library"],
    "server/campaigns": ["shared", "server/audit", "server/accounts", "server/library"],
    "server/screens": ["shared", "server/audit", "server/accounts"],
    "server/alerts": ["shared", "server/audit", "server/accounts", "server/library", "server/review", "server/screens"],
    "server/plays": ["shared", "server/audit"],
    "server/setup": ["shared", "server/audit", "server/accounts"],
    "server/finder": ["shared", "server/audit", "server/accounts"],
    "server/reports": ["shared", "server/audit", "server/plays"],
    "server/publish": ["shared", "server/audit", "server/accounts", "server/library", "server/review", "server/campaigns", "server/screens",
                       "server/alerts"],
    "server/speech": ["shared/base"],
    "server/media": ["shared", "server/audit", "server/accounts", "server/library", "server/speech"],
    "server/store": ["shared", "server"],
    "server/http": ["shared", "server"],
    "server/app": ["shared", "server"],
    "server/tools": ["shared", "server/tools", "server/audit"],
    "player/agent": ["shared"],
    "player/display": ["shared/base"],
    "player/screen": ["player/display", "shared/base", "shared/crypto", "shared/trust", "shared/layout", "shared/render", "shared/wire"],
    "player/decode": ["shared/base", "shared/crypto", "shared/trust", "shared/layout", "shared/wire"],
    "player/approve": ["shared"],
    "player/keys": ["shared"],
    "tests": ["shared", "server", "player"],
}
NOT = {  # exceptions to the above: never these, although a parent is allowed
    "player/agent": ["shared/render"],
    "server/accounts": ["shared/net"], "server/finder": ["shared/net"], "server/setup": ["shared/net"], "server/audit": ["shared/net"], "server/library": ["shared/net"],
    "server/review": ["shared/net"], "server/campaigns": ["shared/net"], "server/screens": ["shared/net"],
    "server/alerts": ["shared/net"], "server/plays": ["shared/net"], "server/reports": ["shared/net"], "server/publish": ["shared/net"], "server/media": ["shared/net"],
    "server/store": ["shared/net", "server/http", "server/app"],
    "server/http": ["server/app", "server/store/sqlite"],
}
# library -> folders whose files may include its headers
ONLY = {
    r"boost/(asio|beast)": ["shared/net"],
    r"gst/": ["player/decode", "player/screen", "tests"],
    r"SQLiteCpp/|sqlite3\.h": ["shared/db", "server/store/sqlite", "player/agent", "tests"],
    r"pango/|cairo": ["shared/render", "tests"],
    r"poppler": ["player/decode"],
    r"ebur128": ["player/decode"],
    r"xlsxwriter": ["server/reports", "tests"],
    r"zip\.h|expat": ["server/tables", "tests"],
    r"openssl/": ["shared/crypto", "shared/net", "tests"],
    r"sodium": ["shared/crypto", "tests"],
}


def folder_of(path):
    parts = path.split("/")
    for n in range(len(parts) - 1, 0, -1):
        if "/".join(parts[:n]) in MAY:
            return "/".join(parts[:n])
    return None


def inside(path, folder):
    return path == folder or path.startswith(folder + "/")


def complaints(path, text):
    """What is wrong with the includes of the file `path` (relative to the tree) that holds `text`."""
    out = []
    folder = folder_of(path)
    if folder is None:
        return [f"{path}: its folder is not in the table of tests/lint/includes.py"]
    for match in re.finditer(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', text, re.M):
        mark, name = match.groups()
        if mark == '"':
            top = name.split("/")[0]
            if top not in ("shared", "server", "player", "tests"):
                out.append(f'{path}: "{name}": project includes start at the top of the tree')
                continue
            target = folder_of(name) or name
            allowed = inside(target, folder) or any(inside(name, a) for a in MAY[folder])
            if any(inside(name, n) for n in NOT.get(folder, [])):
                allowed = False
            if not allowed:
                out.append(f"{path}: {folder} may not include {name}")
        for library, folders in ONLY.items():
            if re.match(library, name) and not any(inside(path, f) for f in folders):
                out.append(f"{path}: {name} belongs to {', '.join(folders)}")
        if re.match(r"boost/(asio|beast)", name) and path.endswith(".hpp") and not inside(path, "shared/net"):
            out.append(f"{path}: {name} in a header")
    return out


def main(tree):
    tree = pathlib.Path(tree)
    wrong, files = [], 0
    for top in ("shared", "server", "player", "tests"):
        for file in sorted((tree / top).rglob("*.[ch]pp")):
            if "node_modules" in file.parts:
                continue
            files += 1
            wrong += complaints(str(file.relative_to(tree)), file.read_text(encoding="utf-8"))
    print("\n".join(wrong))
    print(f"{files} files, {len(wrong)} complaints")
    return 1 if wrong or files < 20 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
