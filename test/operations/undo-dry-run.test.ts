import { stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { runbook, scenario } from '../support/scenario.ts';

const made = (name: string, undo: string) =>
  `~~~bash\ntouch ${name}\n~~~\n\nVerify:\n\n~~~check\nfile ${name} exists\n~~~\n${undo}`;
const undoes = (text: string) => `\nUndo:\n\n~~~bash\n${text}\n~~~\n`;

test('undo --dry-run says what would be undone, in that order, and runs nothing', async () => {
  const text = runbook({
    One: made('one', undoes('# first\nrm one\necho gone')),
    Two: made('two', ''),
    Three: made('three', undoes('rm three')),
  });
  const scene = await scenario(text);
  await scene.replay();
  await scene.write(
    'AUTODOCK.md',
    text.replace('touch three', 'touch three here').replace('rm three', 'rm -f three'),
  );
  const { report, exit } = await scene.run('undo', { dryRun: true });
  expect(exit).toBe(0);
  expect(report.undone).toEqual([]);
  expect(report.withoutUndo).toEqual(['two']);
  expect(report.would).toEqual([
    {
      ...{ id: 'three', title: 'Three', recorded: true, actions: ['shell: rm three'] },
      ...{ processes: 0, objects: 0 },
    },
    {
      ...{ id: 'one', title: 'One', recorded: false, actions: ['shell: rm one (and 1 line more)'] },
      ...{ processes: 0, objects: 0 },
    },
  ]);
  await stat(scene.path('three'));
  expect((await scene.run('undo', { yes: true })).report.undone).toHaveLength(2);
});
