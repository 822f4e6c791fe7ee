/** The style of the page: one column on a phone, three charts side by side on a desk; light, dark and on paper. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1d2733; --dim: #5b6875; --back: #f5f7f9; --card: #fff; --line: #dde3e9;
  --link: #0b5cad; --main: #2f7fd1; --bad: #c62f2f; --warn: #a86400; --good: #23804a; --soft: #dbe9f8 }
@media (prefers-color-scheme: dark) { :root { --text: #e3e9ef; --dim: #9aa7b4; --back: #12171d; --card: #1b222a;
  --line: #303a45; --link: #7db8f5; --main: #5aa2ec; --bad: #ff7b72; --warn: #e3a341; --good: #57c785; --soft: #24405e } }
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif }
header, nav, main, footer { max-width: 1200px; margin: 0 auto; padding: 0 16px }
h1 { font-size: 24px; margin: 24px 0 4px } h2 { font-size: 18px; margin: 0 0 4px }
h3 { font-size: 14px; margin: 0 0 8px; font-weight: 600 }
p { margin: 4px 0 } .dim { color: var(--dim) } footer { padding: 16px; color: var(--dim); font-size: 13px }
a { color: var(--link); text-decoration: none } a:hover { text-decoration: underline }
.url { overflow-wrap: anywhere } .url, td .dim { unicode-bidi: isolate }
nav ul { display: flex; flex-wrap: wrap; gap: 6px; padding: 0; margin: 16px 0; list-style: none }
nav a { display: block; padding: 4px 10px; border: 1px solid var(--line); border-radius: 16px; background: var(--card); font-size: 14px }
.tiles { display: grid; gap: 10px; grid-template-columns: repeat(4, 1fr) }
.tile, section, .chart { background: var(--card); border: 1px solid var(--line); border-radius: 8px }
.tile { padding: 10px 14px } .tile b { display: block; font-size: 22px; line-height: 1.3; font-variant-numeric: tabular-nums }
.bad { color: var(--bad) } .warn { color: var(--warn) } .good { color: var(--good) }
.note { border-left: 4px solid var(--warn); background: var(--card); padding: 8px 12px; margin: 12px 0 }
.charts { display: grid; gap: 10px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); margin: 10px 0 }
.chart { padding: 12px; margin: 0 } .chart svg { display: block; width: 100%; height: auto }
section.none h2 { font-size: 15px; margin: 0; font-weight: 400 } section.none { padding: 8px 16px; color: var(--dim) }
section { padding: 14px 16px; margin: 10px 0; scroll-margin-top: 8px }
.scroll { overflow-x: auto; margin: 8px 0 0 }
table { border-collapse: collapse; width: 100%; font-size: 14px }
th { text-align: left; font-weight: 600; color: var(--dim); white-space: nowrap }
th, td { padding: 6px 12px 6px 0; border-top: 1px solid var(--line); vertical-align: top }
thead th { border-top: 0 } td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
th.wide { white-space: normal } td.wide { min-width: 170px; width: 100%; overflow-wrap: anywhere }
td.bar { min-width: 60px; width: 60% } @media (min-width: 900px) { td.bar { min-width: 220px } }
td.bar svg { display: block; width: 100%; height: 12px; margin-top: 5px } td.code { white-space: nowrap }
details > ul, ol.hops { margin: 4px 0; padding-left: 20px } summary { cursor: pointer; color: var(--dim) }
.fill { fill: var(--main) } .fill.bad { fill: var(--bad) } .area { fill: var(--soft); stroke: var(--main); stroke-width: 1.5 }
.grid { stroke: var(--line) } .seam { stroke: var(--warn); stroke-dasharray: 3 3 } .hover { fill: transparent }
svg text { fill: var(--dim); font: 12px system-ui, sans-serif }
@media (max-width: 600px) { header, nav, main { padding: 0 10px } section, section.none { padding-left: 10px; padding-right: 10px } .tile b { font-size: 19px }
  .tiles { grid-template-columns: repeat(2, 1fr) } }
@media print { :root { color-scheme: light; --text: #000; --dim: #444; --back: #fff; --card: #fff; --line: #ccc; --link: #000;
  --main: #2f7fd1; --soft: #dbe9f8; --bad: #a00; --warn: #840 } nav { display: none } .scroll { overflow: visible }
  details::details-content { content-visibility: visible; height: auto } .tile, .chart, tr { break-inside: avoid } }
`;
