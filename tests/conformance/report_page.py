#!/usr/bin/env python3
"""Opens report.html in headless Chromium and checks what a reader gets.

usage: report_page.py APP_TESTS
       report_page.py FOLDER...

APP_TESTS, the built test program, writes the results of the example configurations; or each FOLDER holds the results of
one run. The checks: no message on the browser's console and no request for anything
outside of the page; two markers for every trade of trades.csv; as many hover values on the equity chart as equity.csv
and the width of a column say (runs on daily bars); a pointer over chart and marker shows the text for it; light and dark
both have readable contrast. Exits 1 with one line for each fault.
"""

import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

COLUMNS = 1000
MARKED_TRADES_MAX = 2000

PROBE = """
<script>
addEventListener('load', () => {
  const report = {};
  const move = (target, x, y) =>
    target.dispatchEvent(new PointerEvent('pointermove', {bubbles: true, clientX: x, clientY: y}));
  const chart = document.querySelector('#equity');
  if (chart) {
    const box = chart.getBoundingClientRect();
    move(chart, box.left + box.width / 2, box.top + box.height / 2);
    report.chart_tip = document.getElementById('tip').textContent;
  }
  const marker = document.querySelector('.marker');
  if (marker) {
    move(marker, 5, 5);
    report.marker_tip = document.getElementById('tip').textContent;
  }
  report.markers = document.querySelectorAll('.marker').length;
  report.rows = document.querySelectorAll('#trades tr').length - 1;
  report.values = chart ? JSON.parse(document.getElementById('equity-values').textContent).length : 0;
  report.scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  report.ink = getComputedStyle(document.body).color;
  report.page = getComputedStyle(document.body).backgroundColor;
  report.wide = document.documentElement.scrollWidth > innerWidth;
  report.loaded = performance.getEntriesByType('resource').map(entry => entry.name);
  document.documentElement.setAttribute('data-probe', JSON.stringify(report));
});
</script>
"""


def browser():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return name
    sys.exit("no Chromium found")


def probe(page, dark):
    """What the page reports about itself, and what the browser's console says."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "report.html"
        copy.write_text(page.replace("</body>", PROBE + "</body>"))
        command = [browser(), "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,900",
                   "--enable-logging=stderr", f"--user-data-dir={folder}/profile", "--dump-dom"]
        if dark:
            command += ["--blink-settings=preferredColorScheme=0"]
        run = subprocess.run([*command, copy.as_uri()], capture_output=True, text=True, timeout=120)
    found = re.search(r'data-probe="([^"]*)"', run.stdout)
    console = [line for line in run.stderr.splitlines() if "CONSOLE" in line]
    if not found:
        return None, console
    return json.loads(found.group(1).replace("&quot;", '"').replace("&amp;", "&")), console


def luminance(colour):
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def expected_values(folder):
    """Columns that the closes of all sessions fall into; None where events are not the sessions' closes."""
    sessions = list(csv.DictReader((folder / "equity.csv").open()))
    events = folder / "equity_events.csv"
    if not events.exists() or len(list(csv.DictReader(events.open()))) != len(sessions):
        return None
    count = len(sessions)
    return len({min(int((i + 1) / count * COLUMNS), COLUMNS - 1) for i in range(count)})


def faults_of(folder):
    page = (folder / "report.html").read_text()
    trades = list(csv.DictReader((folder / "trades.csv").open()))
    per_symbol = {}
    for trade in trades:
        per_symbol[trade["symbol"]] = per_symbol.get(trade["symbol"], 0) + 1
    markers = sum(2 * min(count, MARKED_TRADES_MAX) for count in per_symbol.values())
    for dark in (False, True):
        seen, console = probe(page, dark)
        yield from (f"console: {line}" for line in console)
        if seen is None:
            yield "the page's script did not run"
            continue
        if seen["scheme"] != ("dark" if dark else "light"):
            yield f"asked for {'dark' if dark else 'light'} but the page is {seen['scheme']}"
        if contrast(seen["ink"], seen["page"]) < 7:
            yield f"{seen['scheme']}: contrast of {seen['ink']} on {seen['page']} is below 7"
        if seen["markers"] != markers:
            yield f"{seen['markers']} markers, {markers} expected"
        if seen["rows"] != min(len(trades), 1000):
            yield f"{seen['rows']} rows of trades, {min(len(trades), 1000)} expected"
        values = expected_values(folder)
        if values is not None and seen["values"] != values:
            yield f"{seen['values']} values on the equity chart, {values} expected"
        if not re.search(r"^\d{4}-\d\d-\d\d \d\d:\d\d UTC\nEquity  [\d,]+\.\d\d", seen.get("chart_tip", "")):
            yield f"text over the equity chart: {seen.get('chart_tip')!r}"
        if trades and not re.search(r"^Entry, .*\n.*at.*\n.*at.*\nprofit", seen.get("marker_tip", "")):
            yield f"text over a marker: {seen.get('marker_tip')!r}"
        if seen["loaded"]:
            yield f"loads {seen['loaded']}"
        if seen["wide"]:
            yield "the page is wider than its window"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    faults = 0
    with tempfile.TemporaryDirectory() as temporary:
        folders = [pathlib.Path(name) for name in sys.argv[1:]]
        if not folders[0].is_dir():
            environment = dict(os.environ, BELLWETHER_REPORT_FOLDER=temporary)
            subprocess.run([folders[0], "--gtest_filter=*WritesTheExamplesForTheBrowserCheck"], env=environment,
                           check=True, stdout=subprocess.DEVNULL)
            folders = sorted(pathlib.Path(temporary).iterdir())
        for folder in folders:
            for fault in faults_of(folder):
                print(f"{folder.name}: {fault}")
                faults += 1
    print(f"{len(folders)} pages, {faults} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
