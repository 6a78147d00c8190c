// Style sheet and script of report.html.
#pragma once

#include <string_view>

namespace bellwether {

constexpr std::string_view kReportStyle = R"css(
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#16191f;--soft:#5d6675;--rule:#e3e6eb;--grid:#eceef2;
--lead:#1f5fd0;--other:#9aa3b2;--gain:#12805c;--loss:#c0362c;--note:#8a5a00;--note-page:#fff4db}
@media(prefers-color-scheme:dark){:root{--page:#0f1216;--card:#171b21;--ink:#e8eaee;--soft:#98a2b3;--rule:#2a303a;
--grid:#232932;--lead:#6ea0ff;--other:#6b7686;--gain:#3ecf9a;--loss:#ff7a70;--note:#ffd27a;--note-page:#372a0c}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1160px;margin:0 auto;padding:32px 20px 64px}
header{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 14px;margin-bottom:20px}
h1{font-size:26px;line-height:1.2;letter-spacing:-.015em;margin:0}
h2{font-size:16px;margin:0 0 12px;letter-spacing:-.005em}
h3{font-size:12px;margin:18px 0 4px;color:var(--soft);text-transform:uppercase;letter-spacing:.06em}
header p{margin:0;color:var(--soft);flex-basis:100%}
.caveat{background:var(--note-page);color:var(--note);border-radius:99px;padding:2px 12px;font-size:13px;font-weight:600}
.figures{display:grid;grid-template-columns:repeat(4,1fr);gap:1px;background:var(--rule);
border:1px solid var(--rule);border-radius:12px;overflow:hidden;margin-bottom:20px}
.figures div{background:var(--card);padding:14px 18px}
.figures span{display:block;color:var(--soft);font-size:13px}
.figures b{font-size:22px;font-weight:650;letter-spacing:-.02em}
section{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:18px 20px;margin-bottom:20px;
overflow:hidden}
section>p{color:var(--soft);margin:-6px 0 10px;font-size:13.5px}
.key{float:right;font-size:13px;color:var(--soft)}
.key i{display:inline-block;width:14px;height:3px;border-radius:2px;margin:0 6px 3px 14px;background:var(--lead)}
.key i.other{background:var(--other)}
.gain{color:var(--gain)}.loss{color:var(--loss)}
svg.chart{display:block;width:100%;height:auto;touch-action:pan-y}
svg text.axis{fill:var(--soft);font-size:12px}
svg path{fill:none}
.grid{stroke:var(--grid);stroke-width:1}
.line{stroke-width:1.6;stroke-linejoin:round}
.line.lead{stroke:var(--lead)}.line.other{stroke:var(--other);stroke-width:1.3}.line.down{stroke:var(--loss);stroke-width:1.2}
svg .area.lead{fill:var(--lead);opacity:.1}svg .area.down{fill:var(--loss);opacity:.16}
svg .band{fill:var(--lead);opacity:.16}
.link{stroke-width:1.3;stroke-dasharray:3 3;opacity:.8}.link.gain{stroke:var(--gain)}.link.loss{stroke:var(--loss)}
svg .marker{stroke:var(--card);stroke-width:1;cursor:pointer}
svg .marker.buy{fill:var(--gain)}svg .marker.sell{fill:var(--loss)}
svg .marker:hover{stroke:var(--ink)}
.cursor{stroke:var(--soft);visibility:hidden;pointer-events:none}circle.cursor{fill:var(--lead);stroke:var(--card)}
#tip{position:fixed;display:none;pointer-events:none;background:var(--ink);color:var(--card);padding:6px 10px;
border-radius:8px;font-size:13px;line-height:1.45;white-space:pre;z-index:2;box-shadow:0 4px 18px #0004}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{font-weight:500;color:var(--soft);text-align:right}
td{text-align:right}
th,td{padding:5px 10px;border-bottom:1px solid var(--rule);white-space:nowrap}
tr:last-child td,tr:last-child th{border-bottom:0}
th:first-child,td:first-child,.left{text-align:left}
.months td{text-align:center;padding:7px 4px;border:2px solid var(--card);border-radius:6px;min-width:56px}
.months th{text-align:center;border:0}.months th:first-child{text-align:left}
.columns{columns:2;column-gap:48px}
.columns div{break-inside:avoid-column;padding-top:2px}.columns h3{margin-top:10px}
.columns table td:last-child{font-weight:550}
.receipt td{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:12px;text-align:left;
white-space:normal;overflow-wrap:anywhere}
pre{font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-x:auto;margin:12px 0 0}
summary{cursor:pointer;font-weight:600}
.none{color:var(--soft)}
footer{color:var(--soft);font-size:13px}
@media(max-width:760px){.columns{columns:1}.figures{grid-template-columns:repeat(2,1fr)}h1{font-size:21px}}
@media print{body{background:#fff}section{break-inside:avoid}}
)css";

constexpr std::string_view kReportScript = R"js(
(() => {
  const tip = document.getElementById('tip');
  const show = (text, event) => {
    tip.textContent = text;
    tip.style.display = 'block';
    const box = tip.getBoundingClientRect();
    const left = Math.min(event.clientX + 14, innerWidth - box.width - 8);
    const top = event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 12 : event.clientY + 18;
    tip.style.left = Math.max(8, left) + 'px';
    tip.style.top = top + 'px';
  };
  for (const svg of document.querySelectorAll('svg.chart')) {
    const values = JSON.parse(document.getElementById(svg.id + '-values').textContent);
    const names = svg.dataset.names.split('|');
    const line = svg.querySelector('path.cursor');
    const dot = svg.querySelector('circle.cursor');
    const hide = () => {
      tip.style.display = 'none';
      line.style.visibility = dot.style.visibility = 'hidden';
    };
    svg.addEventListener('pointerleave', hide);
    svg.addEventListener('pointermove', event => {
      if (event.target.dataset.tip) {
        hide();
        return show(event.target.dataset.tip, event);
      }
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
      let low = 0;
      let high = values.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (values[middle][0] < x) low = middle + 1; else high = middle;
      }
      if (low > 0 && x - values[low - 1][0] < values[low][0] - x) --low;
      const [px, py, time, ...shown] = values[low];
      line.setAttribute('transform', 'translate(' + px + ' 0)');
      dot.setAttribute('cx', px);
      dot.setAttribute('cy', py);
      line.style.visibility = dot.style.visibility = 'visible';
      const rows = names.map((name, i) => shown[i] === null ? null : name + '  ' + shown[i]).filter(row => row);
      show([time.replace('T', ' ') + ' UTC', ...rows].join('\n'), event);
    });
  }
})();
)js";

}  // namespace bellwether
