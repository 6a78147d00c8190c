#!/usr/bin/env python3
"""Does to the files of a running session's log what operators and their programs do, and looks at what becomes of it.

usage: log_files.py BELLWETHER
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request

from program import PROGRAM, PROJECT, call, check, finish

ALWAYS_ON = ["--config", str(PROJECT / "config/always_on.json"), "--set", "clock.rate=3000", "--port", "0",
             "--set", "logging.format=json"]


class Session:
    """A session by the clock whose log lies in a folder of its own."""

    def __init__(self, folder, log="place/log.db", config=None):
        self.folder = folder
        self.log = folder / log
        folder.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(exist_ok=True)
        self.errors = open(folder / "stderr.txt", "a+", encoding="utf-8")
        self.begin = self.errors.seek(0, os.SEEK_END)
        options = [*ALWAYS_ON[2:], "--config", str(config)] if config else ALWAYS_ON
        self.process = subprocess.Popen([PROGRAM, "run", *options, "--log", str(self.log), "--output", "out"], cwd=folder,
                                        stdout=subprocess.DEVNULL, stderr=self.errors)

    def lines(self):
        self.errors.seek(self.begin)
        return [json.loads(line) for line in self.errors.read().splitlines() if line.startswith("{")]

    def wait_for(self, event):
        for _ in range(200):
            if any(line.get("event") == event for line in self.lines()):
                return True
            if self.process.poll() is not None:
                return False
            time.sleep(0.05)
        return False

    def url(self):
        told = next(line["message"] for line in self.lines() if line.get("event") == "api_started")
        return told[told.index("http"):]

    def last_event(self):
        with urllib.request.urlopen(self.url() + "/v1/status", timeout=5) as answer:
            return json.load(answer)["last_event"]

    def trades(self):
        """Waits until some events are in the log; gives how many the API shows."""
        if not self.wait_for("session_started"):
            return 0
        for _ in range(200):
            if (shown := self.last_event()) >= 20:
                return shown
            time.sleep(0.05)
        return 0

    def end(self, sign=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(sign)
        try:
            return self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None


def copy_over(source, target):
    """As `cp` does it: the same file, cut and written anew."""
    with open(target, "r+b") as out:
        out.truncate(0)
        out.write(source.read_bytes())


MISCHIEFS = [
    ("rm LOG", lambda s, o: s.log.unlink(), "log.db: has been deleted"),
    ("mv LOG away", lambda s, o: s.log.rename(s.folder / "away.db"), "log.db: has been moved away"),
    ("mv OTHER LOG", lambda s, o: o.rename(s.log), "log.db: has been replaced"),
    (": > LOG", lambda s, o: os.truncate(s.log, 0), "log.db: has been cut short"),
    ("cp OTHER LOG", lambda s, o: copy_over(o, s.log), "log.db: has been c"),
    ("rm LOG-wal", lambda s, o: pathlib.Path(f"{s.log}-wal").unlink(), "log.db-wal: has been deleted"),
    (": > LOG-wal", lambda s, o: os.truncate(f"{s.log}-wal", 0), "log.db-wal: has been c"),
    (": > LOG-shm", lambda s, o: os.truncate(f"{s.log}-shm", 0), "-shm"),
    ("mv OTHER LOG-wal", lambda s, o: o.rename(f"{s.log}-wal"), "log.db-wal: has been replaced"),
    ("rm -r FOLDER", lambda s, o: shutil.rmtree(s.log.parent), "log.db: has been deleted with its folder"),
    ("mv FOLDER", lambda s, o: s.log.parent.rename(s.folder / "moved"), "log.db: has been moved away with its folder"),
]


def spoilt_while_it_runs(folder):
    print("files that are deleted, moved, replaced, cut or copied over while the session runs")
    donor = Session(folder / "donor")
    check(donor.trades() > 0 and donor.end() == 0, "another log")
    for number, (name, act, told) in enumerate(MISCHIEFS):
        place = folder / f"spoilt{number}"
        session = Session(place)
        try:
            check(session.trades() > 0, "a session")
            other = place / "other.db"
            shutil.copy(donor.log, other)
            begin = time.monotonic()
            act(session, other)
            try:
                code = session.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                code = None
            failed = [line["message"] for line in session.lines() if line["severity"] in ("CRITICAL", "ERROR")]
            check(code == 1 and len(failed) == 1 and told in failed[0],
                  f"{name}: exit {code} after {time.monotonic() - begin:.2f} s: {failed}")
        finally:
            session.end(signal.SIGKILL)


def nothing_durable_is_lost(folder):
    print("where only a name is gone, the log is whole")
    for name, act, where in [("rm LOG-wal", lambda s: pathlib.Path(f"{s.log}-wal").unlink(), "place/log.db"),
                             ("mv LOG", lambda s: s.log.rename(s.folder / "away.db"), "away.db")]:
        place = folder / where.replace("/", "_")
        session = Session(place)
        seen = session.trades()
        act(session)
        code = session.process.wait(timeout=5)
        replayed = call("replay", where, cwd=place).stdout
        check(code == 1 and replayed.startswith("identical:") and int(replayed.split()[1]) >= seen > 0,
              f"{name}: the API had shown {seen} events; {replayed.strip()}")


def second_names(folder):
    print("a log under a second name")
    session = Session(folder / "names")
    try:
        check(session.wait_for("session_started"), "a session")
        link = session.folder / "link.db"
        os.link(session.log, link)
        second = call("run", *ALWAYS_ON, "--log", str(link), "--output", "out2", cwd=session.folder)
        check(second.returncode == 1 and "writes the same file" in second.stderr, "a hard link is the same log")
        check(session.process.poll() is None, "whose owner goes on")
    finally:
        check(session.end() == 0, "and stops")
    both = call("run", *ALWAYS_ON, "--log", str(session.log), "--output", "out", cwd=session.folder)
    check(both.returncode == 1 and "2 names" in both.stderr, "a log with two names is not written")


def backed_up_while_it_runs(folder):
    print("a backup beside the running session")
    session = Session(folder / "source")
    away = folder / "away"
    away.mkdir()
    backup = away / "backup.db"
    try:
        before = session.trades()
        done = call("log", "backup", str(backup), "--log", str(session.log), cwd=session.folder)
        check(done.returncode == 0 and ", whole: " in done.stdout, f"backup: {done.stdout.strip()}{done.stderr.strip()}")
        check([path.name for path in away.iterdir()] == ["backup.db"], "is one file")
        again = call("log", "backup", str(backup), "--log", str(session.log), cwd=session.folder)
        check(again.returncode == 1 and "exists already" in again.stderr, "and is never replaced")
        for _ in range(100):
            if (after := session.last_event()) > before:
                break
            time.sleep(0.05)
        check(after > before, f"the session went on from event {before} to {after}")
        check(call("log", "check", str(session.log), cwd=folder).returncode == 0, "its log is whole while it runs")
        refused = call("log", "archive", str(session.log), "--keep", "1", cwd=folder)
        check(refused.returncode == 1 and "stop the service" in refused.stderr, "and is not archived meanwhile")
    finally:
        check(session.end() == 0, "it stops")
    whole = call("log", "check", str(backup), cwd=away)
    check(whole.returncode == 0 and whole.stdout.startswith("whole: "), whole.stdout.strip())
    held = int(whole.stdout.split(" up to ")[1].split(",")[0])
    check(held >= before, f"the backup holds what the API had shown: {before} of {held}")
    restored = Session(folder / "restored", str(backup))
    try:
        for _ in range(200):
            if restored.wait_for("session_started") and restored.last_event() > held:
                break
            time.sleep(0.05)
        check(restored.last_event() > held, f"the account goes on elsewhere from event {held}")
    finally:
        check(restored.end() == 0, "and stops")
    check(call("replay", str(backup), cwd=away).stdout.startswith("identical:"), "and replays")


def archived(folder):
    print("segments: listed, archived, missed, read alone")
    place = folder / "segments"
    place.mkdir()
    config = place / "account.json"
    settings = json.loads((PROJECT / "config/always_on.json").read_text())
    settings["clock"]["sessions"] = "always"
    settings["strategies"][0]["parameters"] = {"fast": 2, "slow": 5, "allocation": 0.2}
    config.write_text(json.dumps(settings))
    session = Session(place, "log.db", config)
    try:
        for slow in (6, 7, 8, 9):
            check(session.trades() > 0, "a session")
            event = session.last_event()
            while session.last_event() < event + 200:
                time.sleep(0.05)
            settings["strategies"][0]["parameters"]["slow"] = slow
            config.write_text(json.dumps(settings))
            done = call("ctl", "reload", "--url", session.url(), cwd=place)
            check(done.returncode == 0, f"another configuration: {done.stdout.strip()}{done.stderr.strip()}"[:160])
        time.sleep(1)
    finally:
        check(session.end() == 0, "it stops")
    listed = [json.loads(line) for line in call("log", "segments", "log.db", "--json", cwd=place).stdout.splitlines()]
    check([segment["segment"] for segment in listed] == list(range(1, len(listed) + 1)) and len(listed) >= 5,
          f"{len(listed)} segments")
    changed = [(c["key"], c["before"], c["after"]) for segment in listed for c in segment["changes"]]
    check(changed == [("strategies.trend.parameters.slow", str(n), str(n + 1)) for n in (5, 6, 7, 8)], f"changes: {changed}")
    whole = call("replay", "log.db", cwd=place).stdout
    check(whole.startswith("identical:") and f"{len(listed)} of {len(listed)} segments" in whole, f"replay: {whole.strip()}")
    shown = call("log", "log.db", "--json", cwd=place).stdout
    size = session.log.stat().st_size
    done = call("log", "archive", "log.db", "--before", "3", cwd=place)
    check(done.returncode == 0 and session.log.stat().st_size < size, f"archive: {done.stdout.strip().splitlines()[-1]}")
    for number in range(25):
        process = subprocess.Popen([PROGRAM, "log", "archive", "log.db", "--keep", "1"], cwd=place,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(number * 0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if call("log", "check", "log.db", cwd=place).returncode != 0:
            check(False, f"whole after kill {number}")
    done = call("log", "archive", "log.db", "--keep", "1", cwd=place)
    check(done.returncode == 0, f"killed 25 times, then done: {done.stdout.strip().splitlines()[-1]}{done.stderr.strip()}")
    check(call("log", "check", "log.db", cwd=place).returncode == 0, "log and archives are whole")
    check(call("replay", "log.db", cwd=place).stdout == whole, "replay goes through them")
    # Commands stand behind the events that are read at once, which is not the same number.
    through = call("log", "log.db", "--json", cwd=place).stdout
    check(sorted(through.splitlines()) == sorted(shown.splitlines()), f"and so does log: {len(shown.splitlines())} lines")
    alone = folder / "alone"
    alone.mkdir()
    for number in (1, 3):
        name = f"log.db.segment-{number}"
        shutil.copy(place / name, alone / name)
        replayed = call("replay", name, cwd=alone)
        check(replayed.returncode == 0 and replayed.stdout.startswith("identical:"), f"{name} alone: {replayed.stdout.strip()}")
        lines = call("log", name, "--json", cwd=alone).stdout.splitlines()
        check(lines and set(lines) <= set(shown.splitlines()), f"of which log shows {len(lines)} lines")
    os.rename(place / "log.db.segment-2", alone / "two")
    done = call("log", "check", "log.db", cwd=place)
    check(done.returncode == 1 and "segment 2 is archived in" in done.stdout, done.stdout.splitlines()[0])
    session = Session(place, "log.db", config)
    try:
        check(session.wait_for("session_started"), "the account goes on without it")
        event = session.last_event()
        for _ in range(200):
            if session.last_event() > event:
                break
            time.sleep(0.05)
        check(session.last_event() > event, "and trades")
        with urllib.request.urlopen(session.url() + "/v1/fills?limit=5", timeout=5) as answer:
            check(answer.status == 200, "and answers")
    finally:
        check(session.end() == 0, "and stops")
    rest = call("replay", "log.db", cwd=place)
    check(rest.returncode == 0 and "archived in files that are not there" in rest.stderr, f"what is there replays: {rest.stdout.strip()}")


def killed_backups(folder):
    print("backups that are killed")
    session = Session(folder / "killed")
    check(session.trades() > 0 and session.end() == 0, "a log")
    whole = said = 0
    for number in range(15):
        target = session.folder / f"backup{number}.db"
        command = [PROGRAM, "log", "backup", str(target), "--log", str(session.log)]
        process = subprocess.Popen(command, cwd=session.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(number * 0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if target.exists():
            whole += call("log", "check", str(target), cwd=session.folder).returncode == 0
            continue
        done = call("log", "backup", str(target), "--log", str(session.log), cwd=session.folder)
        whole += done.returncode == 0
        said += "killed" in done.stdout
    left = [path.name for path in session.folder.iterdir() if "unfinished" in path.name]
    check(whole == 15 and not left, f"each of 15 is whole in the end, {said} after a leftover; left: {left}")


def damaged(folder):
    print("damage is found")
    session = Session(folder / "damaged")
    check(session.trades() > 0 and session.end() == 0, "a log")
    text = bytearray(session.log.read_bytes())
    for at in range(len(text) // 2, len(text), 97):
        text[at] ^= 1
    session.log.write_bytes(text)
    done = call("log", "check", str(session.log), cwd=folder)
    check(done.returncode == 1 and "; restore a backup" in done.stdout and "not whole" in done.stdout, done.stdout.strip()[:300])
    refused = call("log", "backup", "copy.db", "--log", str(session.log), cwd=folder)
    check(refused.returncode == 1 and not (folder / "copy.db").exists(), "and a damaged log gives no backup")


def wrong_calls(folder):
    print("wrong calls")
    for arguments, word in [(["log"], "LOG is required"), (["log", "backup"], "FILE"), (["log", "check"], "LOG"),
                            (["log", "archive", "x.db"], "--before"),
                            (["log", "archive", "x.db", "--keep", "0"], "--keep"),
                            (["log", "archive", "x.db", "--before", "-1"], "--before"),
                            (["log", "archive", "x.db", "--keep", "1", "--before", "2"], "--before"),
                            (["log", "backup", "x.db", "--lgo", "y.db"], "'--log'"),
                            (["log", "backup", "x.db", "--set", "run.lgo=y.db"], "run.log")]:
        done = call(*arguments, cwd=folder)
        check(done.returncode == 2 and word in done.stderr, f"{' '.join(arguments)}: {done.stderr.strip()[:100]}")
    for arguments in (["check", "x.db"], ["segments", "x.db"], ["archive", "x.db", "--keep", "1"], ["backup", "y", "--log", "x.db"]):
        done = call("log", *arguments, cwd=folder)
        check(done.returncode == 1 and "there is no such event log" in done.stdout + done.stderr, f"log {' '.join(arguments)}")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        spoilt_while_it_runs(folder)
        nothing_durable_is_lost(folder)
        second_names(folder)
        backed_up_while_it_runs(folder)
        archived(folder)
        killed_backups(folder)
        damaged(folder)
        wrong_calls(folder)
    finish()


if __name__ == "__main__":
    main()
