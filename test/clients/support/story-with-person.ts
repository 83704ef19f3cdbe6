import { expect, test } from 'vitest';
import { describeClient } from './client.ts';
import type { ClientName } from './client-packages.ts';
import { modelEndpoint } from './model-endpoint.ts';
import { approve, flowed, order, persons, reading } from './persons.ts';
import { takenPort } from './taken-port.ts';

/** The whole story with a person at the client's terminal. */
export function storyWithPerson(client: ClientName): void {
  const { open, allowTools, dialog } = persons[client]!;
  describeClient(client, (program) => {
    test('a person sees every character that will run, is asked once for each script, and the loop closes', async () => {
      const story = await takenPort();
      const model = await modelEndpoint(story.agent);
      const [bench, terminal] = await open(model, program);
      await order(terminal, 'Bring the server up.');
      await allowTools?.(terminal);

      for (const [index, script] of story.scripts.entries()) {
        if (dialog) {
          expect(flowed(await terminal.until(dialog.asks))).toContain(flowed(script));
          await reading();
          await dialog.sayYes(terminal);
        } else {
          await terminal.until(`Question ${index + 1} waits for a person.`);
          expect(flowed(await approve(bench, story.commands[index] ?? ''))).toContain(flowed(script));
          await order(terminal, `I said yes to question ${index + 1}.`);
        }
      }
      await terminal.until('It is up, and written down.');
      expect(story.commands).toHaveLength(dialog ? 0 : story.scripts.length);
      await story.expectStory(bench);
    });
  });
}
