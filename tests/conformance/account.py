#!/usr/bin/env python3
"""Changes an account's configuration as its owners do: while it runs, at its start, halted, killed, with broken files.

usage: account.py BELLWETHER
"""
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from program import PROGRAM, PROJECT, call, check, finish


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Account:
    """A process that trades by the clock in a folder, with a configuration that is edited under it."""

    def __init__(self, folder, program=PROGRAM):
        self.folder = folder
        self.program = program
        self.port = free_port()
        self.config = json.loads((PROJECT / "config/always_on.json").read_text())
        self.config["clock"] = {"rate": 600, "sessions": "always"}
        self.config["exchange"]["faults"] = {"late_reports": 0.05, "repeated_reports": 0.05, "late_by": "90s"}
        self.config["strategies"] = [{"id": "trend", "type": "sma_cross",
                                      "parameters": {"fast": 2, "slow": 5, "allocation": 0.2}}]
        self.process = None
        self.output = open(folder / "output.log", "a")
        self.write()

    def write(self):
        (self.folder / "account.json").write_text(json.dumps(self.config, indent=1))

    def start(self):
        command = [self.program, "run", "--config", "account.json", "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=self.output, stderr=subprocess.STDOUT)
        for _ in range(200):
            try:
                if self.get("/health/ready")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        sys.exit("failed: the account does not come up")

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(timeout=15)

    def get(self, path, body=None, headers=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}",
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.loads(response.read().decode())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read().decode())

    def ctl(self, *arguments):
        return call("ctl", *arguments, "--url", f"http://127.0.0.1:{self.port}", cwd=self.folder)

    def reload(self, *arguments):
        done = self.ctl("reload", "--json", *arguments)
        return json.loads(done.stdout) if done.stdout.startswith("{") else {"failed": done.stderr, "code": done.returncode}

    def positions(self):
        return {(p["strategy"], p["symbol"]): float(p["quantity"]) for p in self.get("/v1/positions")[1]["positions"]}

    def wait_for(self, what, seconds=20):
        end = time.time() + seconds
        while time.time() < end:
            found = what()
            if found:
                return found
            time.sleep(0.02)
        return None

    def log(self):
        return (self.folder / "output.log").read_text()


def outcomes(change):
    return {each["key"]: each["outcome"] for each in change["changes"]}


def changes(account):
    print("changes while it runs")
    account.start()
    check(account.wait_for(account.positions), "it holds something")
    trial = account.reload("--dry-run")
    check(trial["changes"] == [] and not trial["opened"], "an unchanged file changes nothing")
    account.config["risk"].update({"drawdown": 0.2, "order_notional": 30000})
    account.config["fees"]["per_share"] = 0.004
    account.config["api"] = {"fills_max": 5000}
    account.config["account"]["initial_cash"] = 5
    account.write()
    trial = account.reload("--dry-run")
    expected = {"risk.drawdown": "taken", "risk.order_notional": "taken", "fees.per_share": "taken",
                "api.fills_max": "next_start", "account.initial_cash": "refused"}
    check(outcomes(trial) == expected, f"each key and what becomes of it: {outcomes(trial)}")
    check(account.get("/v1/configuration")[1]["risk"]["drawdown"] == 0.25, "a trial changes nothing")
    done = account.reload("--reason", "Tuesday")
    check(outcomes(done) == expected and done["opened"] and done["segment"] == 2, "the change is the same")
    now = account.get("/v1/configuration")[1]
    check((now["risk"]["drawdown"], now["fees"]["per_share"], now["account"]["initial_cash"]) == (0.2, 0.004, 100000),
          "what was taken is in force, what was refused is not")
    refused = [each for each in done["changes"] if each["outcome"] == "refused"]
    check(all(each["reason"] for each in refused), f"a refusal has a reason: {refused}")
    account.config["account"]["initial_cash"] = 100000


