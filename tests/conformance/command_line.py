#!/usr/bin/env python3
"""Uses the program as its users do: backtests, results, receipts; a session with its API, killed and continued; bad input.

usage: command_line.py BELLWETHER
"""
import csv
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from program import DATA, DEMO, PROGRAM, PROJECT, call, check, finish

RESULT_FILES = ["orders.csv", "fills.csv", "trades.csv", "equity.csv", "equity_events.csv"]



def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(port, path, data=None):
    """Status and body."""
    headers = {"Content-Type": "application/json"} if data is not None else {}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def wait_until_up(port):
    for _ in range(200):
        try:
            if get(port, "/health/ready")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    sys.exit("failed: the session does not come up")


def backtests(folder):
    print("backtest and receipt")
    arguments = ["--strategy", "sma_cross", "--symbol", "AAPL", "--start", "2005-01-01", "--end", "2012-12-31", "--data",
                 str(DATA), "--output", "out"]
    done = call("backtest", *arguments, cwd=folder)
    check(done.returncode == 0 and "Sharpe" in done.stdout, "a backtest prints its statistics")
    for name in ["result.json", "report.html", *RESULT_FILES]:
        check((folder / "out" / name).stat().st_size > 0, f"{name} is written")
    rows = list(csv.DictReader((folder / "out/trades.csv").open()))
    check(len(rows) > 5, f"{len(rows)} trades are listed")
    check(call("verify", "out/result.json", cwd=folder).returncode == 0, "the receipt is confirmed")
    check(call("verify", "out/result.json", "--set", "logging.format=json", cwd=folder).returncode == 0, "verify takes --set")
    other = call("verify", "out/result.json", "--set", "account.leverage=2", cwd=folder)
    check(other.returncode == 2 and "account.leverage" in other.stderr, "verify refuses a --set that changes the result")
    result = json.loads((folder / "out/result.json").read_text())
    for group, key in [("statistics", "final_equity"), ("statistics", "sharpe"), ("counts", "fills")]:
        falsified = json.loads(json.dumps(result))
        falsified[group][key] = 1
        (folder / "falsified.json").write_text(json.dumps(falsified))
        refuted = call("verify", "falsified.json", cwd=folder)
        check(refuted.returncode == 1 and f"refuted: {group}.{key}" in refuted.stdout, f"a falsified {group}.{key} is refuted")
    shutil.copytree(DATA, folder / "data")
    changed = folder / "data/daily/AAPL.csv"
    text = bytearray(changed.read_bytes())
    # The last digit of the volume of a row within the range: no price changes.
    at = text.index(b"\n", text.index(b"2006-03-01")) - 1
    text[at] = ord("1") if text[at] != ord("1") else ord("2")
    changed.write_bytes(text)
    refuted = call("verify", "out/result.json", "--data", "data", cwd=folder)
    check(refuted.returncode == 1 and "data" in refuted.stdout, "one changed byte of input refutes it")
    shutil.rmtree(folder / "data")
    unwritable = call("backtest", *arguments[:-1], "/proc/none", cwd=folder)
    check(unwritable.returncode == 1 and "/proc/none" in unwritable.stderr and "Sharpe" not in unwritable.stdout,
          "an output folder that cannot be written is refused")
    several = call("backtest", "--strategy", "rsi_reversion", "--symbol", "AAPL,IBM,MSFT", "--data", str(DATA), "--set",
                   "strategies.0.parameters.period=5", "--set", "strategies.0.parameters.allocation=0.3", "--output", "three",
                   cwd=folder)
    check(several.returncode == 0, "several symbols with --set")


def session_killed_and_continued(folder):
    print("session, killed and continued")
    run = ["run", *DEMO, "--speed", "max", "--exit-at-end", "--set", "api.enabled=false"]
    done = call(*run, "--log", "reference.db", "--output", "reference", cwd=folder)
    check(done.returncode == 0, "a whole session")
    random.seed(1)
    kills = 0
    for _ in range(12):
        process = subprocess.Popen([PROGRAM, *run, "--log", "killed.db", "--output", "killed"], cwd=folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=random.uniform(0.05, 0.5))
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
    check(kills > 0, f"killed {kills} times")
    # Where the last one came to its end before it was killed, this is a new session, which gives the same.
    done = call(*run, "--log", "killed.db", "--output", "killed", cwd=folder)
    check(done.returncode == 0, f"continued after {kills} kills")
    honest = call("verify", "reference/result.json", "--data", str(DATA), cwd=folder)
    check(honest.returncode == 0, f"a session's result is verified by a backtest: {honest.stdout.strip()}")
    for name in RESULT_FILES:
        same = (folder / "reference" / name).read_bytes() == (folder / "killed" / name).read_bytes()
        check(same, f"{name} is byte for byte what it would have been")
    first, second = (call("replay", log, cwd=folder).stdout for log in ["reference.db", "killed.db"])
    check(first.startswith("identical:") and first == second, f"replay: {first.strip()}")
    lines = call("log", "killed.db", "--type", "order_command", "--json", cwd=folder).stdout.splitlines()
    ids = [json.loads(line)["command"]["client_order_id"] for line in lines]
    check(len(ids) > 20 and len(ids) == len(set(ids)), f"{len(ids)} order commands, none twice")
    fills = call("log", "killed.db", "--type", "fill", "--after", "1000", cwd=folder).stdout.splitlines()
    check(fills and all("fill" in line for line in fills), "log --type fill --after")


