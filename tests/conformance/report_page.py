#!/usr/bin/env python3
"""Opens report.html in headless Chromium and checks what a reader gets.

usage: report_page.py APP_TESTS
       report_page.py FOLDER...

APP_TESTS, the built test program, writes the results of the example configurations; or each FOLDER holds the results of
one run. The checks, at 1440 and at 390 pixels, light and dark: no message on the browser's console and no request for
anything outside of the page; two markers for every trade of trades.csv; as many hover values on the equity chart as
equity.csv and the width of a column say (runs on daily bars); a pointer over chart and marker shows the text for it; all
text has the contrast of WCAG AA with what is behind it; nothing is wider than the screen; the labels of axes are 11 pixels
at least, two or more on each axis, and do not overlap; the trades sort and filter; and, without the page's script, the
pictures and tables are all there. Exits 1 with one line for each fault.
"""

import csv
import html
import itertools
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

WIDTHS = (1440, 390)
LABEL_PIXELS_MIN = 11
CONTRAST_MIN = 4.5

PROBE = """
<script>
addEventListener('load', () => {
  const report = {};
  const move = (target, x, y) =>
    target.dispatchEvent(new PointerEvent('pointermove', {bubbles: true, clientX: x, clientY: y}));
  const tip = () => document.getElementById('tip').textContent;
  const chart = document.querySelector('#equity');
  if (chart) {
    const box = chart.getBoundingClientRect();
    move(chart, box.left + box.width / 2, box.top + box.height / 2);
    report.chart_tip = tip();
  }
  const marker = document.querySelector('.marker');
  if (marker) {
    move(marker, 5, 5);
    report.marker_tip = tip();
  }
  const shown = element => element.getClientRects().length > 0;
  report.markers = document.querySelectorAll('.marker').length;
  report.rows = document.querySelectorAll('#trades tbody tr').length;
  report.values = chart ? JSON.parse(document.getElementById('equity-values').textContent).length : 0;
  report.scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  report.width = innerWidth;
  report.page_width = document.documentElement.scrollWidth;
  report.loaded = performance.getEntriesByType('resource').map(entry => entry.name);

  report.cut = [...document.querySelectorAll('table,td,th,p,li,h1,h2,figure,pre')].filter(shown).filter(element => {
    const box = element.getBoundingClientRect();
    return element.tagName !== 'CAPTION' && !element.closest('thead') &&
      (box.right > innerWidth + 1 || box.left < -1 || element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1);
  }).map(element => element.tagName + ' ' + element.textContent.slice(0, 40));

  report.labels = [];
  for (const axis of document.querySelectorAll('.plot .x, .plot .y')) {
    if (!shown(axis)) continue;
    const labels = [...axis.children].filter(shown);
    const name = axis.closest('.plot').querySelector('svg').id + ' ' + axis.className;
    const boxes = labels.map(label => label.getBoundingClientRect());
    const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 2 || b.bottom <= a.top + 2;
    report.labels.push({
      name,
      all: axis.children.length,
      count: labels.length,
      pixels: Math.min(99, ...labels.map(label => parseFloat(getComputedStyle(label).fontSize))),
      overlap: boxes.some((a, i) => boxes.some((b, j) => i < j && !apart(a, b))),
      outside: boxes.some(box => box.right > innerWidth + 1 || box.left < -1),
    });
  }

  const channels = colour => {
    const parts = colour.match(/[\\d.e-]+/g).map(Number);
    const scale = colour.startsWith('color(') ? 1 : 255;
    return [parts[0] / scale, parts[1] / scale, parts[2] / scale, parts.length > 3 ? parts[3] : 1];
  };
  const behind = element => {
    if (!element) return [1, 1, 1];
    const [r, g, b, a] = channels(getComputedStyle(element).backgroundColor);
    if (a === 1) return [r, g, b];
    return behind(element.parentElement).map((below, i) => [r, g, b][i] * a + below * (1 - a));
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  report.faint = {};
  for (const element of document.querySelectorAll('main *')) {
    const text = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!text || !shown(element) || element.closest('svg')) continue;
    const [high, low] = [luminance(channels(getComputedStyle(element).color)), luminance(behind(element))]
      .sort((a, b) => b - a);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < CONTRAST_MIN) report.faint[element.tagName + '.' + element.className] = contrast;
  }

  const table = document.querySelector('#trades');
  if (table) {
    const column = [...table.tHead.rows[0].cells].findIndex(cell => cell.textContent === 'Profit');
    const profits = () => [...table.tBodies[0].rows].filter(row => row.style.display !== 'none')
      .map(row => Number(row.cells[column].textContent.replace(/,/g, '')));
    const button = table.tHead.rows[0].cells[column].querySelector('button');
    button.click();
    report.ascending = profits();
    button.click();
    report.descending = profits();
    const select = document.querySelector('.filters select');
    if (select) {
      select.value = select.options[1].value;
      select.dispatchEvent(new Event('change'));
      report.filtered = [select.value, profits().length, document.querySelector('.filters output').textContent];
    }
  }
  parent.postMessage(JSON.stringify(report), '*');
});
</script>
""".replace("CONTRAST_MIN", str(CONTRAST_MIN))

