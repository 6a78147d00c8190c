// Style sheet and script of report.html.
#pragma once

#include <string_view>

namespace bellwether {

/// Light; dark where the reader's screen is; on paper always light.
constexpr std::string_view kReportStyle = R"css(
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#16191f;--soft:#5a6372;--rule:#e1e4ea;--grid:#e9ebf0;
--lead:#1f5fd0;--other:#7d8797;--gain:#0f7554;--loss:#b9322a;--note:#7a4f00;--note-page:#fff4db;--bad-page:#fdeceb}
@media screen and (prefers-color-scheme:dark){:root{--page:#0f1216;--card:#171b21;--ink:#e8eaee;--soft:#a0a9b8;
--rule:#2d343f;--grid:#262c36;--lead:#6ea0ff;--other:#8a95a6;--gain:#3ecf9a;--loss:#ff857b;--note:#ffd27a;
--note-page:#372a0c;--bad-page:#3a1715}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1160px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:26px;line-height:1.2;letter-spacing:-.015em;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:17px;margin:0 0 8px;letter-spacing:-.005em;overflow-wrap:anywhere}
h3{font-size:14px;margin:20px 0 6px}
header{margin-bottom:18px}
header p{margin:0;color:var(--soft)}
.caveats{list-style:none;margin:0 0 18px;padding:12px 18px;background:var(--note-page);color:var(--note);
border-radius:12px;border-left:5px solid var(--note);font-weight:550;overflow-wrap:anywhere}
.caveats li+li{margin-top:4px}
.figures{display:grid;grid-template-columns:repeat(4,1fr);gap:1px;background:var(--rule);
border:1px solid var(--rule);border-radius:12px;overflow:hidden;margin-bottom:18px}
.figures div{background:var(--card);padding:12px 16px;min-width:0}
.figures span{display:block;color:var(--soft);font-size:13px}
.figures b{font-size:21px;font-weight:650;letter-spacing:-.02em;overflow-wrap:anywhere}
section{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:18px 20px;margin-bottom:18px}
section p{color:var(--soft);margin:0 0 10px;font-size:14px}
.key{color:var(--soft);font-size:13px}
.key i{display:inline-block;width:18px;height:0;border-top:3px solid var(--lead);margin:0 6px 3px 0}
.key i.other{border-top-style:dashed;border-color:var(--other)}.key i.loss{border-color:var(--loss)}
.key i.buy,.key i.sell{width:9px;height:9px;border:0;background:var(--gain);border-radius:50%;margin-bottom:0}
.key i.sell{background:var(--loss);border-radius:0}
.key span{margin-right:16px;white-space:nowrap}
.gain{color:var(--gain)}.loss{color:var(--loss)}
.plot{display:flex;margin:0 0 30px;font-size:12px;color:var(--soft)}
.plot .box{position:relative;flex:1;min-width:0}
.plot .y{position:relative;width:70px;flex:none}
.plot svg{display:block;width:100%;height:100%;touch-action:pan-y;overflow:visible}
.plot.tall .box{height:320px}.plot.middle .box{height:230px}.plot.low .box{height:160px}
.plot .y span{position:absolute;left:8px;transform:translateY(-50%);white-space:nowrap}
.plot .x span{position:absolute;top:100%;padding-top:4px;white-space:nowrap;transform:translateX(-50%)}
.plot .x .start{transform:none}.plot .x .end{transform:translateX(-100%)}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:0 32px}.pair>div{min-width:0}
svg path{fill:none;vector-effect:non-scaling-stroke}
.grid{stroke:var(--grid);stroke-width:1}
.line{stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}
.line.lead{stroke:var(--lead)}.line.other{stroke:var(--other);stroke-dasharray:5 3}.line.down{stroke:var(--loss)}
.line.single{stroke-width:7}
.line.normal{stroke:var(--ink);stroke-width:1.4;stroke-dasharray:4 3}
svg .area.lead{fill:var(--lead);opacity:.1}svg .area.down{fill:var(--loss);opacity:.16}
svg .band{fill:var(--lead);opacity:.16}
svg .bar{fill:var(--lead);opacity:.75}svg .bar.loss{fill:var(--loss)}svg .bar.gain{fill:var(--gain)}
.link{stroke-width:1.3;stroke-dasharray:3 3;opacity:.8}.link.gain{stroke:var(--gain)}.link.loss{stroke:var(--loss)}
svg .marker{stroke-width:8;cursor:pointer}
svg .marker.buy{stroke:var(--gain);stroke-linecap:round}svg .marker.sell{stroke:var(--loss);stroke-linecap:square;stroke-width:7}
svg .marker:hover{stroke:var(--ink)}
.cursor{stroke:var(--soft);visibility:hidden;pointer-events:none}
.cursor.dot{stroke:var(--lead);stroke-width:9;stroke-linecap:round}
#tip{position:fixed;display:none;pointer-events:none;background:var(--ink);color:var(--card);padding:6px 10px;
border-radius:8px;font-size:13px;line-height:1.45;white-space:pre;z-index:2;box-shadow:0 4px 18px #0004}
.scale>input{position:absolute;opacity:0}
.scale>label{display:inline-block;border:1px solid var(--rule);border-radius:99px;padding:1px 12px;font-size:13px;
margin:0 4px 10px 0;cursor:pointer;color:var(--soft)}
.scale>input:checked+label{border-color:var(--lead);color:var(--lead);font-weight:600}
.scale>input:focus-visible+label{outline:2px solid var(--lead)}
.scale .logarithmic{display:none}
.scale>#scale-log:checked~.logarithmic{display:block}.scale>#scale-log:checked~.linear{display:none}
table{border-collapse:collapse;width:100%;font-size:13.5px}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th{font-weight:500;color:var(--soft);text-align:right}
td{text-align:right}
tbody th{color:var(--ink)}
th,td{padding:5px 8px;border-bottom:1px solid var(--rule);vertical-align:top}
thead th{vertical-align:bottom}
tbody tr:last-child>*{border-bottom:0}
th:first-child,td:first-child,.left{text-align:left}
th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:inherit}
th[aria-sort]{color:var(--ink)}th[aria-sort=ascending] button::after{content:" \2191"}
th[aria-sort=descending] button::after{content:" \2193"}
.filters{display:flex;flex-wrap:wrap;gap:6px 14px;margin:0 0 10px;font-size:13px;color:var(--soft)}
.filters:empty{display:none}
.filters select,.filters input{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--rule);
border-radius:6px;padding:3px 6px;margin-left:5px;max-width:170px}
.filters output{flex-basis:100%}
table[id^=by-]{table-layout:fixed}
#trades{font-size:12px}#trades th,#trades td{padding:5px 4px}#trades td:not(.left),#trades tbody th{white-space:nowrap}
#months td{text-align:center;padding:7px 4px;border:2px solid var(--card);border-radius:6px}
#months th{text-align:center;vertical-align:middle;border:0}#months th:first-child{text-align:left}
.columns{columns:2;column-gap:48px}
.columns>div{break-inside:avoid-column;padding-top:2px}.columns h3{margin-top:10px}
.columns td{font-weight:550}.columns th{color:var(--soft)}
.reason{display:block;font-weight:400;font-size:12.5px;line-height:1.35;color:var(--soft)}
#data-quality{font-size:12.5px}#data-quality th,#data-quality td{padding:5px}
.receipt td{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:12px;text-align:left;
overflow-wrap:anywhere}
.receipt th{text-align:left;overflow-wrap:anywhere;min-width:110px}
pre{font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;margin:12px 0 0;white-space:pre-wrap;
overflow-wrap:anywhere}
summary{cursor:pointer;font-weight:600}
p.none{color:var(--soft)}
footer{color:var(--soft);font-size:13px}
@media screen and (max-width:760px){
main{padding:20px 10px 40px}section{padding:14px 12px}
h1{font-size:21px}.columns{columns:1}.pair{grid-template-columns:1fr}.figures{grid-template-columns:1fr 1fr}
.figures b{font-size:18px}
.plot.tall .box{height:240px}.plot .y{width:69px}.plot .y span{left:5px}
.plot .x .wide{display:none}
table.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.stack,table.stack tbody{display:block}
table.stack tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(104px,1fr));gap:4px 12px;padding:9px 0;
border-bottom:1px solid var(--rule)}
table.stack tr:last-child{border:0}
table.stack th{grid-column:1/-1;border:0;padding:0 0 2px;font-weight:650}
table.stack td,#trades.stack td{display:block;border:0;padding:0;overflow-wrap:anywhere;text-align:left}
table.stack td::before{display:block;font-size:11.5px;line-height:1.3;color:var(--soft)}
table.stack td:empty{display:none}
#months tr{grid-template-columns:repeat(7,1fr);gap:2px}
#months td,#months td:empty{display:block;padding:3px 0;text-align:center}
#months td::before{font-size:11px;color:inherit}
.receipt tr{display:block;padding:5px 0;border-bottom:1px solid var(--rule)}.receipt th,.receipt td{display:block;
border:0;padding:0}
}
@media print{
@page{margin:14mm}
body{background:#fff;font-size:11pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{padding:0;max-width:none}section{border:0;padding:0;margin-bottom:14pt}
.plot,.figures,.caveats,tr,.columns>div{break-inside:avoid}h2,h3{break-after:avoid}thead{display:table-header-group}
.filters,.scale>label,.scale>input,#tip,.cursor{display:none}
table{font-size:8.5pt}#trades{font-size:6.5pt}#trades th,#trades td{padding:2px}
details:not([open]){display:none}
}
)css";