def session_with_api(folder):
    print("session with its API")
    port = free_port()
    command = [PROGRAM, "run", *DEMO, "--speed", "demo", "--port", str(port), "--log", "api.db", "--output", "api"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        wait_until_up(port)
        for path in ["/health/live", "/v1/status", "/v1/account", "/v1/positions", "/v1/orders?status=all&limit=5", "/v1/fills",
                     "/v1/strategies", "/openapi.json"]:
            status, body = get(port, path)
            check(status == 200 and json.loads(body) is not None, f"GET {path}")
        status, metrics = get(port, "/metrics")
        check(status == 200 and "bellwether_" in metrics, "GET /metrics")
        promtool = shutil.which("promtool") or os.environ.get("PROMTOOL")
        if promtool:
            done = subprocess.run([promtool, "check", "metrics"], input=metrics, capture_output=True, text=True, timeout=30)
            check(done.returncode == 0, f"promtool check metrics {done.stdout}{done.stderr}".strip())
        else:
            print("  skipped: promtool is not there")
        status, body = get(port, "/v1/halt", b'{"reason":"drill","flatten":true}')
        check(status in (200, 202), "POST /v1/halt")
        time.sleep(0.3)
        check(json.loads(get(port, "/v1/status")[1])["halted"] is True, "halted is shown")
        check(get(port, "/v1/resume", b"{}")[0] in (200, 202), "POST /v1/resume")
        check(get(port, "/v1/nothing")[0] == 404, "404")
        second = call("run", *DEMO, "--port", str(free_port()), "--log", "api.db", cwd=folder)
        check(second.returncode != 0 and "in use" in second.stderr, "a second instance on the same log is refused")
        third = call("run", *DEMO, "--port", str(port), "--log", "other.db", cwd=folder)
        check(third.returncode != 0 and str(port) in third.stderr, "a port in use is refused")
        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=10)
        check(code == 0 and time.monotonic() - begin < 5, "SIGTERM ends it cleanly within 5 s")
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        wait_until_up(port)
        process.send_signal(signal.SIGHUP)
        check(process.wait(timeout=10) == 0, "so does SIGHUP")
    finally:
        process.kill()
        process.wait()
    check(call("replay", "api.db", cwd=folder).returncode == 0, "what was recorded replays")
    halted = call("run", *DEMO, "--speed", "max", "--exit-at-end", "--port", "0", "--log", "api.db", "--output", "api", cwd=folder)
    done = call("verify", "api/result.json", cwd=folder)
    check(halted.returncode == 0 and done.returncode == 3 and "replay" in done.stdout,
          f"the result of a session with an operator's commands is not verifiable: exit {done.returncode}")


def ctl(port, *arguments, folder):
    return call("ctl", *arguments, "--url", f"http://127.0.0.1:{port}", cwd=folder)


