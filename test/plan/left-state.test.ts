import { expect, test } from 'vitest';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { sourceOf } from '../../src/markdown/source.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { laterUseOfState } from '../../src/plan/left-state.ts';
import { runbook } from '../support/scenario.ts';

const fence = (text: string) => `~~~bash\n${text}\n~~~\n`;

/** What the second step uses from the first. */
function use(first: string, second: string): string {
  const text = runbook({ one: fence(first), two: fence(second) });
  const { steps } = buildPlan(parseRunbook(sourceOf(text, 'AUTODOCK.md')));
  const found = laterUseOfState(steps, steps[0]!, (name) => name === 'HOME');
  return found === undefined ? 'nothing' : (found.name ?? 'the directory');
}

test.each([
  ['export SITE="$PWD"', 'node "$SITE/server.mjs"', 'SITE'],
  ['export A=1 SITE', 'echo "${SITE:-x}"', 'SITE'],
  ['declare -x SITE=/srv', 'python3 -c "import os; print(os.environ[\'SITE\'])"', 'SITE'],
  ['if true; then export SITE=/srv; fi', 'echo $SITE', 'SITE'],
  ['SITE=/srv', 'echo $SITE', 'nothing'],
  ['(export SITE=/srv)', 'echo $SITE', 'nothing'],
  ['export SITE=/srv | cat', 'echo $SITE', 'nothing'],
  ['echo "export SITE=1"', 'echo $SITE', 'nothing'],
  ['export SITE=/srv', 'echo $SITES', 'nothing'],
  ['. ./env.sh', 'echo $SITE', 'SITE'],
  ['. ./env.sh', 'SITE=1; echo $SITE $HOME', 'nothing'],
  ['mkdir -p d && cd d', './configure', 'the directory'],
  ['mkdir -p d && cd d', 'npm ci', 'the directory'],
  ['mkdir -p d && cd d', 'cat notes.txt', 'the directory'],
  ['mkdir -p d && cd d', 'systemctl restart caddy', 'nothing'],
  ['mkdir -p d && cd d', 'cd /srv && npm ci', 'nothing'],
  ['(cd d && make)', 'npm ci', 'nothing'],
  ['cd "d', 'npm ci', 'the directory'],
])('%s, then %s: uses %s', (first, second, expected) => {
  expect(use(first, second)).toBe(expected);
});
