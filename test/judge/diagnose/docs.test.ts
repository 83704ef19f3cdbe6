import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { attemptEvidence } from '../../../src/judge/diagnose/attempt-evidence.ts';
import { diagnose } from '../../../src/judge/diagnose/diagnose.ts';
import { RULES } from '../../../src/judge/diagnose/rules.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { snapshotEvidence } from '../../../src/observe/evidence.ts';
import type { Judged } from '../../cluster/node/run-trouble.ts';
import { storyTable } from './cluster-table.ts';
import { type RecordedFailure, recordedFailures } from './recorded-failures.ts';

const page = new URL('../../../docs/diagnosis.md', import.meta.url);

test('docs/diagnosis.md lists every finding, from the recorded failures (UPDATE=1 rewrites it)', () => {
  expectGenerated('findings', table());
});

test('docs/diagnosis.md lists the scenarios with the first finding and k8sgpt (UPDATE=1 rewrites it)', () => {
  expectGenerated('stories', storyTable());
});

test('docs/diagnosis.md lists what was found of real trouble on a real node (UPDATE=1 rewrites it)', () => {
  expectGenerated('real trouble', troubleTable());
});

/** One row for each kind of trouble, as the last run of test/cluster/node recorded it. */
function troubleTable(): string {
  const results = new URL('../../cluster/node/trouble-results.json', import.meta.url);
  const judged = JSON.parse(readFileSync(results, 'utf8')) as Judged[];
  const cell = (text: string) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').slice(0, 240);
  const count = (verdict: Judged['verdict']) => judged.filter((each) => each.verdict === verdict).length;
  return [
    `Of ${judged.length} kinds, the first finding is true in ${count('true')} and false in ${count('false')}; ${count('nothing')} have none.`,
    '',
    '| trouble | first finding | says | |',
    '| --- | --- | --- | --- |',
    ...judged.map(
      ({ title, code, says, verdict }) =>
        `| ${cell(title)} | ${code === '' ? '' : `\`${code}\``} | ${cell(says)} | ${verdict} |`,
    ),
  ].join('\n');
}

/** Compares the generated text between the markers of this name. */
function expectGenerated(name: string, wanted: string): void {
  const [start, end] = [`<!-- generated: ${name} -->`, '<!-- /generated -->'];
  const text = readFileSync(page, 'utf8');
  const from = text.indexOf(start) + start.length;
  expect(text.indexOf(start), start).toBeGreaterThan(0);
  const generated = `${text.slice(0, from)}\n\n${wanted}\n\n${text.slice(text.indexOf(end, from))}`;
  if (process.env.UPDATE === '1') writeFileSync(page, generated);
  expect(readFileSync(page, 'utf8')).toBe(generated);
}

/** One row per code, in the order of the rules. */
function table(): string {
  const failures = recordedFailures();
  const codes = [...new Set(RULES.map(({ code }) => code))];
  const rows = codes.map((code) => {
    const own = failures.filter(({ expect }) => expect.code === code);
    const failure = own.find(({ from }) => from === 'recorded') ?? own[0]!;
    const finding = diagnose(failure.input)[0]!;
    const cells = [`\`${code}\``, finding.cause, symptom(failure, finding), finding.title, finding.remedy];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| code | cause | seen as | says | remedy |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

/** The line, exit code, check or object that the finding cites first. */
function symptom({ input }: RecordedFailure, finding: Finding): string {
  const cited = attemptEvidence(input, [finding]);
  const line = cited.find(({ kind }) => kind === 'output') ?? cited[0];
  const object = input.snapshot && snapshotEvidence(input.snapshot, finding.evidence[0]!);
  const text =
    (line ?? (object?.kind === 'kubernetes' ? object : undefined))?.summary ?? 'the state of the box';
  return `\`${text.slice(0, 110).replaceAll('`', "'")}${text.length > 110 ? '…' : ''}\``;
}