def acting(folder):
    print("acting on a session, killed in between")
    port = free_port()
    command = [PROGRAM, "run", *DEMO, "--log", "acts.db", "--port", str(port), "--output", "acts"]
    start = lambda: subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    buy = ["order", "buy", "10", "AAPL", "--reason", "by hand", "--key", "k-1", "--json"]
    process = start()
    try:
        wait_until_up(port)
        first = ctl(port, *buy, folder=folder)
        check(first.returncode == 0, f"an order by hand: {first.stdout.strip()} {first.stderr.strip()}")
        first = json.loads(first.stdout)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = start()
        wait_until_up(port)
        again = json.loads(ctl(port, *buy, folder=folder).stdout)
        check(again["event"] == first["event"] and again["repeated"] and not first["repeated"],
              "a repeat with its key, after kill -9 and a restart, is answered as the first")
        other = ctl(port, "order", "buy", "11", "AAPL", "--key", "k-1", folder=folder)
        check(other.returncode == 1 and f"event {first['event']}" in other.stderr, "its key with another content is refused")
        for arguments, word in [(["order", "buy", "5", "NOPE"], "symbol"), (["order", "buy", "1.5", "AAPL"], "quantity"),
                                (["order", "buy", "5", "AAPL", "--type", "limit"], "limit_price"),
                                (["order", "buy", "5", "AAPL", "--oco"], "take_profit"),
                                (["halt", "--reason", "x" * 101], "reason"), (["cancel"], "--all"),
                                (["halt", "--key", "a b"], "Idempotency-Key"), (["order", "buy", "5"], "SYMBOL"),
                                (["pause"], "STRATEGY"), (["status", "--sybmol", "AAPL"], "--sybmol")]:
            done = ctl(port, *arguments, folder=folder)
            check(done.returncode == 2 and word in done.stderr, f"ctl {' '.join(arguments)[:40]}: {done.stderr.strip()[:90]}")
        large = ctl(port, "order", "buy", "900000000", "AAPL", folder=folder)
        check(large.returncode == 1 and "denied" in large.stdout, f"beyond every limit: {large.stdout.strip()}")
        bracket = ["order", "buy", "2", "MSFT", "--limit", "1", "--tif", "gtc", "--take-profit", "2", "--stop-loss", "0.5"]
        order = json.loads(ctl(port, *bracket, "--json", folder=folder).stdout)["client_order_id"]
        check(json.loads(get(port, f"/v1/orders/{order}")[1])["order_class"] == "bracket", "a bracket by hand")
        check(ctl(port, "cancel", order, folder=folder).returncode == 0, "one order is cancelled")
        time.sleep(0.5)
        check(json.loads(get(port, f"/v1/orders/{order}")[1])["state"] == "canceled", "it has ended")
        check(ctl(port, "cancel", order, folder=folder).returncode == 1, "what has ended cannot be cancelled")
        check(ctl(port, "pause", "trend", "--reason", "look", folder=folder).returncode == 0 and
              "paused          trend" in ctl(port, "status", folder=folder).stdout, "a strategy is paused")
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = start()
        wait_until_up(port)
        check("paused          trend" in ctl(port, "status", folder=folder).stdout, "it is, after a restart too")
        check(ctl(port, "resume", "--strategy", "trend", folder=folder).returncode == 0, "and resumed")
        held = [p for p in json.loads(get(port, "/v1/positions")[1])["positions"] if p["strategy"] == "manual"]
        check([p["quantity"] for p in held] == ["10"], "what was bought by hand is held")
        much = ctl(port, "close", "AAPL", "--strategy", "manual", "--quantity", "11", folder=folder)
        check(much.returncode == 1 and "manual 10" in much.stderr, "no more is closed than is held")
        check(ctl(port, "close", "AAPL", "--strategy", "manual", "--quantity", "4", folder=folder).returncode == 0, "a part")
        for arguments in (["cancel", "--symbol", "AAPL"], ["cancel", "--all"], ["flatten"], ["halt", "--flatten"], ["resume"]):
            check(ctl(port, *arguments, folder=folder).returncode == 0, f"ctl {' '.join(arguments)}")
        listed = json.loads(get(port, "/v1/commands?direction=desc&limit=1000")[1])["commands"]
        check(listed[0]["command"] == "resume" and listed[-1]["command"] == "submit_order" and
              (listed[-1]["note"], listed[-1]["key"]) == ("by hand", "k-1"), "all of it is listed")
        process.send_signal(signal.SIGTERM)
        check(process.wait(timeout=10) == 0, "the session stops")
    finally:
        process.kill()
        process.wait()
    away = ctl(port, "status", folder=folder)
    check(away.returncode == 1 and "bellwether run" in away.stderr, f"nobody there: {away.stderr.strip()}")
    done = call("run", *DEMO, "--speed", "max", "--exit-at-end", "--port", "0", "--log", "acts.db", "--output", "acts", cwd=folder)
    check(done.returncode == 0, "it goes on to the end")
    outcomes = json.loads((folder / "acts/result.json").read_text())["order_outcomes"]
    check("manual" in json.dumps(outcomes), "the result holds what was done by hand")
    check(call("replay", "acts.db", cwd=folder).stdout.startswith("identical:"), "and the log replays")


