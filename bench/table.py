#!/usr/bin/env python3
"""Turns the JSON files of Google Benchmark in a folder into one readable table that says on what it was measured.

Prints the table, and writes it to FOLDER/table.md and everything behind it to FOLDER/results.json.

usage: table.py FOLDER [--compiler PATH] [--build-type TYPE]
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess

KNOWN_FIELDS = {
    "name", "family_index", "per_family_instance_index", "run_name", "run_type", "repetitions", "repetition_index",
    "threads", "iterations", "real_time", "cpu_time", "time_unit", "aggregate_name", "aggregate_unit", "label",
    "items_per_second", "bytes_per_second", "error_occurred", "error_message",
}  # fmt: skip
NS_PER_UNIT = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


def output_of(*command: str) -> str:
    """First line of what a command prints; empty where it fails."""
    try:
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return text.strip().split("\n")[0]


def hardware() -> str:
    model = re.search(r"^model name\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text(), re.MULTILINE)
    name = model[1].strip() if model else platform.machine()
    gigabytes = int(memory[1]) / 2**20 if memory else 0
    return f"{name}, {os.cpu_count()} cores, {gigabytes:.0f} GiB"


def circumstances(compiler: str, build_type: str) -> dict[str, str]:
    system = re.search(r'^PRETTY_NAME="?([^"\n]*)', pathlib.Path("/etc/os-release").read_text(), re.MULTILINE)
    return {
        "hardware": hardware(),
        "system": f"{system[1] if system else 'Linux'}, kernel {platform.release()}",
        "toolchain": f"{output_of(compiler, '--version')}, {build_type}",
        "commit": output_of("git", "describe", "--always", "--dirty", "--abbrev=12") or "not a git checkout",
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "load": "{:.2f} {:.2f} {:.2f}".format(*os.getloadavg()),
    }


def scaled(value: float, unit: str) -> str:
    for factor, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= factor:
            return f"{value / factor:.2f} {prefix}{unit}"
    return f"{value:.2f} {unit}".rstrip()


def duration(ns: float) -> str:
    for factor, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "us")):
        if ns >= factor:
            return f"{ns / factor:.2f} {unit}"
    return f"{ns:.2f} ns"


def row_of(run: dict) -> list[str]:
    if run.get("error_occurred"):
        return [run["name"], f"failed: {run.get('error_message', '')}", "", ""]
    rates = []
    if "items_per_second" in run:
        rates.append(scaled(run["items_per_second"], "items/s"))
    if "bytes_per_second" in run:
        rates.append(scaled(run["bytes_per_second"], "B/s"))
    counters = [f"{key} {scaled(value, '')}".strip() for key, value in run.items() if key not in KNOWN_FIELDS]
    label = [run["label"]] if run.get("label") else []
    return [run["name"], duration(run["real_time"] * NS_PER_UNIT[run["time_unit"]]), ", ".join(rates),
            ", ".join(counters + label)]  # fmt: skip


def markdown(rows: list[list[str]]) -> str:
    rows = [["benchmark", "time", "rate", "counters"], *rows]
    widths = [max(3, *(len(row[i]) for row in rows)) for i in range(4)]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="benchmark results as a table")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--build-type", default="")
    arguments = parser.parse_args()

    results: dict = {"circumstances": circumstances(arguments.compiler, arguments.build_type), "benchmarks": []}
    for path in sorted(arguments.folder.glob("*_bench.json")):
        results["benchmarks"] += json.loads(path.read_text())["benchmarks"]
    lines = [f"- {name}: {value}" for name, value in results["circumstances"].items()]
    text = "\n".join(lines) + "\n\n" + markdown([row_of(run) for run in results["benchmarks"]]) + "\n"
    (arguments.folder / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (arguments.folder / "table.md").write_text(text)
    print(f"\n{text}")


if __name__ == "__main__":
    main()
