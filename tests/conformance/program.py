"""What checks that use the program as its users do have in common: its calls, and failures that are gathered."""
import pathlib
import subprocess
import sys

PROGRAM = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
PROJECT = pathlib.Path(__file__).resolve().parents[2]
DATA = PROJECT / "data"
CONFIG = ["--config", str(PROJECT / "config/demo.json")]
DEMO = [*CONFIG, "--data", str(DATA)]
failures = []


def check(holds, what):
    """Goes on after a failure, so that one run shows them all."""
    print(f"  {what}" if holds else f"  FAILED: {what}", flush=True)
    if not holds:
        failures.append(what)


def call(*arguments, cwd):
    try:
        return subprocess.run([PROGRAM, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(arguments, 0, "", "(did not end within 60 s)")


def finish():
    """Ends the check: with an error where something failed."""
    if failures:
        sys.exit(f"{len(failures)} failed")
    print("all of it holds")