def by_the_clock(folder):
    print("by the clock, killed and continued")
    port = free_port()
    command = [PROGRAM, "run", "--config", str(PROJECT / "config/always_on.json"), "--set", "clock.rate=3000", "--port",
               str(port)]
    log = open(folder / "clock.log", "w")
    start = lambda: subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    process = start()
    bought = None
    try:
        wait_until_up(port)
        for kill in range(3):
            for _ in range(100):
                status = json.loads(get(port, "/v1/status")[1])
                if status["session_open"] and bought is None:
                    done = ctl(port, "order", "buy", "3", "AAPL", "--key", "by-the-clock", "--json", folder=folder)
                    bought = json.loads(done.stdout)["event"] if done.returncode == 0 else None
                if status["session_open"]:
                    break
                time.sleep(0.1)
            time.sleep(random.uniform(0.2, 1.2))
            process.send_signal(signal.SIGKILL)
            process.wait()
            process = start()
            wait_until_up(port)
        check(bought is not None, "an order by hand while it is open")
        again = json.loads(ctl(port, "order", "buy", "3", "AAPL", "--key", "by-the-clock", "--json", folder=folder).stdout)
        check(again["event"] == bought and again["repeated"], "its repeat is answered as the first, after three kills")
        for _ in range(400):
            if list(folder.glob("always_on/*/result.json")):
                break
            time.sleep(0.1)
        results = list(folder.glob("always_on/*/result.json"))
        check(bool(results), f"the close has written results: {[str(r.parent.name) for r in results]}")
        check(results and "synthetic data" in results[0].read_text(), "which say that the data are synthetic")
        check(json.loads(get(port, "/v1/status")[1])["synthetic_data"] is True, "and so does the API")
        process.send_signal(signal.SIGTERM)
        check(process.wait(timeout=10) == 0, "it stops")
    finally:
        process.kill()
        process.wait()
        log.close()
    text = (folder / "clock.log").read_text()
    check("waits until" in text and text.count("the account goes on from its log") == 3, "it said until when it waits")
    replayed = call("replay", "always_on.db", cwd=folder)
    check(replayed.stdout.startswith("identical:"), f"replay: {replayed.stdout.strip()}")
    lines = call("log", "always_on.db", "--type", "order_command", "--json", cwd=folder).stdout.splitlines()
    ids = [json.loads(line)["command"]["client_order_id"] for line in lines]
    ids = [each for each in ids if each]
    check(len(ids) == len(set(ids)), f"{len(ids)} order commands, none twice")
    refused = call("backtest", "--config", str(PROJECT / "config/always_on.json"), cwd=folder)
    check(refused.returncode == 1 and "market_data.source" in refused.stderr, f"no backtest of it: {refused.stderr.strip()}")


