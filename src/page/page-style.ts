/** The one stylesheet: light and dark, narrow and wide, and print. */
export const pageStyle = `
:root{color-scheme:light dark;--ink:#1d2125;--soft:#59636e;--paper:#fff;--raised:#f4f6f8;--line:#d6dce2;--link:#0a58ca;
--good:#116329;--bad:#b3261e;--warn:#8a5300;--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
@media(prefers-color-scheme:dark){:root{--ink:#e4e8ec;--soft:#a3adb8;--paper:#14181c;--raised:#1e2429;--line:#39424b;--link:#7ab4ff;
--good:#6fd08c;--bad:#ff9b93;--warn:#f0b95c}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;font:16px/1.6 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem}
.layout{display:grid;grid-template-columns:minmax(12rem,18rem) minmax(0,1fr);gap:2rem;max-width:84rem;margin:0 auto;padding:1.5rem}
nav.contents{position:sticky;top:1rem;align-self:start;max-height:calc(100vh - 2rem);overflow:auto;font-size:.9rem}
nav.contents ol{list-style:none;margin:0;padding:0}nav.contents ol ol{padding-left:1rem}
nav.contents a{display:block;padding:.2rem .3rem;text-decoration:none;color:inherit;border-radius:4px}
nav.contents a:hover{background:var(--raised)}
main{min-width:0}
h1,h2,h3{line-height:1.25;margin:2.2rem 0 .6rem}h1{margin-top:0}h2{border-bottom:1px solid var(--line);padding-bottom:.3rem}
pre,code{font-family:var(--mono);font-size:.9em}
pre{background:var(--raised);padding:.8rem 1rem;overflow:auto;border-radius:6px;margin:.6rem 0;max-height:40rem}
:not(pre)>code{background:var(--raised);padding:.1em .3em;border-radius:4px;overflow-wrap:anywhere}
table{border-collapse:collapse;display:block;overflow-x:auto;margin:.6rem 0}
th,td{border:1px solid var(--line);padding:.35rem .6rem;text-align:left;vertical-align:top}
th{background:var(--raised)}
figure{margin:.8rem 0}figure.fence{border:1px solid var(--line);border-radius:6px}
figure.fence figcaption{padding:.35rem 1rem;font-size:.85rem;color:var(--soft);border-bottom:1px solid var(--line);overflow-wrap:anywhere}
figure.fence pre{margin:0;border-radius:0 0 6px 6px}
.objects{margin:.5rem 0 .8rem;font-size:.9rem;columns:16rem}
.state,.overview dd,.overview dt{font-size:.95rem}.state{color:var(--soft);margin:.2rem 0 .8rem}
.state strong,.badge,.pass,.fail,.unknown{font-weight:600}
.confirmed,.done,.acted,.pass,.valid{color:var(--good)}.failed,.fail{color:var(--bad)}
.interrupted,.edited,.person,.unknown,.stale,.aborted{color:var(--warn)}.new,.undone,.skipped{color:var(--soft)}
.overview{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:1rem 0 2rem;padding:1rem;background:var(--raised);border-radius:8px}
.overview dt{color:var(--soft)}.overview dd{margin:0;overflow-wrap:anywhere}
details{margin:.6rem 0}summary{cursor:pointer;padding:.2rem 0}
.graph{overflow-x:auto}.graph rect{fill:var(--raised);stroke:var(--line)}.graph text{fill:var(--ink);font:13px system-ui,sans-serif}
.graph path{fill:none;stroke:var(--line);stroke-width:1.5}.graph path.needs{stroke:var(--soft);stroke-width:2}
.timeline ol{list-style:none;padding:0;margin:.5rem 0}
.timeline li{display:grid;grid-template-columns:minmax(8rem,16rem) minmax(6rem,1fr) max-content;gap:.2rem 1rem;align-items:center;padding:.15rem 0}
.timeline meter{width:100%;height:.9rem}.timeline .mark{grid-column:2/-1;font-size:.85rem;color:var(--soft)}
.hljs-comment,.hljs-quote{color:var(--soft)}.hljs-keyword,.hljs-built_in,.hljs-attr,.hljs-name,.hljs-section{color:var(--link)}
.hljs-string,.hljs-regexp,.hljs-addition{color:var(--good)}.hljs-number,.hljs-literal,.hljs-variable,.hljs-deletion{color:var(--warn)}
.single{max-width:84rem;margin:0 auto;padding:1.5rem}
header.served{border-bottom:1px solid var(--line);padding:.5rem 1.5rem}header.served ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin:0;padding:0}
header.served [aria-current]{font-weight:600;color:inherit}header.served p{margin:0;min-height:1.4em;font-size:.85rem;color:var(--soft)}
form.search,form.decide{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;margin:1rem 0}form label{display:flex;flex-wrap:wrap;gap:.3rem;align-items:center;min-width:0;max-width:100%}form select{min-width:0;max-width:min(100%,24rem)}
input,select,button,textarea{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--soft);border-radius:6px;padding:.3rem .6rem;max-width:100%}
form.decide label{flex:1 1 100%}button{cursor:pointer;background:var(--raised)}textarea{width:100%;min-height:4rem}
pre.log{white-space:pre-wrap;overflow-wrap:anywhere}caption{text-align:left;color:var(--soft);font-size:.85rem;padding:.2rem 0}
tbody th{background:none;font-weight:inherit}svg.bar{max-width:100%}.bar rect,.bar{fill:var(--soft)}.bar .acted,.bar .undone{fill:var(--good)}.bar .failed{fill:var(--bad)}
.bar .interrupted,.bar .person{fill:var(--warn)}.running{color:var(--link)}.added{color:var(--good)}.removed{color:var(--bad)}
@media(max-width:52rem){.single{padding:1rem}.layout{grid-template-columns:minmax(0,1fr);padding:1rem;gap:1rem}nav.contents{position:static;max-height:16rem}
.timeline li{grid-template-columns:1fr}.timeline .mark{grid-column:1}.overview{grid-template-columns:1fr}}
@media print{nav.contents,.skip{display:none}.layout{display:block;padding:0}pre{white-space:pre-wrap;max-height:none}details::details-content{content-visibility:visible}header.served,form{display:none}}
`.trim();
