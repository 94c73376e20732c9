// The style sheet of the HTML report.
#include "tap/report/html.h"

namespace fanout {

const std::string_view kHtmlStyle = R"css(
:root {
  --page: #f4f5f7; --card: #ffffff; --ink: #1a1f27; --soft: #5a6472; --rule: #dde1e7;
  --data: #3b6ea8; --partly: #8a93a3; --flag: #b26a00; --scan: #c0271f;
  --flag-ink: #8a5000; --scan-ink: #b01f18; --scan-wash: #fdeceb; --link: #1f5fa8;
  --l1: #c0271f; --l2: #1f6fb5; --l3: #a86000; --l4: #7b3fa0; --l5: #14766b; --l6: #5a6472;
  --answered: #0072b2; --refused: #c04f00; --silent: #7d8795; /* after Okabe and Ito */
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #11151b; --card: #191f27; --ink: #e6eaf0; --soft: #9aa5b4; --rule: #2c3541;
    --data: #6da3dd; --partly: #8591a1; --flag: #e0a040; --scan: #f0655c;
    --flag-ink: #e9b35f; --scan-ink: #ff8a82; --scan-wash: #341b1c; --link: #8dbdf0;
    --l1: #f0655c; --l2: #6da3dd; --l3: #e0a040; --l4: #c192e0; --l5: #57bfae; --l6: #a5afbc;
    --answered: #56b4e9; --refused: #e69f00; --silent: #8591a1;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0 auto; max-width: 76rem; padding: 1.5rem 1.25rem 4rem;
  background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere; text-size-adjust: 100%; -webkit-text-size-adjust: 100%;
}
h1, h2, h3, p, dl, dd, ol, ul, figure { margin: 0; padding: 0; }
h1 { font-size: clamp(1.6rem, 4.5vw, 2.4rem); line-height: 1.15; letter-spacing: -.015em; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; letter-spacing: -.005em; }
h3 { font-size: 1rem; display: flex; flex-wrap: wrap; gap: .3rem .6rem; align-items: center; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .2em; }
a:hover { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
code, .address { font-family: var(--mono); font-size: .93em; }
code { user-select: all; -webkit-user-select: all; }
.name { color: var(--soft); font-weight: 400; }
.kind { color: var(--soft); margin-bottom: .35rem; }
.alarm h1 { color: var(--scan-ink); }

.totals { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0; }
.totals div {
  flex: 1 1 8rem; padding: .7rem .9rem; background: var(--card);
  border: 1px solid var(--rule); border-radius: 10px;
}
.totals dt { color: var(--soft); font-size: .85rem; }
.totals dd {
  font-size: 1.5rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums;
}
.totals .suspect dd { color: var(--scan-ink); }
.totals .flagged dd { color: var(--flag-ink); }
.facts div { display: grid; grid-template-columns: 5.5rem 1fr; }
.facts dt { color: var(--soft); }
.limit {
  margin-top: 1rem; padding: .7rem .9rem; border: 1px solid var(--flag); border-left-width: 4px;
  border-radius: 8px; background: var(--card);
}

.suspects { list-style: none; display: grid; gap: .75rem; }
.suspects li {
  min-width: 0; /* so that a table of findings scrolls, and not the page */
  padding: .85rem 1rem; background: var(--card); border: 1px solid var(--rule);
  border-left: 4px solid var(--scan); border-radius: 10px;
}
.suspects .reason { margin: .35rem 0; font-size: 1.02rem; }
.figures { color: var(--soft); font-size: .9rem; }
.figures b { color: var(--ink); }
.findings {
  display: block; max-width: 100%; overflow-x: auto; margin-top: .6rem; font-size: .93rem;
}
.findings caption { text-align: left; padding: 0 0 .25rem; }
.findings th { color: var(--soft); font-size: .85rem; white-space: nowrap; }
.findings th, .findings td { padding: .2rem .9rem .2rem 0; overflow-wrap: normal; }
.findings tbody tr { border-top: 1px solid var(--rule); }
.findings .conversation { background: var(--scan-wash); }
.findings .number { text-align: right; white-space: nowrap; }
.chip {
  display: inline-block; padding: .05rem .55rem; border: 1px solid var(--rule); border-radius: 99px;
  font-size: .8rem; font-weight: 550; line-height: 1.45; white-space: nowrap; color: var(--soft);
}
.chip.accused { color: var(--scan-ink); border-color: var(--scan); background: var(--scan-wash); }
.left-out { color: var(--soft); margin: .4rem 0; }

.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .75rem; }
figure {
  padding: 1rem; background: var(--card); border: 1px solid var(--rule); border-radius: 10px;
}
figure.wide { grid-column: 1 / -1; }
figcaption { margin-bottom: .75rem; }
figcaption span { color: var(--soft); font-size: .9rem; }
svg { display: block; font-size: 13px; }
svg text { fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .label { font-family: var(--mono); font-size: 12.5px; }
svg .name { fill: var(--soft); font-family: system-ui, sans-serif; }
svg .end { text-anchor: end; }
svg .middle { text-anchor: middle; }
svg .value { font-weight: 600; }
svg .plain { fill: var(--data); }
svg .partly { fill: var(--partly); }
svg .flagged { fill: var(--flag); }
svg .suspect { fill: var(--scan); }
svg .grid { stroke: var(--rule); }
svg line.threshold { stroke: var(--flag); stroke-dasharray: 5 4; }
svg .tick {
  fill: var(--soft); font-size: 12px; paint-order: stroke; stroke: var(--card); stroke-width: 3px;
}
svg .tick.threshold { fill: var(--flag-ink); }
.line {
  fill: none; stroke-width: 2.25px; stroke-linejoin: round; vector-effect: non-scaling-stroke;
}
.line1 { stroke: var(--l1); } .line2 { stroke: var(--l2); stroke-dasharray: 9 3; }
.line3 { stroke: var(--l3); stroke-dasharray: 2.5 2.5; }
.line4 { stroke: var(--l4); stroke-dasharray: 12 3 2.5 3; }
.line5 { stroke: var(--l5); } .line6 { stroke: var(--l6); stroke-dasharray: 5 3; }
svg .mark { font-weight: 700; }
svg .mark1 { fill: var(--l1); } svg .mark2 { fill: var(--l2); } svg .mark3 { fill: var(--l3); }
svg .mark4 { fill: var(--l4); } svg .mark5 { fill: var(--l5); } svg .mark6 { fill: var(--l6); }
b.mark1 { color: var(--l1); } b.mark2 { color: var(--l2); } b.mark3 { color: var(--l3); }
b.mark4 { color: var(--l4); } b.mark5 { color: var(--l5); } b.mark6 { color: var(--l6); }
/* A dot's form tells its response, too. */
svg .dot { fill: none; vector-effect: non-scaling-stroke; stroke-linecap: round; }
svg .dot.silent { stroke: var(--silent); stroke-width: 2.5px; }
svg .dot.refused { stroke: var(--refused); stroke-width: 4px; stroke-linecap: square; }
svg .dot.answered { stroke: var(--answered); stroke-width: 7px; }
svg .span { stroke: var(--scan); stroke-width: 1.5px; }
svg [class^="dark"] { fill: var(--scan); }
svg .dark1 { fill-opacity: .2; } svg .dark2 { fill-opacity: .4; } svg .dark3 { fill-opacity: .6; }
svg .dark4 { fill-opacity: .8; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin-top: .6rem; }
.key { display: inline-block; vertical-align: middle; }
.count { color: var(--soft); font-variant-numeric: tabular-nums; }

#controls {
  display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; margin-bottom: .75rem;
}
#controls[hidden] { display: none; }
#controls input, button { font: inherit; color: inherit; }
#controls input {
  flex: 1 1 14rem; max-width: 26rem; padding: .4rem .7rem; background: var(--card);
  border: 1px solid var(--rule); border-radius: 8px;
}
#found { color: var(--soft); min-width: 7rem; }
#unfold {
  margin-left: auto; padding: .4rem .8rem; background: var(--card); border: 1px solid var(--rule);
  border-radius: 8px; cursor: pointer;
}
.scroll {
  overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 10px;
}
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
#sources { width: 100%; }
#sources > caption { text-align: left; padding: .7rem .9rem .3rem; color: var(--soft); }
th, td { padding: .4rem .6rem; text-align: left; vertical-align: baseline; font-weight: 400; }
#sources > * > tr > :first-child { padding-left: .9rem; }
#sources > thead th {
  color: var(--soft); font-size: .88rem; white-space: nowrap; border-bottom: 1px solid var(--rule);
}
#sources > thead button {
  padding: 0; border: 0; background: none; cursor: pointer; font-weight: 400;
}
#sources > thead [aria-sort] { color: var(--ink); }
#sources > thead button::after { content: "↕"; margin-left: .3em; opacity: .35; }
#sources > thead [aria-sort="ascending"] button::after { content: "↑"; opacity: 1; }
#sources > thead [aria-sort="descending"] button::after { content: "↓"; opacity: 1; }
#sources .n { text-align: right; white-space: nowrap; }
#sources .where { overflow-wrap: break-word; }
#sources > tbody > tr > th { min-width: 11rem; }
#sources > tbody > tr > th .address { font-weight: 600; }
#sources > tbody { border-top: 1px solid var(--rule); }
#sources > tbody.suspect { box-shadow: inset 4px 0 var(--scan); }
#sources > tbody.flagged { box-shadow: inset 4px 0 var(--flag); }
#sources > tbody:target { background: var(--page); }
.more > td { padding-top: 0; padding-bottom: .6rem; color: var(--soft); }
.more .reason { max-width: 60rem; }
summary { cursor: pointer; width: fit-content; color: var(--link); }
details table { margin: .4rem 0; font-size: .93rem; color: var(--ink); }
details th, details td { padding: .15rem .9rem .15rem 0; }
details th { color: var(--soft); font-size: .88rem; }
details td:first-child { font-family: var(--mono); font-size: .88rem; }
details bdi { font-family: system-ui, sans-serif; color: var(--soft); }
@media (max-width: 50rem) {
  body { padding: 1rem .8rem 3rem; }
  .charts { grid-template-columns: minmax(0, 1fr); }
  .totals { display: grid; grid-template-columns: repeat(6, 1fr); gap: .5rem; }
  .totals div { grid-column: span 2; padding: .5rem .7rem; }
  .totals div:nth-child(-n + 2) { grid-column: span 3; }
  .totals dd { font-size: 1.3rem; }
  .facts div { grid-template-columns: 4.5rem 1fr; }
  #sources > * > tr > :is(th, td) { padding-inline: .35rem; }
  #sources > * > tr > :first-child { padding-left: .7rem; }
  #sources > tbody > tr > th { min-width: 8rem; }
  #sources > tbody > tr > th .address { font-size: .85em; }
  .more .reason, details { max-width: calc(100vw - 3.5rem); }
  details { overflow-x: auto; }
  figure { padding: .85rem .75rem; }
}
@media (max-width: 30rem) {
  svg .name { display: none; }
  /* There is no room beside the plots: over them, from the left edge on. */
  svg .of-row { text-anchor: start; font-size: 11px; paint-order: stroke; stroke: var(--card); }
  svg .of-row { stroke-width: 3px; transform: translateX(calc(-.23 * (100vw - 3.3rem))); }
  #timeline .of-row { transform: translateX(calc(-.17 * (100vw - 3.3rem))); }
}
@media print {
  :root {
    --page: #fff; --card: #fff; --ink: #000; --soft: #444; --rule: #bbb; --data: #3b6ea8;
    --partly: #8a93a3; --flag: #b26a00; --scan: #c0271f; --flag-ink: #8a5000; --scan-ink: #a01812;
    --scan-wash: #fff; --link: #000; --l1: #c0271f; --l2: #1f6fb5; --l3: #a86000; --l4: #7b3fa0;
    --l5: #14766b; --l6: #5a6472; --answered: #0072b2; --refused: #c04f00; --silent: #7d8795;
    color-scheme: light;
  }
  html { font-size: 12.5px; }
  body { max-width: none; padding: 0; font-size: 12.5px; }
  svg, .suspects li, tbody { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .suspects li, figure, .totals, .left-out, #sources > thead, #sources > tbody:not(:has([open])) {
    break-inside: avoid;
  }
  h2 { break-after: avoid; margin-top: 1.4rem; }
  #sources-title { break-before: page; margin-top: 0; }
  #controls, #controls[hidden] { display: none; }
  .scroll { overflow: visible; border: 0; }
  #sources { font-size: 11px; }
  .left-out { break-after: avoid; }
  #sources > tbody > tr > th { min-width: 0; }
  #sources > thead button::after { content: none; }
  th, td { padding: .25rem .4rem; }
  summary { color: inherit; list-style: none; }
  summary::-webkit-details-marker { display: none; }
  .charts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
)css";

}  // namespace fanout
