#!/usr/bin/env python3
"""Checks that includes point down the table of rooms and never back, and that engine and net include nothing foreign.

usage: check_includes.py ROOT
"""

import pathlib
import re
import sys

from source_text import ROOMS, blank, report, sources

# Room -> what its files may include of the project, as folders or single files.
MAY_INCLUDE = {
    "engine": ("engine/",),
    "net": ("net/",),
    "brokers": ("engine/", "net/", "brokers/"),
    "storage": ("engine/", "storage/"),
    "config": ("engine/", "storage/file_bytes.hpp", "storage/data_folder.hpp", "config/"),
    "backtest": ("engine/", "storage/", "config/", "backtest/"),
    "actors": ("engine/", "brokers/", "storage/", "actors/"),
    "api": ("engine/", "config/json.hpp", "config/json_value.hpp", "actors/protocol.hpp", "net/", "api/"),
    "app": ("engine/", "net/", "brokers/", "storage/", "config/", "backtest/", "actors/", "api/", "app/"),
}

# Library headers, by how they begin -> rooms that may include them. What stands in no row is free outside of engine and net.
LIBRARY_ROOMS = {
    "caf/": ("actors", "api", "app"),
    "boost/": ("net", "brokers"),
    "sqlite3.h": ("storage",),
    "CLI/": ("app",),
    "spdlog/": ("app",),
}

# Rooms that include of libraries only the standard one, and headers that begin so.
FOREIGN = {"engine": (), "net": ("boost/", "nlohmann/", "openssl/", "simdjson")}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:<(?P<angle>[^>]+)>|"(?P<quote>[^"]+)")', re.MULTILINE)
# A standard C++ header has neither a suffix nor a folder.
STANDARD = re.compile(r"^[a-z0-9_]+$")


def faults_of(root: pathlib.Path) -> list[str]:
    faults = []
    for path in sources(root, "src"):
        relative = path.relative_to(root / "src")
        room = relative.parts[0]
        if room not in ROOMS or len(relative.parts) < 2:
            faults.append(f"src/{relative}: in no room; the rooms are {', '.join(ROOMS)}")
            continue
        text = blank(path.read_text(encoding="utf-8"), literals=False)
        for match in INCLUDE.finditer(text):
            where = f"src/{relative}:{text.count(chr(10), 0, match.start('angle' if match['angle'] else 'quote')) + 1}"
            target = match["angle"] or match["quote"]
            if problem := problem_with(room, target, quoted=match["quote"] is not None):
                faults.append(f"{where}: {problem}")
    return faults


def problem_with(room: str, target: str, quoted: bool) -> str | None:
    """Why a file of `room` may not include `target`; None where it may."""
    first = target.split("/")[0]
    if first in ROOMS and "/" in target:
        if not quoted:
            return f'<{target}> is the project\'s own: include it as "{target}"'
        if target.startswith(MAY_INCLUDE[room]):
            return None
        return f'{room} may not include "{target}" (allowed: {", ".join(MAY_INCLUDE[room])})'
    if quoted:
        return f'"{target}" does not begin with a room: write the path from src/'
    if room in FOREIGN and not STANDARD.match(target) and not target.startswith(FOREIGN[room] or "\0"):
        return f"{room} may include only {', '.join(('the standard library', *FOREIGN[room]))}, not <{target}>"
    for prefix, rooms in LIBRARY_ROOMS.items():
        if target.startswith(prefix) and room not in rooms:
            return f"<{target}> belongs into {', '.join(rooms)}, not into {room}"
    return None


if __name__ == "__main__":
    sys.exit(report(faults_of(pathlib.Path(sys.argv[1])), "includes"))
