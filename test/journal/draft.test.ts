import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepBaseline } from '../../src/journal/baseline.ts';
import { draftOf, removeLeftDrafts } from '../../src/journal/draft.ts';
import { isMarkRunning, processMark } from '../../src/journal/lock/process-identity.ts';
import { agentIn } from '../operations/agent/agent.ts';
import { runbook, scenario } from '../support/scenario.ts';
import { temporaryFolder } from './places.ts';
import { start } from './run-program.ts';

/** A process that writes a draft of the file and is killed with -9. */
async function drafter(path: string): Promise<() => Promise<void>> {
  let written = (_: string) => {};
  const draft = new Promise<string>((resolve) => (written = resolve));
  const { child, ended } = await start('drafter', { path }, { onLine: (line) => written(line) });
  await draft;
  return async () => {
    child.kill('SIGKILL');
    await ended;
  };
}

const drafts = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.tmp'));

describe('drafts left by kill -9', () => {
  it('are removed when their process is dead, and kept while it lives', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'AUTODOCK.md');
    const kill = await drafter(path);
    await removeLeftDrafts(path);
    expect(drafts(folder)).toHaveLength(1);
    await kill();
    await removeLeftDrafts(path);
    expect(drafts(folder)).toEqual([]);
  });

  it('of a process with a reused pid are removed; other files stay', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'AUTODOCK.md');
    const others = ['.AUTODOCK.md.notes.tmp', '.AUTODOCK.md.12.tmp', '.OTHER.md.1-00000000.tmp', 'a.tmp'];
    for (const name of [...others, `.AUTODOCK.md.${process.pid}-00000000.tmp`])
      writeFileSync(join(folder, name), '');
    writeFileSync(draftOf(path), '');
    await removeLeftDrafts(path);
    expect(drafts(folder).sort()).toEqual([...others, `.AUTODOCK.md.${processMark()}.tmp`].sort());
    expect([isMarkRunning(processMark()), isMarkRunning('x'), isMarkRunning('-1-00000000')]).toEqual([
      true,
      undefined,
      undefined,
    ]);
  });

  it('are removed by the next pass and the next save', async () => {
    const scene = await scenario(runbook({ a: '~~~bash\necho a >> log\n~~~\n' }));
    await (await drafter(scene.path('AUTODOCK.md')))();
    expect(drafts(scene.folder)).toHaveLength(1);
    expect((await scene.replay()).exit).toBe(0);
    expect(drafts(scene.folder)).toEqual([]);

    await (await drafter(scene.path('AUTODOCK.md')))();
    const agent = agentIn(scene.world);
    const draft = { title: 'Make b', run: 'touch b', verify: 'file b exists' };
    await agent.call('apply_step', { draft });
    expect(await agent.call('env_save')).toMatchObject({ written: true });
    expect(drafts(scene.folder)).toEqual([]);
  });

  it('of a baseline are removed with the next baseline', async () => {
    const scene = await scenario(runbook({ a: '~~~bash\necho a >> log\n~~~\n' }));
    await scene.replay();
    const folder = scene.path('.runbook');
    const place = { document: scene.path('AUTODOCK.md'), folder: scene.folder, box: { id: 'b', name: 'b' } };
    const baseline = { pass: 'p', snapshot: {} as never };
    const before = readdirSync(folder);
    await keepBaseline(place, baseline);
    const kept = readdirSync(folder).find((name) => !before.includes(name));
    await (await drafter(join(folder, kept!)))();
    await keepBaseline(place, baseline);
    expect(drafts(folder)).toEqual([]);
  });
});
