import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answerIn, callWithPerson, firstCall } from './support/agent-call.ts';
import { claudeBench } from './support/claude-code.ts';
import { describeClient } from './support/client.ts';
import type { ClientBench } from './support/client-bench.ts';
import type { ClientName } from './support/client-packages.ts';
import { clientTable } from './support/client-table.ts';
import { codexBench } from './support/codex.ts';
import { geminiBench } from './support/gemini-cli.ts';
import { type ModelEndpoint, modelEndpoint } from './support/model-endpoint.ts';
import { opencodeBench } from './support/opencode.ts';
import { takenPort } from './support/taken-port.ts';
import { openTerminal, type Size, type Terminal } from './support/terminal.ts';

/** Text as a dialog may wrap, indent and number it. */
const flowed = (text: string) => text.replace(/^.*\bline \d+: .*$/gm, '').replace(/\s+/g, '');

const moment = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** No person reads a script in less. */
const READING_MS = 3_000;

/** How a person uses one client. */
interface Person {
  open(model: ModelEndpoint, program: string, size?: Size): Promise<[ClientBench, Terminal]>;
  /** How the client's own dialog is answered; absent: it has none. */
  readonly dialog?: Dialog;
}

interface Dialog {
  /** What the screen shows once it asks. */
  readonly asks: RegExp;
  /** Takes the second answer, which holds for the same script in this project too. Returns all that the person saw on the way. */
  sayYes(terminal: Terminal): Promise<string>;
}

const inClaudeCode: Person = {
  open: async (model, program, size) => {
    const bench = await claudeBench(model);
    await bench.runbook('init', '--claude', '--allow', 'all');
    const terminal = await openTerminal(bench, [program], size);
    await terminal.until('New MCP server found in this project: runbook');
    for (let presses = 0; presses < 3; presses += 1) {
      if (/❯ (?:1\. )?Use this MCP server/.test(await terminal.screen())) break;
      await terminal.press('Up');
      await moment(300);
    }
    expect(await terminal.screen()).toMatch(/❯ (?:1\. )?Use this MCP server/);
    await terminal.press('Enter');
    await terminal.until('for agents');
    return [bench, terminal];
  },
  dialog: {
    asks: /requests your input[\s\S]*May (?:it|this) run\?[\s\S]*not set/,
    sayYes: async (terminal) => {
      await terminal.press('Right');
      await terminal.until(/❯ ◯ Yes/);
      await terminal.press('Down');
      await terminal.until(/❯ ◯ Yes, and whenever/);
      await terminal.press('Enter');
      let seen = await terminal.until(/✔ May this run/);
      while (!/❯ Accept/.test(await terminal.screen())) {
        await terminal.press('Down');
        await moment(300);
        seen += await terminal.screen();
      }
      await terminal.press('Enter');
      return seen;
    },
  },
};

const inCodex: Person = {
  open: async (model, program, size) => {
    const bench = await codexBench(model, { approve: true });
    const terminal = await openTerminal(bench, [program], size);
    await terminal.until('Ask Codex to do anything');
    return [bench, terminal];
  },
  dialog: {
    asks: /Field 1\/1[\s\S]*May this run\?[\s\S]*› 1\. Yes[\s\S]*enter to submit/,
    sayYes: async (terminal) => {
      await terminal.press('Down');
      const seen = await terminal.until(/› 2\. Yes, and whenever/);
      await terminal.press('Enter');
      return seen;
    },
  },
};

const inOpencode: Person = {
  open: async (model, program) => {
    const bench = await opencodeBench(model);
    const terminal = await openTerminal(bench, [program]);
    await terminal.until('Ask anything');
    return [bench, terminal];
  },
};

const inGemini: Person = {
  open: async (model, program) => {
    const bench = await geminiBench(model);
    const terminal = await openTerminal(bench, [program, '-m', 'gemini-2.5-flash']);
    await terminal.until('Type your message');
    return [bench, terminal];
  },
};

const persons: Partial<Record<ClientName, Person>> = {
  ...{ claude: inClaudeCode, claudeNode20: inClaudeCode, codex: inCodex },
  ...{ opencode: inOpencode, gemini: inGemini },
};

async function order(terminal: Terminal, text: string): Promise<void> {
  await terminal.press(text);
  await terminal.until(text);
  await terminal.press('Enter');
}

/** Runs the command from an answer in a terminal of its own, and says yes for exactly this. Returns what it showed. */
async function approve(bench: ClientBench, command: string): Promise<string> {
  const terminal = await openTerminal(bench, command.split(' '));
  await terminal.until('May an agent run this on');
  const shown = await terminal.history();
  await moment(READING_MS);
  await terminal.press('always', 'Enter');
  await terminal.until(/approved/i);
  return shown;
}

for (const { client, person } of clientTable) {
  const using = persons[client];
  expect(using?.dialog !== undefined, client).toBe(person === 'in its dialog');
  if (using === undefined) continue;
  describeClient(client, (program) => {
    test('a person sees every character that will run, is asked once for each script, and the loop closes', async () => {
      const story = await takenPort();
      const model = await modelEndpoint(story.agent);
      const [bench, terminal] = await using.open(model, program);
      await order(terminal, 'Bring the server up.');
      if (client === 'gemini') await allowAllTools(terminal);

      for (const [index, script] of story.scripts.entries()) {
        const { dialog } = using;
        if (dialog) {
          expect(flowed(await terminal.until(dialog.asks))).toContain(flowed(script));
          await moment(READING_MS);
          await dialog.sayYes(terminal);
        } else {
          await terminal.until(`Question ${index + 1} waits for a person.`);
          expect(flowed(await approve(bench, story.commands[index] ?? ''))).toContain(flowed(script));
          await order(terminal, `I said yes to question ${index + 1}.`);
        }
      }
      await terminal.until('It is up, and written down.');
      expect(story.commands).toHaveLength(using.dialog ? 0 : story.scripts.length);
      await story.expectStory(bench);
    });
  });
}

/** Gemini CLI's own dialog cuts what a tool is called with. So a yes in it lets the agent ask, and nothing else. */
async function allowAllTools(terminal: Terminal): Promise<void> {
  await terminal.until(/Allow execution of MCP tool[\s\S]*3\. Allow all server tools/);
  await terminal.press('Down');
  await terminal.until(/● 2\./);
  await terminal.press('Down');
  await terminal.until(/● 3\./);
  await terminal.press('Enter');
}

/** Dialogs on the smallest terminal that people use. */
for (const [client, { open, dialog }] of [
  ['claude', inClaudeCode],
  ['codex', inCodex],
] as const) {
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
      await moment(READING_MS);
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
