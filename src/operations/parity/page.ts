import {
  PARITY_SCOPES,
  type ParityClass,
  type ParityReport,
  type ParityRow,
} from '../../model/reports/parity.ts';

const WORDS: Readonly<Record<ParityClass, string>> = {
  equal: 'equal',
  expected: 'expected',
  differs: 'differs',
  unknown: 'unknown',
};

const VERDICTS: Readonly<Record<ParityReport['verdict'], string>> = {
  equal: 'Equal, except for declared differences',
  differs: 'Different',
  unknown: 'Equality unknown',
};

/** Two boxes side by side on one HTML page: no scripts, nothing fetched, light or dark as the reader prefers. Pure. */
export function parityPage(report: ParityReport, rows: readonly ParityRow[]): string {
  const { a, b, at, file, counts, unused, verdict } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(a)} and ${text(b)}: ${text(VERDICTS[verdict])}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<p class="kind">runbook parity</p>
<h1><span>${text(a)}</span> <i>and</i> <span>${text(b)}</span></h1>
<p class="verdict ${verdict}">${text(VERDICTS[verdict])}</p>
<p class="when">measured ${text(at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'))}${file === undefined ? '' : `, by ${text(file)}`}</p>
</header>
<table class="counts">
<thead><tr><th>part</th><th>equal</th><th>expected</th><th>differs</th><th>unknown</th></tr></thead>
<tbody>
${counts.map(countLine).join('\n')}
</tbody>
</table>
${unused.length === 0 ? '' : `<p class="note">Declared differences that do not occur: ${unused.map((each) => `<code>${text(each)}</code>`).join(', ')}</p>`}
${counts
  .map(({ scope }) =>
    section(
      scope,
      rows.filter((row) => row.scope === scope),
      report,
    ),
  )
  .join('\n')}
</body>
</html>
`;
}

function countLine(count: ParityReport['counts'][number]): string {
  const cell = (kind: ParityClass) =>
    `<td class="${count[kind] > 0 ? kind : 'none'}">${count[kind] > 0 ? count[kind] : '·'}</td>`;
  return `<tr><th><a href="#${count.scope}">${count.scope}</a></th>${cell('equal')}${cell('expected')}${cell('differs')}${cell('unknown')}</tr>`;
}

function section(scope: ParityRow['scope'], rows: readonly ParityRow[], { a, b }: ParityReport): string {
  const order: readonly ParityClass[] = ['differs', 'unknown', 'expected'];
  const shown = order.flatMap((kind) => rows.filter((row) => row.class === kind));
  const equal = rows.filter((row) => row.class === 'equal');
  const head = `<thead><tr><th>what</th><th>${text(a)}</th><th>${text(b)}</th><th></th></tr></thead>`;
  const table = (some: readonly ParityRow[]) =>
    `<table class="rows">${head}<tbody>\n${some.map(line).join('\n')}\n</tbody></table>`;
  const equalRows =
    equal.length === 0 ? '' : `<details><summary>${equal.length} equal</summary>${table(equal)}</details>`;
  return `<section id="${scope}">
<h2>${scope}</h2><p class="about">${text(PARITY_SCOPES[scope])}</p>
${shown.length === 0 ? '' : table(shown)}${equalRows}
</section>`;
}

function line(row: ParityRow): string {
  const side = (state: string | undefined) =>
    state === undefined ? '<td class="absent">missing</td>' : `<td>${text(state)}</td>`;
  const because = row.because === undefined ? '' : `<small>${text(row.because)}</small>`;
  return `<tr class="${row.class}"><th>${text(row.subject)}</th>${side(row.a)}${side(row.b)}<td class="class"><b>${WORDS[row.class]}</b>${because}</td></tr>`;
}

/** Escapes for HTML elements and attributes. Everything that comes from a box is data. */
function text(value: string): string {
  return value.replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c1d1f; --faint: #6b7076; --line: #e2e4e8; --paper: #fff; --card: #f6f7f9;
  --good: #1a7f4b; --bad: #b3261e; --warn: #8a5a00; --calm: #2b5fab; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e7ea; --faint: #9aa0a8; --line: #33363c; --paper: #17181b; --card: #1f2125;
  --good: #5fc98f; --bad: #ff8a80; --warn: #e5b45a; --calm: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.5rem 4rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; font-weight: 600; overflow-wrap: anywhere; }
h1 i { color: var(--faint); font-weight: 400; font-style: normal; font-size: 1.1rem; }
h2 { margin: 2.2rem 0 0; font-size: 1.1rem; }
.kind, .when, .about, .note { margin: 0; color: var(--faint); font-size: .9rem; }
.about { margin-bottom: .5rem; }
.note { margin-top: 1rem; }
.verdict { display: inline-block; margin: .6rem 0 .3rem; padding: .15rem .7rem; border: 1px solid currentColor; border-radius: 1rem; font-weight: 600; }
.verdict.equal { color: var(--good); } .verdict.differs { color: var(--bad); } .verdict.unknown { color: var(--warn); }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .3rem .7rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); font-weight: 400; overflow-wrap: anywhere; }
thead th { color: var(--faint); font-size: .8rem; border-bottom-width: 2px; }
.counts { width: auto; margin-top: 1.2rem; }
.counts td, .counts thead th:not(:first-child) { text-align: right; font-variant-numeric: tabular-nums; }
.counts .none { color: var(--line); } .counts .differs { color: var(--bad); font-weight: 600; } .counts .unknown { color: var(--warn); font-weight: 600; }
.rows { table-layout: fixed; }
.rows th:first-child { width: 28%; } .rows td, .rows tbody th { font: 13px/1.5 ui-monospace, monospace; }
.rows .class { width: 22%; font: 13px/1.5 system-ui, sans-serif; } .class small { display: block; color: var(--faint); }
.rows thead th:last-child { width: 22%; }
.absent { color: var(--faint); font-style: italic; }
tr.differs { background: color-mix(in srgb, var(--bad) 8%, transparent); } tr.differs b { color: var(--bad); }
tr.unknown { background: color-mix(in srgb, var(--warn) 8%, transparent); } tr.unknown b { color: var(--warn); }
tr.expected b { color: var(--calm); } tr.equal b { color: var(--good); font-weight: 400; }
details { margin-top: .5rem; } summary { color: var(--faint); cursor: pointer; }
a { color: inherit; text-decoration-color: var(--line); }
code { font: 13px ui-monospace, monospace; }
`;
