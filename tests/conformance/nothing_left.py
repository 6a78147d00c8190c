#!/usr/bin/env python3
"""Readers of a log leave nothing beside it, a start that fails leaves no new file, and what is mistyped is answered.

usage: nothing_left.py BELLWETHER
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

from program import CONFIG, DEMO, PROGRAM, PROJECT, call, check, finish


def contents(folder):
    """Every path below a folder, with the bytes of the files."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def readers(folder):
    print("log and replay leave all as it was")
    closed = folder / "closed"
    closed.mkdir()
    done = call("run", *DEMO, "--log", str(closed / "x.db"), "--speed", "max", "--exit-at-end", "--set", "api.enabled=false",
                "--output", str(folder / "out"), cwd=folder)
    check(done.returncode == 0, "a whole session")
    (closed / "x.db.lock").unlink()
    killed = folder / "killed"
    killed.mkdir()
    writer = subprocess.Popen([PROGRAM, "run", *DEMO, "--log", str(killed / "x.db"), "--speed", "100000", "--set",
                               "api.enabled=false", "--output", str(folder / "out")], cwd=folder, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    time.sleep(1.5)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    check((killed / "x.db-wal").stat().st_size > 0, "a killed writer leaves a write-ahead file")
    without_index = folder / "without_index"
    shutil.copytree(killed, without_index)
    (without_index / "x.db-shm").unlink()
    for place in (closed, killed, without_index):
        for mode in (0o755, 0o555):
            os.chmod(place, mode)
            before = contents(place)
            for arguments in (["log", "x.db", "--type", "fill"], ["replay", "x.db"]):
                # As somebody who may not write there, where the test runs as root.
                user = {"user": 65534, "group": 65534} if os.getuid() == 0 and mode == 0o555 else {}
                done = subprocess.run([PROGRAM, *arguments], cwd=place, capture_output=True, text=True, timeout=60, **user)
                check(done.returncode == 0 and contents(place) == before,
                      f"{arguments[0]} in {place.name}, {mode:o}: exit {done.returncode} {done.stderr.strip()[:200]}")
        os.chmod(place, 0o755)
    events = [call("replay", "x.db", cwd=place).stdout for place in (killed, without_index)]
    check(events[0] == events[1] and events[0].startswith("identical"), f"what is in the write-ahead file is read: {events[0].strip()}")
    before = call("replay", "x.db", cwd=killed).stdout
    done = call("run", *DEMO, "--log", str(killed / "x.db"), "--speed", "max", "--exit-at-end", "--set", "api.enabled=false",
                "--output", str(folder / "out"), cwd=folder)
    check(done.returncode == 0 and before == events[0], "and the session goes on from it")


def failed_starts(folder):
    print("a start that fails leaves nothing")
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    port = str(taken.getsockname()[1])
    place = folder / "start"
    place.mkdir()
    (place / "file").write_text("a file\n")
    (place / "folder").mkdir()
    (place / "bad.json").write_text("{")
    (place / "gz/daily").mkdir(parents=True)
    (place / "gz/daily/AAPL.csv.gz").write_bytes(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\x4c")
    before = contents(place)
    run = ["run", *DEMO, "--set", "run.exit_at_end=true", "--speed", "max"]
    no_data = ["run", *CONFIG, "--speed", "max"]
    cases = [
        ([*run, "--port", port], port),
        ([*run, "--port", port, "--output", "a/b/c"], port),
        ([*run, "--port", port, "--log", "folder/x.db"], port),
        ([*run, "--set", "api.host=0.0.0.0"], "api.token_file"),
        ([*run, "--set", "api.token_file=absent"], "absent"),
        ([*run, "--set", "api.token_file=folder"], "folder"),
        ([*run, "--set", "api.token_file=/dev/null"], "/dev/null"),
        ([*run, "--output", "file/out", "--port", "0"], "file"),
        ([*run, "--output", "/dev/null", "--port", "0"], "/dev/null"),
        ([*run, "--output", "/proc/none", "--port", "0"], "/proc/none"),
        ([*run, "--log", "folder", "--port", "0"], "folder"),
        ([*run, "--log", "file", "--port", "0"], "file"),
        ([*run, "--log", "absent/x.db", "--port", "0"], "absent"),
        ([*run, "--log", "/dev/full", "--port", "0"], "/dev/full"),
        ([*run, "--log", "/proc/x.db", "--port", "0"], "/proc"),
        ([*no_data, "--data", "absent", "--port", "0"], "absent"),
        ([*no_data, "--data", "file", "--port", "0"], "file"),
        ([*no_data, "--data", "gz", "--port", "0"], "gz"),
        (["run", "--config", "bad.json"], "bad.json"),
        (["run", "--config", "folder"], "folder"),
        (["run"], "data.symbols"),
        (["backtest", *CONFIG, "--data", "absent", "--output", "new"], "absent"),
        (["backtest", *CONFIG, "--data", "gz", "--output", "new/er"], "gz"),
        (["backtest", *DEMO, "--output", "file/out"], "file"),
        (["log", "absent.db"], "absent.db"),
        (["replay", "file"], "file"),
        (["replay", "folder"], "folder"),
        (["verify", "folder"], "folder"),
    ]
    for arguments, word in cases:
        done = call(*arguments, cwd=place)
        shown = " ".join(arguments).replace(str(PROJECT), ".")
        left = sorted(set(contents(place)) - set(before))
        check(done.returncode in (1, 2) and word in done.stderr, f"{shown}: exit {done.returncode}: {done.stderr.strip()[:150]}")
        check(contents(place) == before, f"  nothing is left: {left}")
        check(not any(word in done.stderr for word in ("bad_alloc", "Success", "terminate")), "  and the reason is in words")


def flatten_after_the_end(folder):
    print("a flatten after the end of the data")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    session = subprocess.Popen([PROGRAM, "run", *DEMO, "--log", "late.db", "--port", str(port), "--speed", "max", "--output",
                                "late"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    ask = lambda path, data=None: json.loads(urllib.request.urlopen(urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data=data, headers={"Content-Type": "application/json"}), timeout=10).read())
    for _ in range(200):
        time.sleep(0.05)
        try:
            if ask("/v1/status")["phase"] == "finished":
                break
        except OSError:
            pass
    answer = ask("/v1/halt", b'{"flatten":true,"reason":"late"}')
    check("positions stay open" in (answer["unfinished"] or ""), f"the answer says what it cannot do: {answer}")
    # The answer comes with the command's event; what follows from it takes a moment.
    time.sleep(0.5)
    left = ask("/v1/orders?status=open")["orders"]
    check(left == [], f"no order is left open: {left}")
    session.send_signal(signal.SIGTERM)
    out, errors = session.communicate(timeout=20)
    check("flatten_incomplete" in errors, "the process's log says so")
    check("Not flat: 2 positions are open" in out, "and so does the end of what is printed")
    check(call("replay", "late.db", cwd=folder).returncode == 0, "what was recorded replays")


def mistyped(folder):
    print("what is mistyped is answered with what was meant")
    backtest = ["backtest", *DEMO]
    cases = [
        (["bactest"], "backtest"),
        ([*backtest, "--sybmol", "AAPL"], "'--symbol'"),
        ([*backtest, "--stratgy=sma_cross"], "'--strategy'"),
        ([*backtest, "--ouput", "x"], "'--output'"),
        (["run", *DEMO, "--prot", "0"], "'--port'"),
        (["run", *DEMO, "--exit-at-ned"], "'--exit-at-end'"),
        (["log", "x.db", "--tpye", "fill"], "'--type'"),
        (["verify", "result.json", "--dat", "x"], "'--data'"),
        ([*backtest, "--set", "account.initial_csh=4"], "account.initial_cash"),
        ([*backtest, "--strategy", "sma_corss", "--symbol", "AAPL"], "sma_cross"),
        ([*backtest, "--strategy", "sma_cross", "--symbol", "AAPL", "--set", "strategies.0.parameters.fst=3"], "fast"),
        ([*backtest, "--set", "fees.modle=x"], "fees."),
        ([*backtest, "--set", "fills.slippage=tciks"], "ticks"),
        ([*backtest, "--timeframe", "dialy"], "daily"),
    ]
    for arguments, word in cases:
        done = call(*arguments, cwd=folder)
        shown = " ".join(arguments).replace(str(PROJECT), ".")
        check(done.returncode == 2 and word in done.stderr, f"{shown}: {done.stderr.strip().splitlines()[0][:150] if done.stderr else '(silent)'}")


def main():
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        folder = pathlib.Path(name)
        readers(folder)
        failed_starts(folder)
        flatten_after_the_end(folder)
        mistyped(folder)
    finish()


if __name__ == "__main__":
    main()
