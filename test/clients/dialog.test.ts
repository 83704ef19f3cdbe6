import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { callWithPerson, firstCall } from './support/agent-call.ts';
import { describeClient } from './support/client.ts';
import { modelEndpoint } from './support/model-endpoint.ts';
import { approve, flowed, order, persons, reading } from './support/persons.ts';
import { storyWithPerson } from './support/story-with-person.ts';

// The newest clients that have a dialog: what the gate runs. The others are in person.test.ts.
for (const client of ['claude', 'codex'] as const) storyWithPerson(client);

/** Dialogs on the smallest terminal that people use. */
for (const client of ['claude', 'codex'] as const) {
  const { open, dialog } = persons[client]!;
  describeClient(client, (program) => {
    test('on a terminal of 80 by 24, what the dialog cannot show whole is approved with the command', async () => {
      const lines = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, index) => `echo ${from + index} >> ran`);
      const [short, long] = [lines(10, 22), lines(30, 70)];
      const draft = (title: string, run: string[]) => ({
        draft: { title, run: run.join('\n'), verify: `file ran contains ${run.at(-1)!.slice(5, 7)}` },
      });
      const commands: string[] = [];
      const model = await modelEndpoint(function* () {
        yield* firstCall('runbook_read');
        yield* callWithPerson('apply_step', draft('Short', short), commands);
        yield* callWithPerson('apply_step', draft('Long', long), commands);
        yield { say: 'Both ran.' };
      });
      const [bench, terminal] = await open(model, program, { columns: 80, rows: 24 });
      await order(terminal, 'Count.');

      const first = await terminal.until(dialog!.asks);
      await reading();
      const seen = first + (await dialog!.sayYes(terminal));
      expect(short.filter((line) => !seen.includes(line))).toEqual([]);

      await terminal.until('Question 1 waits for a person.');
      expect(commands).toEqual(['runbook approve AUTODOCK.md --step long']);
      expect(flowed(await approve(bench, commands[0]!))).toContain(flowed(long.join('\n')));
      await order(terminal, 'I said yes.');
      await terminal.until('Both ran.');
      const ran = (await readFile(join(bench.project, 'ran'), 'utf8')).trim().split('\n');
      expect(ran.map((number) => `echo ${number} >> ran`)).toEqual([...short, ...long]);
    });
  });
}
