import { readFileSync, writeFileSync } from 'node:fs';
import { median, medianRatio } from './rounds.mjs';

const BEGIN = '<!-- bench: begin, written by npm run bench -- --write -->';
const END = '<!-- bench: end -->';

/**
 * A row: what was measured, against whom, and the goal. Goals are ratios, since absolute times belong to one machine;
 * `absolute` rows are milliseconds all the same, where the goal says so or there is nothing to compare with.
 */
export function judge(row) {
  const { what, against = '', limit, ours, theirs, absolute = false, unit = 'ms' } = row;
  const figure = absolute ? median(ours) : medianRatio(ours, theirs);
  const show = absolute ? (value) => `${digits(value)} ${unit}` : factor;
  return {
    what,
    against,
    goal: limit === undefined ? '' : `≤ ${show(limit)}`,
    figure: show(figure),
    verdict:
      limit === undefined
        ? ''
        : figure <= limit
          ? 'met'
          : `missed by ${Math.round((figure / limit - 1) * 100)} %`,
    behind: absolute ? '' : `${digits(median(ours))} / ${digits(median(theirs))} ${unit}`,
    missed: limit !== undefined && figure > limit,
  };
}

export function markdownTable(rows) {
  const cells = rows.map(({ what, against, goal, figure, verdict, behind }) => [
    what,
    against,
    goal,
    figure,
    verdict,
    behind,
  ]);
  const lines = [['What', 'Against', 'Goal', 'Figure', 'Verdict', 'Ours / theirs'], ...cells];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const draw = (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...body] = lines;
  return [draw(head), draw(widths.map((width) => '-'.repeat(width))), ...body.map(draw)].join('\n');
}

/** Puts the text between the page's markers; the rest of the page is a person's. */
export function writeBetweenMarkers(path, text) {
  const page = readFileSync(path, 'utf8');
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${path} lacks the lines "${BEGIN}" and "${END}"`);
  writeFileSync(path, `${page.slice(0, from + BEGIN.length)}\n\n${text}\n\n${page.slice(to)}`);
}

const digits = (value) =>
  value >= 100 || value === 0 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3);

/** Small ones as a fraction: 1/250 says more than 0.004. */
const factor = (value) => (value < 0.02 ? `1/${Math.round(1 / value)}` : `${value.toFixed(2)} ×`);
