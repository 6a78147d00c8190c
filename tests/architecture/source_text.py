"""Reading C++ sources for the checks of this folder: which files there are, and their text without comments and literals."""

import pathlib
import re
import sys
from collections.abc import Iterator

ROOMS = ("engine", "net", "brokers", "storage", "config", "backtest", "actors", "api", "app")

_TOKEN = re.compile(
    r'(?P<raw>R"(?P<tag>[^()\\\s]{0,16})\((?:.|\n)*?\)(?P=tag)")'
    r"|(?P<line_comment>//[^\n]*)"
    r"|(?P<block_comment>/\*(?:.|\n)*?\*/)"
    r'|(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|(?P<number>\b[0-9][0-9a-zA-Z_.]*(?:'[0-9a-fA-F]+)+)"
    r"|(?P<char>'(?:\\.|[^'\\\n])+')"
)


def blank(text: str, literals: bool = True) -> str:
    """`text` with comments, and string literals where `literals` is set, replaced by spaces. Lines stay where they are."""

    def replace(match: re.Match[str]) -> str:
        kind = match.lastgroup
        if kind == "number" or (not literals and kind in ("raw", "tag", "string", "char")):
            return match.group(0)
        return re.sub(r"[^\n]", " ", match.group(0))

    return _TOKEN.sub(replace, text)


def sources(root: pathlib.Path, *folders: str) -> Iterator[pathlib.Path]:
    """All C++ files under the folders of `root`, in the order of their names."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".cpp", ".hpp") and path.is_file():
                yield path


def report(faults: list[str], what: str) -> int:
    """Prints the faults, if any, and gives the exit code."""
    for fault in faults:
        print(fault)
    print(f"{what}: {len(faults)} fault{'' if len(faults) == 1 else 's'}", file=sys.stderr if faults else sys.stdout)
    return 1 if faults else 0
