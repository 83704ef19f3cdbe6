import { cp, rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { runbook, scenario } from '../support/scenario.ts';

/** A fence that leaves a witness. */
const note = (name: string, more = '') => `~~~bash\necho ${name} >> log\n${more}\n~~~\n`;
const check = (line: string) => `\nVerify:\n\n~~~check\n${line}\n~~~\n`;

describe('what a second pass does', () => {
  test('confirmed without checks: skipped by the journal', async () => {
    const scene = await scenario(runbook({ one: note('one'), two: note('two') }));
    expect((await scene.replay()).story).toEqual(['one: acted new', 'two: acted new']);
    const second = await scene.replay();
    expect(second.story).toEqual(['one: skipped confirmed', 'two: skipped confirmed']);
    expect(second.exit).toBe(0);
    expect(await scene.ran()).toEqual(['one', 'two']);
  });

  test('a skip shows the evaluated check without secrets', async () => {
    const inputs =
      '## Inputs\n\n| Name | Kind | Required | Default | What for |\n| --- | --- | --- | --- | --- |\n' +
      '| WHERE | variable | no | made | x |\n| TOKEN | secret | yes | | x |\n';
    const scene = await scenario(
      runbook({ one: note('one', 'touch made-$TOKEN') + check('file ${WHERE}-${TOKEN} exists') }, inputs),
      { env: { TOKEN: 'hunter2-hunter2' } },
    );
    await scene.replay();
    const told = await scene.replay();
    const detail = told.events.flatMap((event) =>
      event.type === 'step-finished' && event.outcome.kind === 'skipped' ? [event.outcome.detail] : [],
    );
    expect(detail).toEqual(['file made-[secret:TOKEN] exists']);
  });

  test('confirmed, but its check fails now: drifted, so it acts', async () => {
    const scene = await scenario(
      runbook({ one: note('one', 'touch made') + check('file made exists'), two: note('two') }),
    );
    await scene.replay();
    await rm(scene.path('made'));
    expect((await scene.replay()).story).toEqual(['one: acted drifted', 'two: skipped confirmed']);
  });

  test('confirmed and a check is unknown: a person is needed, nothing runs', async () => {
    const scene = await scenario(
      runbook({ one: note('one') + check('http GET http://no-such-host.invalid/'), two: note('two') }),
    );
    await scene.replay({ accept: 'one' });
    const told = await scene.replay();
    expect(told.exit).toBe(3);
    expect(told.story).toContain('two: not-reached');
  });

  test('nothing journaled, checks pass: found and journaled', async () => {
    const scene = await scenario(runbook({ one: note('one') + check('file there exists') }), {
      files: { there: '' },
    });
    expect((await scene.replay()).story).toEqual(['one: skipped found']);
    expect((await scene.replay()).story).toEqual(['one: skipped confirmed']);
    expect(await scene.ran()).toEqual([]);
  });

  test('an edited step acts again even if its checks pass; later independent steps do not', async () => {
    const text = runbook({ one: note('one', 'touch made') + check('file made exists'), two: note('two') });
    const scene = await scenario(text);
    await scene.replay();
    await scene.write('AUTODOCK.md', text.replace('touch made', 'touch made other'));
    expect((await scene.replay()).story).toEqual(['one: acted edited', 'two: skipped confirmed']);
  });

  test('what needs an edited step acts again', async () => {
    const text = runbook({
      one: note('one'),
      two: `Needs: one\n\n${note('two')}`,
      three: `Needs: two\n\n${note('three')}`,
    });
    const scene = await scenario(text);
    await scene.replay();
    await scene.write('AUTODOCK.md', text.replace('echo one', 'echo uno'));
    expect((await scene.replay()).story).toEqual([
      'one: acted edited',
      'two: acted needs-acted',
      'three: acted needs-acted',
    ]);
    expect((await scene.replay()).story).toEqual([
      'one: skipped confirmed',
      'two: skipped confirmed',
      'three: skipped confirmed',
    ]);
  });

  test('a failed step acts again from its first fence; those before it do not', async () => {
    const text = runbook({
      one: note('one'),
      two: note('two') + note('two-b', 'test -e allowed'),
      three: note('three'),
    });
    const scene = await scenario(text);
    const first = await scene.replay();
    expect(first.exit).toBe(1);
    expect(first.story).toEqual(['one: acted new', 'two: failed exit', 'three: not-reached']);
    await scene.write('allowed', '');
    expect((await scene.replay()).story).toEqual([
      'one: skipped confirmed',
      'two: acted failed-before',
      'three: acted new',
    ]);
    expect(await scene.ran()).toEqual(['one', 'two', 'two-b', 'two', 'two-b', 'three']);
  });

  test('a changed input value repeats only the steps that use it', async () => {
    const inputs =
      '## Inputs\n\n| Name | Kind | Required | Default | What for |\n| --- | --- | --- | --- | --- |\n| COLOUR | variable | no | red | x |\n';
    const scene = await scenario(runbook({ one: note('"$COLOUR"'), two: note('two') }, inputs));
    await scene.replay();
    expect((await scene.replay({ input: { COLOUR: 'blue' } })).story).toEqual([
      'one: acted inputs-changed',
      'two: skipped confirmed',
    ]);
    expect(await scene.ran()).toEqual(['red', 'two', 'blue']);
  });

  test('a renamed step is the same step', async () => {
    const scene = await scenario(runbook({ 'Old name': note('one'), two: note('two') }));
    await scene.replay();
    await scene.write('AUTODOCK.md', runbook({ 'New name': note('one'), two: note('two') }));
    expect((await scene.replay()).story).toEqual(['new-name: skipped confirmed', 'two: skipped confirmed']);
  });

  test('a step with only a file fence is found by the content of the file', async () => {
    const text = runbook({ conf: '~~~ini {"file":"app.conf"}\na=1\n~~~\n' });
    const scene = await scenario(text, { files: { 'app.conf': 'a=1\n' } });
    expect((await scene.replay()).story).toEqual(['conf: skipped found']);
    await scene.write('app.conf', 'a=2\n');
    expect((await scene.replay()).story).toEqual(['conf: acted drifted']);
    expect(await scene.read('app.conf')).toBe('a=1\n');
  });

  test('an existing file does not satisfy a step whose script never ran', async () => {
    const text = runbook({ both: `~~~ini {"file":"app.conf"}\na=1\n~~~\n\n${note('both')}` });
    const scene = await scenario(text, { files: { 'app.conf': 'a=1\n' } });
    expect((await scene.replay()).story).toEqual(['both: acted new']);
  });

  test('--force acts on satisfied steps; --only and --from skip the others', async () => {
    const scene = await scenario(runbook({ one: note('one'), two: note('two'), three: note('three') }));
    await scene.replay();
    expect((await scene.replay({ force: true, only: 'two' })).story).toEqual([
      'one: skipped not-selected',
      'two: acted forced',
      'three: skipped not-selected',
    ]);
    expect((await scene.replay({ force: true, from: 'two' })).story[0]).toBe('one: skipped not-selected');
  });

  test('a copied folder does not use the journal of the original', async () => {
    const scene = await scenario(runbook({ one: note('one') }));
    await scene.replay();
    await cp(scene.folder, scene.path('../copy'), { recursive: true });
    expect((await scene.replay({ file: '../copy/AUTODOCK.md' })).story).toEqual(['one: acted new']);
  });
});