/// Hovering over pictures, sorting and filtering of tables. The page says all it has to say without it.
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
    // The browser's own tip for the title would lie over ours.
    const title = svg.querySelector('title');
    svg.removeAttribute('aria-labelledby');
    svg.setAttribute('aria-label', title.textContent);
    svg.setAttribute('aria-describedby', svg.querySelector('desc').id);
    title.remove();
    const data = document.getElementById(svg.id + '-values');
    const values = data ? JSON.parse(data.textContent) : [];
    const names = svg.dataset.names.split('\n');
    const marks = svg.querySelectorAll('.cursor');
    const hide = () => {
      tip.style.display = 'none';
      for (const mark of marks) mark.style.visibility = 'hidden';
    };
    svg.addEventListener('pointerleave', hide);
    svg.addEventListener('pointermove', event => {
      hide();
      if (event.target.dataset.tip) return show(event.target.dataset.tip, event);
      if (!values.length) return;
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
      marks[0].setAttribute('d', 'M' + px + ' 0V400');
      marks[1].setAttribute('d', 'M' + px + ' ' + py + 'h0');
      for (const mark of marks) mark.style.visibility = 'visible';
      const rows = names.map((name, i) => shown[i] === null ? null : name + '  ' + shown[i]).filter(row => row);
      show([time + ' UTC', ...rows].join('\n'), event);
    });
  }
  const number = text => {
    const plain = text.replace(/,/g, '').replace(/ %$/, '');
    return plain !== '' && isFinite(plain) ? Number(plain) : null;
  };
  const key = cell => {
    const text = cell.dataset.v ?? cell.textContent;
    const value = number(text);
    return value === null ? text : value;
  };
  for (const table of document.querySelectorAll('table.sortable')) {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        const down = head.getAttribute('aria-sort') === 'ascending';
        for (const each of heads) each.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        const keyed = rows.map(row => [key(row.cells[column]), row]);
        keyed.sort(([a], [b]) => {
          const order = typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === 'number' ? -1 : 1;
          return down ? -order : order;
        });
        body.append(...keyed.map(([, row]) => row));
      });
    });
    const bar = document.querySelector('.filters[data-for="' + table.id + '"]');
    const choices = [];
    const output = document.createElement('output');
    const apply = () => {
      let shown = 0;
      for (const row of rows) {
        const visible = choices.every(([column, select]) =>
          select.value === '' || row.cells[column].textContent === select.value);
        row.hidden = !visible;
        row.style.display = visible ? '' : 'none';
        shown += visible ? 1 : 0;
      }
      output.textContent = shown === rows.length ? '' : shown + ' of ' + rows.length + ' rows';
    };
    heads.forEach((head, column) => {
      if (!('filter' in head.dataset)) return;
      const found = [...new Set(rows.map(row => row.cells[column].textContent))].sort();
      if (found.length < 2) return;
      const select = document.createElement('select');
      select.append(new Option('all', ''), ...found.map(text => new Option(text, text)));
      select.addEventListener('change', apply);
      const label = document.createElement('label');
      label.append(head.textContent, select);
      bar.append(label);
      choices.push([column, select]);
    });
    if (choices.length) bar.append(output);
  }
})();
)js";

}  // namespace bellwether
