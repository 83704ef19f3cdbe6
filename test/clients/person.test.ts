import { expect, test } from 'vitest';
import { answerIn } from './support/agent-call.ts';
import { claudeBench } from './support/claude-code.ts';
import { describeClient } from './support/client.ts';
import { clientTable } from './support/client-table.ts';
import { modelEndpoint } from './support/model-endpoint.ts';
import { persons } from './support/persons.ts';
import { storyWithPerson } from './support/story-with-person.ts';
import { takenPort } from './support/taken-port.ts';

for (const { client, person } of clientTable)
  expect(persons[client]?.dialog !== undefined, client).toBe(person === 'in its dialog');

for (const client of ['claudeNode20', 'opencode', 'gemini'] as const) storyWithPerson(client);

/** Clients that cannot ask while they run headless. */
for (const client of ['claude', 'claudeNode20'] as const) {
  describeClient(client, (program) => {
    test('without a person, the answer and the next session say what a person does', async () => {
      const story = await takenPort();
      const draft = {
        title: 'Start the server',
        run: story.scripts[0],
        verify: `port ${story.port} owner node`,
      };
      const model = await modelEndpoint(function* () {
        answers.push(answerIn(yield { call: 'apply_step', input: { draft } }));
        answers.push(answerIn(yield { call: 'runbook_read', input: {} }));
        yield { say: 'A person is needed.' };
      });
      // biome-ignore lint/suspicious/noExplicitAny: each tool has its own answer
      const answers: any[] = [];
      const bench = await claudeBench(model);
      await bench.runbook('init', '--claude', '--allow', 'all');
      await bench.run(program, ['-p', 'Bring the server up.', '--allowedTools', 'mcp__runbook']);
      const command = 'runbook approve AUTODOCK.md --step start-the-server';
      expect(answers[0]).toMatchObject({ status: 'needs_approval', next: expect.stringContaining(command) });
      expect(answers[1].now.next).toContain(command);
    });
  });
}