def bad_files(account):
    print("broken files")
    before = account.get("/v1/configuration")[1]
    sound = (account.folder / "account.json").read_text()
    for text, words in [("{", ["account.json"]), ("[]", ["account.json"]),
                        (json.dumps({**account.config, "risk": {"drawdown": 7, "open_orders": -1}, "nonsense": 1}),
                         ["risk.drawdown", "risk.open_orders", "nonsense"]),
                        (json.dumps({**account.config, "strategies": []}), ["strategies"])]:
        (account.folder / "account.json").write_text(text)
        done = account.ctl("reload")
        check(done.returncode == 2 and all(word in done.stderr for word in words), f"refused: {done.stderr.strip()[:160]}")
    (account.folder / "account.json").unlink()
    check(account.ctl("reload").returncode == 2, "a file that is gone")
    check(account.get("/v1/configuration")[1] == before and account.process.poll() is None, "nothing has changed")
    (account.folder / "account.json").write_text(sound)
    for body, field in [({"dry_run": "yes"}, "dry_run"), ({"removed": "sell"}, "removed"), ({"nonsense": 1}, "nonsense")]:
        status, answer = account.get("/v1/configuration", body)
        check(status == 400 and answer["error"]["field"] == field, f"{body}: {answer['error']['message'][:80]}")


def removals(account):
    print("what is removed with something open")
    check(account.wait_for(lambda: account.positions().get(("trend", "MSFT"))), "trend holds MSFT")
    account.config["strategies"][0]["symbols"] = ["AAPL", "QQQ"]
    account.write()
    done = None
    for _ in range(200):
        held = account.positions().get(("trend", "MSFT"), 0)
        trial = account.reload("--dry-run")
        if trial["removed"]:
            done = account.reload("--removed", "keep")
            # One that is on its way would close it.
            if done["removed"] and float(done["removed"][0]["quantity"]) != 0 and not done["removed"][0]["open_orders"]:
                break
            account.config["strategies"][0]["symbols"] = ["AAPL", "MSFT", "QQQ"]
            account.write()
            account.reload()
            account.config["strategies"][0]["symbols"] = ["AAPL", "QQQ"]
            account.write()
        time.sleep(0.05)
    stake = done["removed"][0]
    check((stake["strategy"], stake["symbol"], stake["becomes"], stake["under"]) ==
          ("trend", "MSFT", "kept", "trend.retired"), f"it is said who has it: {stake}")
    kept = account.positions()
    check(kept.get(("trend.retired", "MSFT")) == float(stake["quantity"]), "the position is there, under the retired one")
    time.sleep(1)
    check(account.positions().get(("trend.retired", "MSFT")) == float(stake["quantity"]), "and stays as it is")
    account.config["data"]["symbols"] = ["AAPL", "QQQ"]
    account.write()
    account.reload()
    check(account.positions().get(("trend.retired", "MSFT")) == float(stake["quantity"]),
          "a symbol that leaves stays as long as it is held")
    account.end(signal.SIGKILL)
    account.start()
    check(account.positions().get(("trend.retired", "MSFT")) == float(stake["quantity"]), "after kill -9 too")
    account.config["data"]["symbols"] = ["AAPL", "MSFT", "QQQ"]
    account.config["strategies"][0]["symbols"] = ["AAPL", "MSFT", "QQQ"]
    account.write()
    account.reload()
    check(("trend.retired", "MSFT") not in account.positions(), "who trades it again takes it over")
    account.config["changes"] = {"removed": "close"}
    account.config["strategies"][0]["symbols"] = ["AAPL", "QQQ"]
    account.write()
    for choice, becomes in (((), "closed"), (("--removed", "keep"), "kept")):
        stake = account.wait_for(lambda: account.reload("--dry-run", *choice)["removed"])
        check(stake[0]["becomes"] == becomes, f"changes.removed is close, asked with {choice or 'nothing'}: {becomes}")
    del account.config["changes"]
    account.config["strategies"] = [{"id": "other", "type": "donchian_breakout", "symbols": ["QQQ"]}]
    account.write()
    check(account.wait_for(lambda: any(q for (s, _), q in account.positions().items() if s == "trend")), "trend holds again")
    done = account.reload("--removed", "close")
    check("other" in done["warmed_up"], f"a new strategy is shown history: {done['warmed_up']}")
    flat = account.wait_for(lambda: not any(q for (s, _), q in account.positions().items() if s.startswith("trend")))
    check(flat, "what is to be closed is closed")
    status = account.get("/v1/strategies")[1]["strategies"]
    check({s["id"] for s in status} >= {"other", "manual"}, "the strategies are listed")


