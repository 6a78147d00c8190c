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

    def __init__(self, folder, log="place/log.db"):
        self.folder = folder
        self.log = folder / log
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.errors = open(folder / "stderr.txt", "a+", encoding="utf-8")
        self.begin = self.errors.seek(0, os.SEEK_END)
        self.process = subprocess.Popen([PROGRAM, "run", *ALWAYS_ON, "--log", str(self.log), "--output", "out"], cwd=folder,
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


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        spoilt_while_it_runs(folder)
        nothing_durable_is_lost(folder)
        second_names(folder)
    finish()


if __name__ == "__main__":
    main()
