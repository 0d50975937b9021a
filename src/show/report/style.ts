/** Colours as those of the charts; paper and screen, light and dark, 360 pixels and more. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#59626d;--line:#d9dde2;--ground:#f5f6f8;--link:#0067a6;--good:#00694a;--warn:#805800;--bad:#b3261e}
@media screen and (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#eceff2;--soft:#a3adb8;--line:#2f363d;--ground:#1c2126;--link:#4aa8e8;--good:#2fbf8f;--warn:#e8b53f;--bad:#ff7b72}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1.5rem 1rem 3rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem}
h2{font-size:1.25rem;margin:2.2rem 0 .7rem;padding-top:.6rem;border-top:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.6rem 0 .5rem}
p,ul,pre,figure,dl,.wide{margin:0 0 1rem}
a{color:var(--link)}
.lead{font-size:1.05rem}
.soft,figcaption,small,i,footer{color:var(--soft)}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;list-style:none;font-size:.9rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.6rem,1fr));gap:.6rem}
.figures div{border:1px solid var(--line);border-left:4px solid currentcolor;border-radius:4px;padding:.5rem .7rem;background:var(--ground)}
.figures div:not([class]){border-left-color:var(--line)}
.figures dt{font-size:.8rem;color:var(--soft)}
.figures dd{margin:0}
.figures strong{display:block;font-size:1.2rem;line-height:1.3}
.figures span{font-size:.8rem;color:var(--soft)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.88rem}
caption{text-align:left;font-weight:600;padding:.2rem 0 .4rem}
th,td{text-align:left;vertical-align:top;padding:.25rem .7rem .25rem 0;border-bottom:1px solid var(--line);font-weight:400}
thead th{color:var(--soft);font-size:.8rem;vertical-align:bottom}
tbody th{min-width:7rem}
.n{text-align:right}td.n{white-space:nowrap}
.wide:has(+.wide){margin-bottom:1.4rem}
.d1{padding-left:1rem}.d2{padding-left:2rem}.d3{padding-left:3rem}.d4{padding-left:4rem}
pre{background:var(--ground);border:1px solid var(--line);border-radius:4px;padding:.6rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.85rem}
code{font-family:ui-monospace,monospace}
figure{max-width:640px;border:1px solid var(--line);border-radius:4px;overflow:hidden}
figure svg{display:block;width:100%;height:auto}
.worked,.worked ul{list-style:none;padding-left:1rem;border-left:2px solid var(--line);margin:.3rem 0;font-size:.9rem}
.worked{padding-left:.6rem}
.worked li{margin:.35rem 0}
.worked code,.worked small{display:block;padding-left:1rem}
.worked code{font-size:.82rem;color:var(--soft);overflow-wrap:anywhere}
.worked small{font-size:.82rem}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
@page{margin:14mm}
@media print{body{max-width:none;padding:0;font-size:10pt}nav{display:none}h2,h3{break-after:avoid}figure,tr,pre,.figures div{break-inside:avoid}.wide{overflow:visible}figure{max-width:150mm;border:0}.worked code,.worked small{font-size:8pt}table{font-size:8.5pt}td.n{white-space:normal}}
`;