# A window is 500 pixels wide at least, a frame is not.
WRAPPER = """<body style="margin:0"><script>
addEventListener('message', event => document.documentElement.setAttribute('data-probe', event.data));
</script><iframe src="report.html" style="border:0;width:{width}px;height:900px"></iframe>
"""


def browser():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return name
    sys.exit("no Chromium found")


def probe(page, width, dark):
    """What the page reports about itself, and what the browser's console says."""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "report.html").write_text(page.replace("</body>", PROBE + "</body>"))
        wrapper = pathlib.Path(folder) / "wrapper.html"
        wrapper.write_text(WRAPPER.format(width=width))
        command = [browser(), "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1500,900",
                   "--enable-logging=stderr", f"--user-data-dir={folder}/profile", "--virtual-time-budget=10000",
                   "--dump-dom"]
        if dark:
            command += ["--blink-settings=preferredColorScheme=0"]
        run = subprocess.run([*command, wrapper.as_uri()], capture_output=True, text=True, timeout=120)
    found = re.search(r'data-probe="([^"]*)"', run.stdout)
    console = [line for line in run.stderr.splitlines() if "CONSOLE" in line]
    return (json.loads(html.unescape(found.group(1))) if found else None), console


def expected_values(folder):
    """Columns that the closes of all sessions fall into; None where events are not the sessions' closes."""
    sessions = list(csv.DictReader((folder / "equity.csv").open()))
    events = folder / "equity_events.csv"
    if not events.exists() or len(list(csv.DictReader(events.open()))) != len(sessions):
        return None
    count = len(sessions)
    return len({min(int((i + 1) / count * COLUMNS), COLUMNS - 1) for i in range(count)})


def faults_of_layout(seen, width):
    if seen["width"] != width:
        yield f"the page is {seen['width']} wide, {width} asked for"
    if seen["page_width"] > width:
        yield f"the page needs {seen['page_width']} of {width} pixels"
    for cut in seen["cut"]:
        yield f"cut: {cut}"
    for name, contrast in seen["faint"].items():
        yield f"contrast of {name} is {contrast:.2f}"
    for axis in seen["labels"]:
        if axis["count"] < min(2, axis["all"]):
            yield f"axis {axis['name']} has {axis['count']} labels"
        if axis["pixels"] < LABEL_PIXELS_MIN:
            yield f"axis {axis['name']}: labels of {axis['pixels']} pixels"
        if axis["overlap"]:
            yield f"axis {axis['name']}: labels overlap"
        if axis["outside"]:
            yield f"axis {axis['name']}: labels leave the page"


def faults_of_table(seen, trades):
    if not trades:
        return
    if seen["ascending"] != sorted(seen["ascending"]) or seen["descending"] != sorted(seen["descending"], reverse=True):
        yield "trades do not sort by profit"
    if len(seen["ascending"]) != seen["rows"]:
        yield "sorting loses trades"
    if "filtered" in seen:
        value, count, text = seen["filtered"]
        expected = sum(value in trade.values() for trade in trades[:seen["rows"]])
        if count != expected or not text.startswith(f"{count} of "):
            yield f"filter by {value} shows {count} trades ({text!r}), {expected} expected"


def faults_without_script(page):
    """The pictures and tables are in the page itself."""
    bare = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    for wanted in ('id="equity"', 'class="area lead"', 'id="drawdown"', 'class="figures"', ">Statistics<", ">Receipt<"):
        if wanted not in bare:
            yield f"without script there is no {wanted}"


def faults_of(folder):
    page = (folder / "report.html").read_text()
    trades = list(csv.DictReader((folder / "trades.csv").open()))
    per_symbol = {}
    for trade in trades:
        per_symbol[trade["symbol"]] = per_symbol.get(trade["symbol"], 0) + 1
    markers = sum(2 * min(count, MARKED_TRADES_MAX) for count in per_symbol.values())
    yield from faults_without_script(page)
    for width, dark in itertools.product(WIDTHS, (False, True)):
        seen, console = probe(page, width, dark)
        where = f"{width} {'dark' if dark else 'light'}: "
        yield from (f"{where}console: {line}" for line in console)
        if seen is None:
            yield where + "the page's script did not run"
            continue
        if seen["scheme"] != ("dark" if dark else "light"):
            yield where + f"the page is {seen['scheme']}"
        yield from (where + fault for fault in faults_of_layout(seen, width))
        yield from (where + fault for fault in faults_of_table(seen, trades))
        if seen["markers"] != markers:
            yield where + f"{seen['markers']} markers, {markers} expected"
        if seen["rows"] != min(len(trades), 1000):
            yield where + f"{seen['rows']} rows of trades, {min(len(trades), 1000)} expected"
        values = expected_values(folder)
        if values is not None and seen["values"] != values:
            yield where + f"{seen['values']} values on the equity chart, {values} expected"
        if not re.search(r"^\d{4}-\d\d-\d\d \d\d:\d\d UTC\nEquity  [\d,]+\.\d\d", seen.get("chart_tip", "")):
            yield where + f"text over the equity chart: {seen.get('chart_tip')!r}"
        if trades and not re.search(r"^Entry, .*\n.*at.*\n.*at.*\nprofit", seen.get("marker_tip", "")):
            yield where + f"text over a marker: {seen.get('marker_tip')!r}"
        if seen["loaded"]:
            yield where + f"loads {seen['loaded']}"


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
