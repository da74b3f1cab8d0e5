#include "trainer/reporting/page_assets.h"

namespace irgan {

const char* const kPageStyle = R"css(
:root { color-scheme: light dark; --back: #ffffff; --text: #1d2430; --soft: #5a6675; --line: #d5dbe3; --card: #f4f6f9;
  --good: #0b6e4f; --bad: #a3282e; --first: #2457a6; --second: #b35c00; --third: #6b4ea0; --fourth: #4b5563; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14181f; --text: #e6eaf0; --soft: #a3aebd; --line: #384252; --card: #1d232d;
    --good: #5fd3a6; --bad: #ff9a98; --first: #82b1ff; --second: #ffb265; --third: #c3a6ff; --fourth: #c2cad6; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1rem 1.2rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 1rem 0 .3rem; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
h3 { font-size: 1.05rem; margin: 1rem 0 .3rem; }
p { margin: .4rem 0; max-width: 46rem; }
.soft, figure p, caption { color: var(--soft); }
.verdict { font-size: 1.15rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem; }
a { color: var(--first); }
:focus-visible { outline: 3px solid var(--second); outline-offset: 2px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .8rem; margin: 1rem 0; padding: 0; list-style: none; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; }
.tiles b { display: block; font-size: 1.7rem; line-height: 1.2; }
.pairs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; }
figure { margin: 1.2rem 0; min-width: 0; }
figcaption { font-weight: 600; }
.chart { position: relative; height: 20rem; }
.no-charts .chart { display: none; }
details { margin: .4rem 0; }
summary { cursor: pointer; padding: .2rem 0; }
.query { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .3rem .9rem; margin: .6rem 0; }
.query > summary { font-weight: 600; overflow-wrap: anywhere; }
.query ol { margin: .2rem 0; padding-left: 1.6rem; }
.query li { margin: .35rem 0; overflow-wrap: anywhere; }
.query small { display: block; color: var(--soft); }
.mark { border: 1px solid currentColor; border-radius: .3rem; padding: 0 .3rem; font-size: .8rem; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); }
.wide { overflow-x: auto; }
.facts td { overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: .6rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .3rem; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child { text-align: left; font-weight: 500; }
select { font: inherit; max-width: 100%; padding: .3rem; color: inherit; background: var(--card); border: 1px solid var(--line); }
@media print {
  :root { --back: #ffffff; --text: #000000; --soft: #444444; --line: #bbbbbb; --card: #ffffff; --good: #0b6e4f; --bad: #a3282e;
    --first: #2457a6; --second: #b35c00; --third: #6b4ea0; --fourth: #4b5563; }
  figure, .query, tr { break-inside: avoid; } .skip, .choose { display: none; } main { max-width: none; } .chart { height: 15rem; } }
)css";

const char* const kPageScript = R"js(
(() => {
  const root = document.documentElement;
  const data = JSON.parse(document.getElementById('data').textContent);
  if (typeof Chart === 'undefined') { root.classList.add('no-charts'); root.dataset.charts = '0 of 0'; return; }
  const charts = {};
  let paper = false;
  const light = { '--back': '#ffffff', '--text': '#000000', '--soft': '#444444', '--line': '#bbbbbb', '--first': '#2457a6', '--second': '#b35c00',
    '--third': '#6b4ea0', '--fourth': '#4b5563', '--good': '#0b6e4f', '--bad': '#a3282e' };
  const colour = (name) => paper ? light[name] : getComputedStyle(root).getPropertyValue(name).trim();
  const shades = () => ['--first', '--second', '--third', '--fourth'].map(colour);
  const axis = (title, more = {}) => ({ title: { display: true, text: title, color: colour('--soft') },
    ticks: { color: colour('--soft') }, grid: { color: colour('--line') }, ...more });
  const options = (scales, legend = true, more = {}) => ({ animation: false, responsive: true, maintainAspectRatio: false, scales,
    plugins: { legend: { display: legend, labels: { color: colour('--text'), usePointStyle: true } } }, ...more });
  // Lines from the low to the high end of each bar's interval.
  const whiskers = { id: 'whiskers', afterDatasetsDraw(chart) {
    const ends = chart.config.data.ends;
    if (!ends) return;
    const along = chart.scales.x, context = chart.ctx;
    context.save(); context.lineCap = 'square';
    chart.getDatasetMeta(0).data.forEach((bar, i) => {
      const low = along.getPixelForValue(ends[i][0]), high = along.getPixelForValue(ends[i][1]);
      context.beginPath(); context.moveTo(low, bar.y); context.lineTo(high, bar.y);
      for (const x of [low, high]) { context.moveTo(x, bar.y - 5); context.lineTo(x, bar.y + 5); }
      for (const [width, shade] of [[6, '--back'], [2, '--text']]) {
        context.lineWidth = width; context.strokeStyle = colour(shade); context.stroke(); }
    });
    context.restore();
  } };
  const line = (label, values, i, more = {}) => ({ label, data: values, borderColor: shades()[i], backgroundColor: shades()[i],
    borderDash: [[], [6, 3], [2, 2], [8, 3, 2, 3]][i], pointStyle: ['circle', 'rect', 'triangle', 'crossRot'][i], pointRadius: 3, ...more });
  const lines = (d, title) => ({ type: 'line',
    data: { labels: d.labels, datasets: d.lines.map((l, i) => line(l.label, l.values, i, { yAxisID: l.right ? 'right' : 'y' })) },
    options: options({ x: axis(d.along), y: axis(title), ...(d.lines.some((l) => l.right)
      ? { right: axis(d.right, { position: 'right', grid: { display: false } }) } : {}) }) });
  const makers = {
    rankings: (d) => ({ type: 'bar', plugins: [whiskers],
      data: { labels: d.labels, ends: d.ends, datasets: [{ label: 'nDCG@10', data: d.values,
        backgroundColor: d.labels.map((_, i) => i + 1 === d.labels.length ? colour('--first') : colour('--fourth')) }] },
      options: options({ x: axis('nDCG@10', { beginAtZero: true, suggestedMax: Math.max(...d.ends.map((e) => e[1])) }),
        y: axis('', { title: { display: false } }) }, false, { indexAxis: 'y' }) }),
    gains: (d) => ({ type: 'bar',
      data: { labels: d.values.map((_, i) => i + 1), datasets: [{ label: 'gain', data: d.values, barPercentage: 1, categoryPercentage: 1,
        backgroundColor: d.values.map((v) => v < 0 ? colour('--bad') : colour('--good')) }] },
      options: options({ x: axis('queries, from the largest loss to the largest gain', { ticks: { display: false }, grid: { display: false } }),
        y: axis('gain in nDCG@10') }, false) }),
    ranks: (d) => ({ type: 'bar',
      data: { labels: d.labels, datasets: [
        { type: 'line', ...line('how many look at the rank (estimated)', d.examination, 1), yAxisID: 'right', order: 0 },
        { label: d.label, data: d.clicks, backgroundColor: colour('--first'), order: 1 }] },
      options: options({ x: axis('rank'), y: axis(d.label, { beginAtZero: true }),
        right: axis('of rank 1', { position: 'right', beginAtZero: true, grid: { display: false } }) }) }),
    importance: (d) => ({ type: 'bar',
      data: { labels: d.labels, datasets: [{ label: 'mean share of the score', data: d.values, backgroundColor: colour('--first') }] },
      options: options({ x: axis('mean size of what it adds to a score', { beginAtZero: true }),
        y: axis('', { title: { display: false }, ticks: { autoSkip: false, color: colour('--soft') } }) }, false, { indexAxis: 'y' }) }),
    values: (d) => { const f = d.features[Number(document.getElementById('feature').value)];
      return { type: 'bar', data: { labels: f.labels, datasets: [
        ...(f.training ? [{ label: 'in training', data: f.training, backgroundColor: colour('--fourth') }] : []),
        { label: 'today', data: f.today, backgroundColor: colour('--second') }] },
      options: options({ x: axis('values of ' + f.name), y: axis('share of candidates', { beginAtZero: true }) }) }; },
    players: (d) => lines(d, d.title), generator: (d) => lines(d, d.title), history: (d) => lines(d, d.title) };
  const draw = () => {
    let drawn = 0;
    for (const id of Object.keys(data)) {
      const canvas = document.getElementById(id);
      if (!canvas) continue;
      if (charts[id]) charts[id].destroy();
      charts[id] = new Chart(canvas, makers[id](data[id]));
      drawn += 1;
    }
    root.dataset.charts = drawn + ' of ' + document.querySelectorAll('canvas').length;
  };
  const feature = document.getElementById('feature');
  if (feature) feature.addEventListener('change', draw);
  draw();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  addEventListener('beforeprint', () => { paper = true; draw(); });
  addEventListener('afterprint', () => { paper = false; draw(); });
})();
)js";

}  // namespace irgan
