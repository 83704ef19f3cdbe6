import { access, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { runbook, scenario } from '../support/scenario.ts';

const step = (name: string, more = '', undo = `rm -f ${name}; echo undo-${name} >> log`) =>
  `~~~bash\ntouch ${name}; echo ${name} >> log\n${more}\n~~~\n${undo === '' ? '' : `\nUndo:\n\n~~~bash\n${undo}\n~~~\n`}`;

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe('replay --undo-on-failure', () => {
  test('leaves the box as it was, the failed step first', async () => {
    const scene = await scenario(
      runbook({ A: step('a'), B: step('b'), C: step('c', 'false'), D: step('d') }),
    );
    const { exit, report } = await scene.replay({ undoOnFailure: true });
    expect(exit).toBe(1);
    expect(report.undone).toEqual({ steps: ['c', 'b', 'a'], remaining: [] });
    expect(report.next).toMatch(/^Undone: c, b, a\. /);
    expect(await scene.ran()).toEqual(['a', 'b', 'c', 'undo-c', 'undo-b', 'undo-a']);
    for (const name of ['a', 'b', 'c']) expect(await exists(scene.path(name))).toBe(false);
  });

  test('stops at a step without Undo and says what remains', async () => {
    const scene = await scenario(
      runbook({ A: step('a'), B: step('b', '', ''), C: step('c'), D: step('d', 'false') }),
    );
    const { report } = await scene.replay({ undoOnFailure: true });
    expect(report.undone).toEqual({
      steps: ['d', 'c'],
      remaining: ['b', 'a'],
      stoppedBy: 'b',
      because: 'it has no Undo',
    });
    expect(await exists(scene.path('a'))).toBe(true);
  });

  test('stops at an Undo that fails', async () => {
    const scene = await scenario(
      runbook({ A: step('a'), B: step('b', '', 'exit 7'), C: step('c', 'false') }),
    );
    const { report } = await scene.replay({ undoOnFailure: true });
    expect(report.undone).toMatchObject({ steps: ['c'], remaining: ['b', 'a'], stoppedBy: 'b' });
    expect(report.undone.because).toContain('7');
  });

  test('keeps what an earlier pass did', async () => {
    const scene = await scenario(runbook({ A: step('a') }));
    await scene.replay();
    await writeFile(scene.path('AUTODOCK.md'), runbook({ A: step('a'), B: step('b', 'false') }));
    const { report } = await scene.replay({ undoOnFailure: true });
    expect(report.undone).toEqual({ steps: ['b'], remaining: [] });
    expect(await exists(scene.path('a'))).toBe(true);
  });

  test('keeps what an earlier pass did, also where the step was edited since and now fails', async () => {
    const scene = await scenario(runbook({ A: step('a'), B: step('b') }));
    await scene.replay();
    await writeFile(scene.path('AUTODOCK.md'), runbook({ A: step('a'), B: step('b', 'false') }));
    const { exit, report } = await scene.replay({ undoOnFailure: true });
    expect(exit).toBe(1);
    expect(report.undone).toEqual({ steps: [], remaining: [] });
    expect(await exists(scene.path('b'))).toBe(true);
    expect(await scene.ran()).toEqual(['a', 'b', 'b']);
  });

  test('does nothing after a success, and the next pass starts again after a failure', async () => {
    const scene = await scenario(runbook({ A: step('a'), B: step('b', 'test -e ready') }));
    expect((await scene.replay({ undoOnFailure: true })).exit).toBe(1);
    await writeFile(scene.path('ready'), '');
    const { exit, report } = await scene.replay({ undoOnFailure: true });
    expect(exit).toBe(0);
    expect(report.undone).toBeUndefined();
    expect(await scene.ran()).toEqual(['a', 'b', 'undo-b', 'undo-a', 'a', 'b']);
  });
});
