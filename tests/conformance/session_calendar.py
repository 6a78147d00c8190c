#!/usr/bin/env python3
"""Compares the session calendar with PyPI's exchange-calendars (XNYS), session by session.

Takes the built `dump_calendar`, or a CSV file that it printed. Exits with 1 if a session differs, is missing or is
too many, with 2 if the comparison cannot be made. Needs exchange-calendars; last run against version 4.13.2.
"""

import csv
import subprocess
import sys

# Where exchange-calendars is wrong: date -> (our open, our close, why). An entry that is no longer a difference fails.
EXCEPTIONS = {
    "2002-09-11": (
        "2002-09-11T16:00:00Z",
        "2002-09-11T20:00:00Z",
        "NYSE and Nasdaq opened at 12:00, not 09:30, for memorial services a year after the attacks "
        "(reported by the press of the day; PyPI's pandas-market-calendars 5.5.0 has 12:00 too).",
    ),
}
MINIMUM_SESSIONS = 8000  # 33 years of about 252; fewer means that the overlap shrank.
FIRST, LAST = "1998-01-01", "2030-12-31"


def read_ours(path: str) -> dict[str, tuple[str, str]]:
    if path.endswith(".csv"):
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    else:
        lines = subprocess.run([path], check=True, capture_output=True, text=True).stdout.splitlines()
    sessions: dict[str, tuple[str, str]] = {}
    for row in csv.DictReader(lines):
        if row["date"] in sessions:
            raise ValueError(f"{row['date']} is listed twice")
        sessions[row["date"]] = (row["open_utc"], row["close_utc"])
    return sessions


def read_theirs() -> tuple[dict[str, tuple[str, str]], str]:
    import exchange_calendars

    calendar = exchange_calendars.get_calendar("XNYS", start=FIRST, end=LAST)
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    schedule = calendar.schedule
    sessions = {
        date.strftime("%Y-%m-%d"): (opens.tz_convert("UTC").strftime(stamp), closes.tz_convert("UTC").strftime(stamp))
        for date, opens, closes in zip(schedule.index, schedule["open"], schedule["close"])
    }
    return sessions, exchange_calendars.__version__


def differences(ours: dict[str, tuple[str, str]], theirs: dict[str, tuple[str, str]]) -> list[str]:
    expected = dict(theirs)
    found = []
    for date, (opens, closes, _) in EXCEPTIONS.items():
        if expected.get(date) == (opens, closes):
            found.append(f"{date}: no longer differs in exchange-calendars; remove it from EXCEPTIONS")
        expected[date] = (opens, closes)
    for date in sorted(expected.keys() | ours.keys()):
        if ours.get(date) != expected.get(date):
            found.append(f"{date}: ours {ours.get(date)}, exchange-calendars {expected.get(date)}")
    return found


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: session_calendar.py DUMP_CALENDAR_BINARY_OR_CSV", file=sys.stderr)
        return 2
    try:
        ours = read_ours(arguments[1])
        theirs, version = read_theirs()
    except (OSError, subprocess.CalledProcessError, KeyError, ValueError, ImportError) as error:
        print(f"calendar: cannot compare: {error}", file=sys.stderr)
        return 2
    if len(theirs) < MINIMUM_SESSIONS:
        print(f"calendar: exchange-calendars {version} gives only {len(theirs)} sessions", file=sys.stderr)
        return 2
    found = differences(ours, theirs)
    for line in found:
        print(line)
    print(f"calendar: {len(theirs)} sessions against exchange-calendars {version}, {min(theirs)} to {max(theirs)}: "
          f"{len(found)} differences, {len(EXCEPTIONS)} documented exceptions")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
