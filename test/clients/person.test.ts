import { expect, test } from 'vitest';
import { claudeBench } from './support/claude-code.ts';
import { describeClient } from './support/client.ts';
import type { ClientBench } from './support/client-bench.ts';
import type { ClientName } from './support/client-packages.ts';
import { clientTable } from './support/client-table.ts';
import { codexBench } from './support/codex.ts';
import { type ModelEndpoint, modelEndpoint } from './support/model-endpoint.ts';
import { answerIn, takenPort } from './support/taken-port.ts';
import { openTerminal, type Terminal } from './support/terminal.ts';

/** Text as a dialog may wrap, indent and number it. */
const flowed = (text: string) => text.replace(/^.*\bline \d+: .*$/gm, '').replace(/\s+/g, '');

/** How a person uses one client: starts it, gives it an order, and answers its dialog. */
interface Person {
  open(model: ModelEndpoint, program: string): Promise<[ClientBench, Terminal]>;
  /** What the screen shows once it asks. */
  readonly asks: RegExp;
  /** Takes the second answer: it holds for the same script in this project too, so it is not asked again. */
  sayYes(terminal: Terminal): Promise<void>;
}

const inClaudeCode: Person = {
  asks: /requests your input[\s\S]*May (?:it|this) run\?[\s\S]*not set/,
  open: async (model, program) => {
    const bench = await claudeBench(model);
    await bench.runbook('init', '--claude', '--allow', 'all');
    const terminal = await openTerminal(bench, [program]);
    await terminal.until('New MCP server found in this project: runbook');
    for (let presses = 0; presses < 3; presses += 1) {
      if (/❯ (?:1\. )?Use this MCP server/.test(await terminal.screen())) break;
      await terminal.press('Up');
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(await terminal.screen()).toMatch(/❯ (?:1\. )?Use this MCP server/);
    await terminal.press('Enter');
    await terminal.until('for agents');
    return [bench, terminal];
  },
  sayYes: async (terminal) => {
    await terminal.press('Right');
    await terminal.until(/❯ ◯ Yes/);
    await terminal.press('Down');
    await terminal.until(/❯ ◯ Yes, and whenever/);
    await terminal.press('Enter');
    await terminal.until(/✔ May this run/);
    while (!/❯ Accept/.test(await terminal.screen())) {
      await terminal.press('Down');
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await terminal.press('Enter');
  },
};

const inCodex: Person = {
  asks: /Field 1\/1[\s\S]*May this run\?[\s\S]*\d\. No\s[\s\S]*enter to submit/,
  open: async (model, program) => {
    const bench = await codexBench(model, { approve: true });
    const terminal = await openTerminal(bench, [program]);
    await terminal.until('Ask Codex to do anything');
    return [bench, terminal];
  },
  sayYes: async (terminal) => {
    await terminal.press('Down');
    await terminal.until(/› 2\. Yes, and whenever/);
    await terminal.press('Enter');
  },
};

const persons: Partial<Record<ClientName, Person>> = {
  ...{ claude: inClaudeCode, claudeNode20: inClaudeCode, codex: inCodex },
};

for (const { client, person } of clientTable) {
  const using = persons[client];
  expect(using !== undefined, client).toBe(person === 'in its dialog');
  if (using === undefined) continue;
  describeClient(client, (program) => {
    test('a person sees every character that will run, is asked once for each script, and the loop closes', async () => {
      const story = await takenPort();
      const model = await modelEndpoint(story.agent);
      const [bench, terminal] = await using.open(model, program);
      await terminal.press('Bring the server up.');
      await terminal.until('Bring the server up.');
      await terminal.press('Enter');

      for (const script of story.scripts) {
        const shown = await terminal.until(using.asks);
        expect(flowed(shown)).toContain(flowed(script));
        // No person reads a script in less.
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        await using.sayYes(terminal);
      }
      await terminal.until('It is up, and written down.');
      await story.expectStory(bench);
    });
  });
}

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