def halted_and_crowded(account):
    print("halted, crowded, repeated")
    account.config["strategies"] = [{"id": "trend", "type": "sma_cross",
                                     "parameters": {"fast": 2, "slow": 5, "allocation": 0.2}}]
    account.write()
    account.reload()
    account.ctl("halt", "--reason", "lunch")
    account.config["risk"]["drawdown"] = 0.19
    account.write()
    done = account.reload("--key", "change-1")
    check(done.get("opened"), f"a halted account is changed: {done.get('failed', '')}")
    status = account.get("/v1/status")[1]
    check(status["halted"] and status["halt_reason"] == "operator" and status["halt_note"] == "lunch", "and stays halted")
    again = account.reload("--key", "change-1")
    check(again["repeated"] and again["segment"] == done["segment"], "a repeat with its key changes nothing")
    account.ctl("resume")
    results = []
    before = done["segment"]

    def ask(fee):
        results.append(account.reload())

    account.config["fees"]["per_share"] = 0.003
    account.write()
    askers = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    check(all("segment" in each for each in results) and sum(each["opened"] for each in results) == 1,
          f"of six that ask at once, one changes it: {[each.get('opened') for each in results]}")
    account.config["risk"]["drawdown"] = 0.18
    account.write()
    account.process.send_signal(signal.SIGHUP)
    check(account.wait_for(lambda: account.get("/v1/configuration")[1]["risk"]["drawdown"] == 0.18), "SIGHUP changes it")
    check(account.wait_for(lambda: sum(1 for q in account.positions().values() if q) >= 2), "it holds two positions")
    account.config["risk"].update({"gross_exposure": 0.01})
    account.write()
    for _ in range(100):
        done = account.reload()
        if any(each["key"] == "risk.gross_exposure" for each in done["exceeded"]):
            break
        account.config["risk"].update({"gross_exposure": account.config["risk"]["gross_exposure"] + 0.0001})
        account.write()
    check(any(each["key"] == "risk.gross_exposure" for each in done["exceeded"]),
          f"a limit that is exceeded as it arrives is named: {done['exceeded']}")
    account.config["risk"].update({"gross_exposure": 1})
    account.write()
    account.reload()


def killed_anywhere(account):
    print("killed at any moment of a change")
    for kill in range(8):
        account.config["fees"]["per_share"] = 0.004 if kill % 2 else 0.005
        account.config["strategies"][0]["parameters"]["slow"] = 5 + kill % 3
        account.write()
        threading.Thread(target=lambda: account.ctl("reload")).start()
        time.sleep(random.uniform(0, 0.25))
        account.end(signal.SIGKILL)
        account.start()
        now = account.get("/v1/configuration")[1]
        check(now["fees"]["per_share"] == account.config["fees"]["per_share"],
              f"kill {kill}: the next start has the file's configuration")
    account.end()
    before = account.log().count("configuration_changed")
    account.config["risk"]["daily_loss"] = 0.06
    account.write()
    account.start()
    check(account.log().count("configuration_changed") == before + 1 and "risk.daily_loss: 0.05 -> 0.06" in account.log(),
          "a restart with a changed file prints the same differences")
    account.end()
    before = account.log().count("configuration_changed")
    account.start()
    account.end()
    check(account.log().count("configuration_changed") == before, "and with the same file none")


def proofs(account):
    print("proofs")
    replayed = call("replay", "always_on.db", cwd=account.folder)
    check(replayed.stdout.strip().splitlines()[-1].startswith("identical:") and " segments" in replayed.stdout,
          f"replay: {replayed.stdout.strip()}")
    checked = call("log", "check", "always_on.db", cwd=account.folder)
    check(checked.returncode == 0, f"log check: {(checked.stdout + checked.stderr).strip()[-200:]}")
    lines = call("log", "always_on.db", "--type", "order_command", "--json", cwd=account.folder).stdout.splitlines()
    commands = [json.loads(line)["command"] for line in lines]
    ids = [each["client_order_id"] for each in commands if each["kind"] in ("submit", "replace")]
    check(len(ids) == len(set(ids)) and len(ids) > 20, f"{len(ids)} orders, none twice")


def main():
    folder = pathlib.Path(tempfile.mkdtemp())
    account = Account(folder)
    try:
        for part in (changes, bad_files, removals, halted_and_crowded, killed_anywhere, proofs):
            part(account)
    finally:
        if account.process is not None and account.process.poll() is None:
            account.process.kill()
            account.process.wait()
        if os.environ.get("KEEP"):
            print(folder)
        else:
            shutil.rmtree(folder)
    finish()


if __name__ == "__main__":
    main()
