import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { type FailureCase, readCases } from './case.ts';
import { gradeFinding } from './judge-finding.ts';
import { missingPrograms, openSandbox, type ShownAttempt, sandboxMissing } from './sandbox.ts';
import { countGrade, type Measured, renderTable } from './table.ts';

const OUT = fileURLToPath(new URL('../../node_modules/.cache/failures/', import.meta.url));
const measured: Measured[] = [];

/** Keeps each result at once: a set that is cut off has still measured something. */
function keep(one: Measured): void {
  measured.push(one);
  appendFileSync(`${OUT}failures.jsonl`, `${JSON.stringify(one)}\n`);
}

const unable = sandboxMissing();
if (unable) console.error(`SKIPPED, all of test/failures: ${unable}`);

describe.skipIf(unable)('first findings on failures that really happen', () => {
  const cases = readCases();
  mkdirSync(OUT, { recursive: true });
  rmSync(`${OUT}failures.jsonl`, { force: true });

  test('no two cases have the same title', () => {
    expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
  });

  for (const given of cases) {
    test.concurrent(given.name, async ({ skip }) => {
      const missing = missingPrograms(given.needs);
      if (missing.length > 0) {
        keep({ given, grade: 'skipped', reason: `needs ${missing.join(', ')}` });
        console.error(`SKIPPED ${given.name}: needs ${missing.join(', ')}`);
        skip();
      }
      await measure(given);
    });
  }

  afterAll(() => {
    const sorted = measured.sort((a, b) => a.given.name.localeCompare(b.given.name));
    writeFileSync(`${OUT}failures.json`, JSON.stringify(sorted, null, 1));
    const table = renderTable(sorted);
    writeFileSync(`${OUT}failures.md`, table);
    console.log(`\n${table}\n`);
    const graded = sorted.length - countGrade(sorted, 'skipped');
    const silent = sorted.filter(({ grade, given }) => grade === 'absent' && given.printed);
    expect(countGrade(sorted, 'false'), 'false findings').toBe(0);
    expect(silent.length, 'no finding, though a program printed an error').toBe(0);
    expect(countGrade(sorted, 'true') / graded, 'share of true findings').toBeGreaterThanOrEqual(0.85);
  });
});

/** Makes the case happen and grades what is said first; a case that does not fail is an error of the set. */
async function measure(given: FailureCase): Promise<void> {
  try {
    const attempt = await fail(given);
    keep({ given, attempt, grade: gradeFinding(given, attempt.findings[0]) });
  } catch (error) {
    keep({ given, grade: 'broken', reason: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

const SAID = `said() {
  grep -qiE -- "$1" <<<"$OUTPUT" && return
  find /srv /var/log /tmp -xdev -type f -size -2000k -newer /etc/runbook/sandbox -not -path "*/venv/*" -print0 | xargs -0 -r grep -qiE -- "$1" && return
  echo "not said: $1; output: $OUTPUT" >&2
  find /srv/app /tmp -maxdepth 1 -type f -size -2000k -newer /etc/runbook/sandbox -print0 | xargs -0 -r tail -n 5 | head -c 3000 >&2
  return 1
}`;

async function fail(given: FailureCase): Promise<ShownAttempt> {
  const sandbox = await openSandbox(given.setup, given.user);
  try {
    const attempt = await sandbox.apply({
      draft: { title: given.step, run: given.run, verify: given.verify.join('\n') },
    });
    if (attempt.status !== 'failed')
      throw new Error(`the step should fail, but is ${attempt.status}: ${attempt.output_tail ?? ''}`);
    await sandbox.beside(`${SAID}\n${given.proof}`, { OUTPUT: attempt.output_tail ?? '' });
    return attempt;
  } finally {
    await sandbox.close();
  }
}
