#!/usr/bin/env python3
"""Runs clang-tidy on the sources of src/, several at a time, and skips those that passed before in the same form.

A file that passed is remembered under the hash of everything its verdict hangs on: its own text, that of the project's
headers it includes, .clang-tidy, the compile command and the version of clang-tidy. The memory is a folder of empty
files in ${XDG_CACHE_HOME:-~/.cache}/bellwether/clang-tidy; entries of more than 30 days go.

usage: run_clang_tidy.py --build FOLDER [--jobs N] [--changed] [FILE...]
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

from check_includes import INCLUDE

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEEP_DAYS = 30
# Options of g++ that clang does not know.
FOREIGN_OPTIONS = ("-fpch-preprocess", "-Winvalid-pch", "-mmemset-strategy=vector_loop:512:noalign,libcall:-1:noalign")
INCLUDED_FIRST = re.compile(r"-include (\S+cmake_pch\.hxx)")


def cache_folder() -> pathlib.Path:
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    folder = pathlib.Path(base) / "bellwether" / "clang-tidy"
    folder.mkdir(parents=True, exist_ok=True)
    oldest = time.time() - KEEP_DAYS * 86400
    for entry in folder.iterdir():
        if entry.stat().st_mtime < oldest:
            entry.unlink(missing_ok=True)
    return folder


def with_headers(path: pathlib.Path, seen: dict[pathlib.Path, bytes]) -> None:
    """Adds `path` and the project's headers that it includes, directly or not, to `seen`."""
    if path in seen or not path.is_file():
        return
    seen[path] = path.read_bytes()
    for match in INCLUDE.finditer(seen[path].decode("utf-8")):
        if match["quote"]:
            with_headers(ROOT / "src" / match["quote"], seen)


def key_of(path: pathlib.Path, command: str, common: bytes) -> str:
    seen: dict[pathlib.Path, bytes] = {}
    with_headers(path, seen)
    digest = hashlib.sha256(common + command.replace(str(ROOT), "").encode())
    for name in sorted(seen):
        digest.update(str(name.relative_to(ROOT)).encode() + b"\0" + seen[name] + b"\0")
    return digest.hexdigest()


def changed_files() -> set[pathlib.Path]:
    """Files that differ from where this branch left main, committed or not. All, where there is no branch main."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=ROOT, text=True, capture_output=True, check=True).stdout

    try:
        base = git("merge-base", "HEAD", "main").strip()
        names = git("diff", "--name-only", base).split("\n") + git("ls-files", "--others", "--exclude-standard").split("\n")
    except subprocess.CalledProcessError as error:
        sys.exit(f"clang-tidy: --changed needs a git checkout with a branch main: {error.stderr.strip()}")
    return {ROOT / name for name in names if name}


def text_copy(header: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """A copy of a precompiled header's text, away from g++'s compiled form, which clang would take and fail to read."""
    copy = folder / (hashlib.sha256(str(header).encode()).hexdigest()[:16] + header.suffix)
    copy.write_bytes(header.read_bytes())
    return copy


def translate(database: pathlib.Path, folder: pathlib.Path) -> dict[pathlib.Path, str]:
    """Writes a compilation database for clang into `folder`; gives the command of each file of src/."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = [e for e in json.loads(database.read_text()) if pathlib.Path(e["file"]).suffix == ".cpp"]
    commands = {}
    for entry in entries:
        for option in FOREIGN_OPTIONS:
            entry["command"] = re.sub(rf"(?<=\s){re.escape(option)}(?=\s)", "", entry["command"])
        entry["command"] = INCLUDED_FIRST.sub(lambda m: f"-include {text_copy(pathlib.Path(m[1]), folder)}", entry["command"])
        path = pathlib.Path(entry["file"])
        if (ROOT / "src") in path.parents:
            commands[path] = entry["command"]
    (folder / "compile_commands.json").write_text(json.dumps(entries))
    return commands


def check(path: pathlib.Path, database_folder: pathlib.Path) -> tuple[bool, str]:
    run = subprocess.run(
        ["clang-tidy", "--quiet", "-p", str(database_folder), str(path)],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    # Standard error carries nothing but a count of suppressed warnings, unless the run itself failed.
    return run.returncode == 0, run.stdout + (run.stderr if run.returncode and not run.stdout else "")


def main() -> int:
    parser = argparse.ArgumentParser(description="clang-tidy on the sources of src/")
    parser.add_argument("--build", required=True, help="build folder with compile_commands.json")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--changed", action="store_true", help="only files that differ from the branch main")
    parser.add_argument("files", nargs="*", help="only these files")
    arguments = parser.parse_args()

    build = (ROOT / arguments.build).resolve()
    commands = translate(build / "compile_commands.json", build / "clang-tidy")
    if arguments.files:
        wanted = {pathlib.Path(name).resolve() for name in arguments.files}
        if unknown := wanted - set(commands):
            sys.exit(f"clang-tidy: not a source of src/: {', '.join(map(str, unknown))}")
    else:
        wanted = set(commands)
    if arguments.changed:
        changed = changed_files()
        wanted = {path for path in wanted if reaches(path, changed)}

    cache = cache_folder()
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes()
    keys = {path: key_of(path, commands[path], common) for path in sorted(wanted)}
    todo = [path for path, key in keys.items() if not (cache / key).exists()]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        for path, (passed, output) in zip(todo, pool.map(lambda p: check(p, build / "clang-tidy"), todo)):
            if passed:
                (cache / keys[path]).touch()
            else:
                failed += 1
                print(output.replace(f"{ROOT}/", ""), end="", flush=True)
    print(f"clang-tidy: {len(keys)} files, {len(keys) - len(todo)} of them unchanged since they passed, {failed} with faults")
    return 1 if failed else 0


def reaches(path: pathlib.Path, changed: set[pathlib.Path]) -> bool:
    seen: dict[pathlib.Path, bytes] = {}
    with_headers(path, seen)
    return not changed.isdisjoint(seen)


if __name__ == "__main__":
    sys.exit(main())
