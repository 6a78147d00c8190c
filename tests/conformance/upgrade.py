#!/usr/bin/env python3
"""Gives an account from one version of the program to the next: stopped cleanly, killed, and back again.

usage: upgrade.py BELLWETHER BELLWETHER_NEXT
"""
import contextlib
import json
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

from account import Account
from program import PROGRAM, check, finish

NEXT = pathlib.Path(sys.argv[2]).resolve()


def ask(program, *arguments, cwd):
    done = subprocess.run([program, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def openings(account):
    """Of each segment: which version opened it, and the state in which it did."""
    with contextlib.closing(sqlite3.connect(f"file:{account.folder}/always_on.db?mode=ro", uri=True)) as log:
        states = [json.loads(row[0]) if row[0] else None for row in log.execute("SELECT state FROM segments ORDER BY number")]
    code, text = ask(NEXT, "log", "segments", "always_on.db", "--json", cwd=account.folder)
    return list(zip((json.loads(line)["engine_version"] for line in text.splitlines()), states, strict=True))


def open_orders(account):
    orders = account.get("/v1/orders?status=open")[1]["orders"]
    return {each["client_order_id"]: (each["symbol"], each["quantity"], each["filled_quantity"]) for each in orders}


def held(account):
    return {pair: quantity for pair, quantity in account.positions().items() if quantity}


@contextlib.contextmanager
def trading_account():
    """An account of the old version that holds something, with an order that rests, halted and with a pause."""
    folder = pathlib.Path(tempfile.mkdtemp())
    account = Account(folder)
    try:
        account.start()
        check(account.wait_for(lambda: held(account)), "the old version holds something")
        account.get("/v1/orders", {"symbol": "MSFT", "side": "buy", "quantity": "1", "type": "limit",
                                   "limit_price": "0.01", "time_in_force": "gtc", "reason": "rests"})
        check(account.wait_for(lambda: any(o[0] == "MSFT" for o in open_orders(account).values())), "an order rests")
        yield account
    finally:
        if account.process.poll() is None:
            account.process.kill()
            account.process.wait()
        shutil.rmtree(folder)


def without_saved(state):
    """What must be the same whoever wrote it: all but what the strategies save of themselves."""
    return {key: value for key, value in state.items() if key not in ("strategies", "timers")}


def stopped(account):
    print("stopped by the old version, started by the new one")
    account.ctl("pause", "trend", "--reason", "watched")
    account.ctl("halt", "--reason", "upgrade")
    account.end()
    before = openings(account)[-1]
    check(before[0] == "0.1.0" and before[1]["positions"], "the old version has left the account's state")
    account.program = NEXT
    account.start()
    after = openings(account)[-1]
    check(after[0] == "0.2.0", "the new version has opened a segment of its own")
    check(without_saved(after[1]) == without_saved(before[1]),
          "positions and lots, open orders, halt, marks of the day and booked executions are what they were")
    wanted = {each["strategy"] + " " + each["symbol"]: each["quantity"] for each in before[1]["positions"]
              if float(each["quantity"])}
    check({f"{s} {i}": q for (s, i), q in held(account).items()} == {k: float(q) for k, q in wanted.items()},
          f"the API shows what is held: {wanted}")
    check(set(open_orders(account)) == {each["id"] for each in before[1]["orders"]}, "and the order that rests")
    status = account.get("/v1/status")[1]
    check(status["halted"] and status["halt_reason"] == "operator", "it is halted by the operator as before")
    strategies = {each["id"]: each for each in account.get("/v1/strategies")[1]["strategies"]}
    check(strategies["trend"]["paused"], "the strategy is paused")
    said = account.log()
    check("last traded by version 0.1.0" in said, "it says who traded before")
    saved = {each["id"]: each for each in after[1]["strategies"]}
    check(saved["trend"]["state_version"] == 2 and saved["trend"]["saved"], "the strategy has a state of the new layout")
    check("warmed" in said and "trend" in said.split("warmed")[-1], "and was warmed up by history")
    account.ctl("resume", "trend")
    account.ctl("resume")
    fills = len(account.get("/v1/fills")[1]["fills"])
    check(account.wait_for(lambda: len(account.get("/v1/fills")[1]["fills"]) > fills), "it trades on")
    account.end()


def back(account):
    print("what the old version says of it, and who proves what")
    command = [PROGRAM, "run", "--config", "account.json", "--port", str(account.port)]
    refused = subprocess.run(command, cwd=account.folder, capture_output=True, text=True, timeout=60)
    text = refused.stdout + refused.stderr
    check(refused.returncode != 0 and "written by version 0.2.0, which is newer than this one (0.1.0)" in text,
          f"it refuses: {text.strip()[:200]}")
    code, text = ask(NEXT, "replay", "always_on.db", cwd=account.folder)
    check(code == 0 and "segment 1: version 0.1.0 proves it" in text and "identical:" in text,
          f"replay by the new version: {text.strip()}")
    code, text = ask(NEXT, "log", "segments", "always_on.db", cwd=account.folder)
    check(code == 0 and "0.1.0" in text and "0.2.0" in text, "the segments name both")
    code, text = ask(NEXT, "log", "check", "always_on.db", cwd=account.folder)
    check(code == 0, f"the log is whole: {text.strip()[-200:]}")


def killed(account):
    print("killed under the old version")
    account.end(signal.SIGKILL)
    segments = openings(account)
    command = [NEXT, "run", "--config", "account.json", "--port", str(account.port)]
    refused = subprocess.run(command, cwd=account.folder, capture_output=True, text=True, timeout=60)
    text = refused.stdout + refused.stderr
    check(refused.returncode != 0 and "start version 0.1.0 and stop it once more" in text,
          f"the new version says what to do: {text.strip()[:300]}")
    check(len(openings(account)) == len(segments), "and has changed nothing")
    account.start()
    account.end()
    account.program = NEXT
    account.start()
    check(openings(account)[-1][0] == "0.2.0", "after that it goes on with the account")
    account.end(signal.SIGKILL)
    account.start()
    check(account.end() == 0, "and comes back from its own kill")


def main():
    with trading_account() as account:
        stopped(account)
        back(account)
    with trading_account() as account:
        # A segment that began with a saved state; of a new account, the next version can re-execute everything.
        account.end()
        account.start()
        begun = openings(account)[-1][1]["last_event"]
        check(account.wait_for(lambda: account.get("/v1/status")[1]["last_event"] > begun + 20), "it trades in the next")
        killed(account)
    finish()


if __name__ == "__main__":
    main()
