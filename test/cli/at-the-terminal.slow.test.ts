import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clean } from '../../src/cli/render/text/clean.ts';
import { hasPty, runInPty } from './pty.ts';
import { plainEnv } from './stand-in-command.ts';

if (!hasPty) console.warn('python3 is not installed: the terminal is not tested here');

const DOCUMENT = `---
runbook: 1
name: shown
---

## Steps

### Wait

\`\`\`bash
echo waiting
test -e hurry || sleep 30
\`\`\`

## Endpoints

| Name | URL or port |
| --- | --- |
| Page | http://127.0.0.1:18080/start |
`;

/** The built command, in a folder with a runbook. */
function project(env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-terminal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'AUTODOCK.md'), DOCUMENT);
  const pager = join(folder, 'pager');
  writeFileSync(pager, '#!/bin/sh\necho PAGED "$(grep -c .)" lines\n', { mode: 0o755 });
  const state = { RUNBOOK_STATE: join(folder, 'person'), RUNBOOK_BOX_STATE: join(folder, 'box') };
  const run = (args: string[], exchanges: { send: string; until: string }[], first: string) =>
    runInPty(
      [process.execPath, resolve('dist/bin.js'), ...args],
      { cwd: folder, env: { ...plainEnv(), ...state, PAGER: pager, ...env }, first, waits: true },
      exchanges,
    );
  return { folder, run };
}

describe.skipIf(!hasPty)('the built command on a terminal', () => {
  test('v shows what would run in the pager, and asks again', async () => {
    const { said, code } = await project().run(
      ['replay'],
      [
        { send: 'v\r', until: 'PAGED' },
        { send: 'v\r', until: 'PAGED' },
        { send: 'n\r', until: 'declined' },
      ],
      '[v]iew',
    );
    expect(code).toBe(3);
    expect(clean(said)).toContain('AUTODOCK.md would run up to 1 fence on');
    expect(clean(said)).toMatch(/PAGED \d+ lines/);
    expect(clean(said)).not.toContain('0 shell checks');
  });

  test('a pager that is not there leaves the text on the screen', async () => {
    const { said } = await project({ PAGER: 'no-such-pager' }).run(
      ['replay'],
      [
        { send: 'v\r', until: 'Run it?' },
        { send: 'n\r', until: 'declined' },
      ],
      '[v]iew',
    );
    expect(clean(said).match(/sleep 30/g)!.length).toBeGreaterThan(1);
  });

  test('Ctrl-C is not counted as a failed step', async () => {
    const { said, code } = await project().run(
      ['replay', '--yes'],
      [{ send: '\u0003', until: 'stopped:' }],
      'waiting',
    );
    expect(code).toBe(130);
    expect(clean(said)).toContain('stopped: 1 stopped in the middle');
    expect(clean(said)).not.toMatch(/\d failed/);
  });

  test.each([
    ['a link', { FORCE_HYPERLINK: '1' }, '\u001b]8;;http://127.0.0.1:18080/start\u001b\\'],
    ['text', { TERM: 'xterm' }, 'Page  http://127.0.0.1:18080/start'],
  ])('a pass ends with the endpoints, as %s', async (_name, env, expected) => {
    const { folder, run } = project(env);
    writeFileSync(join(folder, 'hurry'), '');
    const { said, code } = await run(['replay', '--yes'], [], '');
    expect(code).toBe(0);
    expect(said).toContain(expected);
    expect(said.includes('\u001b]8;;')).toBe(_name === 'a link');
  });
});