def small_files():
    """In a child process: no file grows beyond 1 MiB, as on a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


def session_that_fails(folder):
    print("a session whose log cannot be written")
    done = subprocess.run([PROGRAM, "run", *DEMO, "--log", "full.db", "--speed", "max", "--set", "api.enabled=false"],
                          cwd=folder, capture_output=True, text=True, timeout=60, preexec_fn=small_files)
    check(done.returncode == 1 and "the event log cannot be written" in done.stderr, "ends with exit code 1 and says why")
    done = call("run", *DEMO, "--log", "full.db", "--speed", "max", "--exit-at-end", "--set", "api.enabled=false",
                "--output", "full", cwd=folder)
    check(done.returncode == 0, "continues to the end once there is room")
    check(call("replay", "full.db", cwd=folder).returncode == 0, "what was recorded replays")
    done = call("run", *DEMO, "--log", "unwritten.db", "--speed", "max", "--exit-at-end", "--set", "api.enabled=false",
                "--output", "/dev/full/out", cwd=folder)
    check(done.returncode == 1 and "/dev/full/out" in done.stderr and not (folder / "unwritten.db").exists(),
          "a session whose results could not be written does not begin, and leaves no log")


def bad_input(folder):
    print("bad input")
    (folder / "empty/daily").mkdir(parents=True)
    (folder / "empty/daily/NONE.csv").write_text("")
    (folder / "columns/daily").mkdir(parents=True)
    (folder / "columns/daily/ODD.csv").write_text("timestamp,open,high,low\n2005-01-03,1,1,1\n")
    (folder / "syntax.json").write_text('{"data": {"symbols": ["AAPL"],}\n}')
    (folder / "unknown.json").write_text('{"acount": {"initial_cash": 1}, "data": {"symbols": ["AAPL"], "timeframe": "weekly"}}')
    (folder / "foreign.db").write_text("this is not a log")
    sma = ["--strategy", "sma_cross", "--data", str(DATA)]
    cases = [
        (["backtest", *sma, "--symbol", "NOPE"], "NOPE"),
        (["backtest", "--strategy", "sma_cross", "--symbol", "AAPL", "--data", "missing"], "missing"),
        (["backtest", "--strategy", "sma_cross", "--symbol", "NONE", "--data", "empty"], "NONE.csv"),
        (["backtest", "--strategy", "sma_cross", "--symbol", "ODD", "--data", "columns"], "close"),
        (["backtest", "--strategy", "sma_crss", "--symbol", "AAPL", "--data", str(DATA)], "sma_cross"),
        (["backtest", *sma, "--symbol", "AAPL", "--set", "strategies.0.parameters.quick=5"], "quick"),
        (["backtest", *sma, "--symbol", "AAPL", "--set", "strategies.0.parameters.fast=60"], "fast"),
        (["backtest", *sma, "--symbol", "AAPL", "--start", "2010-01-01", "--end", "2005-01-01"], "start"),
        (["backtest", *sma, "--symbol", "AAPL", "--start", "1999-01-01", "--end", "1999-12-31"], "1999"),
        (["backtest", *sma, "--symbol", "AAPL", "--set", "account.initial_cash=0"], "initial_cash"),
        (["backtest", "--symbol", "AAPL", "--data", str(DATA)], "strateg"),
        (["backtest", *sma], "symbols"),
        (["backtest", "--config", "syntax.json"], "line"),
        (["backtest", "--config", "unknown.json"], "acount"),
        (["backtest", "--config", "absent.json"], "absent.json"),
        (["backtest", *sma, "--symbol", "AAPL", "--output", "/dev/full/out"], "/dev/full"),
        (["replay", "foreign.db"], "foreign.db"),
        (["replay", "absent.db"], "absent.db"),
        (["log", "foreign.db"], "foreign.db"),
        (["verify", "syntax.json"], "syntax.json"),
        (["run", *DEMO, "--log", "foreign.db", "--set", "api.enabled=false"], "foreign.db"),
        (["run", *DEMO, "--log", "no/such/folder/x.db", "--set", "api.enabled=false"], "no/such/folder"),
        (["run", *DEMO, "--log", "n" * 300, "--set", "api.enabled=false"], "too long"),
        (["run", *DEMO, "--speed", "sideways"], "speed"),
        (["run", *DEMO, "--set", "mode=live"], "live"),
        (["dance"], "subcommand"),
        (["bactest"], "'backtest'"),
        (["verfy", "result.json"], "'verify'"),
        (["log", "foreign.db", "--after", "-1"], "--after"),
        (["version", "--set", "api.prot=1"], "api.port"),
        (["strategies", "--set", "nonsense"], "--set"),
        (["backtest", *sma, "--symbol", "AAPL", "--start", "yesterday"], "--start"),
        (["backtest", *sma, "--symbol", "AAPL", "--set", "account.initial_cash=1e11"], "initial_cash"),
        (["run", "--strategy", "sma_cross"], "data.symbols"),
    ]
    for arguments, word in cases:
        done = call(*arguments, cwd=folder)
        shown = " ".join(each.replace(str(PROJECT), ".") for each in arguments)
        check(done.returncode not in (0, -6, -11) and word in done.stderr and "terminate" not in done.stderr,
              f"{shown}: exit {done.returncode}: {done.stderr.strip().splitlines()[0][:110] if done.stderr else '(silent)'}")
    for arguments in (["config"], ["config", "--markdown"], ["config", "--schema"], ["strategies"], ["version"], ["--help"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, *arguments], cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        check(done.returncode == 1 and "standard output" in done.stderr, f"{' '.join(arguments)} >/dev/full is an error")
    both = call("backtest", "--config", "unknown.json", cwd=folder).stderr
    check("acount" in both and "timeframe" in both, "all errors of a configuration at once")
    check(not (folder / "foreign.db.lock").exists(), "a foreign file gets no lock file")
    check(call("run", "--strategy", "sma_cross", cwd=folder).returncode == 2, "run without symbols is a wrong call")
    check(call("--version", cwd=folder).stdout == call("version", cwd=folder).stdout, "--version")
    lines = call("run", "--config", "unknown.json", "--set", "logging.format=json", cwd=folder).stderr.splitlines()
    check(len(lines) == 2 and all(json.loads(line)["severity"] == "ERROR" for line in lines), "errors of run as JSON lines")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        bad_input(folder)
        backtests(folder)
        session_killed_and_continued(folder)
        session_with_api(folder)
        acting(folder)
        by_the_clock(folder)
        session_that_fails(folder)
    finish()


if __name__ == "__main__":
    main()
