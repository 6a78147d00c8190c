#!/usr/bin/env python3
"""Checks the house rules that neither the compiler nor clang-format knows: size of files, blanks, header guards,
opening comments, notes of unfinished work, names that say nothing.

usage: check_tidy.py ROOT
"""

import pathlib
import re
import sys

from source_text import blank, report, sources

LINES_MAX = 600
TEXT_FOLDERS = ("src", "tests", "bench", "cmake", "config", "deploy", "docs", ".ci")
TEXT_SUFFIXES = (".cpp", ".hpp", ".py", ".sh", ".cmake", ".txt", ".md", ".yaml", ".yml", ".json", ".js", ".css", ".html")
TABS_ALLOWED = ("Makefile",)
# Assembled, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
EMPTY_NAME = re.compile(r"\b(?:class|struct|enum class|enum|union)\s+(\w*(?:Manager|Helper|Utils?|Impl|Data|Info))\b")
EMPTY_FILE_NAME = re.compile(r"(?:^|_)(?:manager|helpers?|utils?|impl|data|info|misc|common)$")


def text_files(root: pathlib.Path):
    for folder in TEXT_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            generated = "__pycache__" in path.parts or "node_modules" in path.parts
            if path.is_file() and not generated and (path.suffix in TEXT_SUFFIXES or path.name == "Dockerfile"):
                yield path
    for path in (root / "dev", root / ".ci" / "run", root / "CMakeLists.txt"):
        if path.is_file():
            yield path


def faults_of(root: pathlib.Path) -> list[str]:
    faults = []
    for path in text_files(root):
        faults += [f"{path.relative_to(root)}{fault}" for fault in faults_of_text(path)]
    for folder in ("src", "tests", "bench"):
        for path in sources(root, folder):
            faults += [f"{path.relative_to(root)}{fault}" for fault in faults_of_source(path, in_src=folder == "src")]
    return faults


def faults_of_text(path: pathlib.Path) -> list[str]:
    """Faults of any text file, each beginning with `:LINE: `."""
    text = path.read_bytes().decode("utf-8")
    faults = []
    markdown = path.suffix == ".md"
    for number, line in enumerate(text.split("\n"), start=1):
        if "\t" in line and path.name not in TABS_ALLOWED:
            faults.append(f":{number}: tab")
        if line.endswith("\r"):
            faults.append(f":{number}: carriage return")
        elif line != line.rstrip() and not markdown:
            faults.append(f":{number}: blank at the end of the line")
        if UNFINISHED.search(line):
            faults.append(f":{number}: note of unfinished work")
    if text and not text.endswith("\n"):
        faults.append(f":{text.count(chr(10)) + 1}: no line feed at the end of the file")
    return faults


def faults_of_source(path: pathlib.Path, in_src: bool) -> list[str]:
    """Faults of a C++ file, each beginning with `:LINE: `."""
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    faults = []
    if in_src and len(lines) - 1 > LINES_MAX:
        faults.append(f":{LINES_MAX + 1}: {len(lines) - 1} lines; a file has at most {LINES_MAX}")
    if path.suffix == ".hpp":
        if "#pragma once" not in lines:
            faults.append(":1: a header has #pragma once")
        if in_src and not text.startswith(("//", "/*")):
            faults.append(":1: a header opens with a comment that says what it is for")
    if in_src:
        if EMPTY_FILE_NAME.search(path.stem):
            faults.append(f":1: the file name '{path.stem}' does not say what the file holds")
        code = blank(text)
        for match in EMPTY_NAME.finditer(code):
            faults.append(f":{code.count(chr(10), 0, match.start()) + 1}: the name '{match[1]}' does not say what it is")
    return faults


if __name__ == "__main__":
    sys.exit(report(faults_of(pathlib.Path(sys.argv[1])), "tidy"))
