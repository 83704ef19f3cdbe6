import { expect } from 'vitest';
import { claudeBench } from './claude-code.ts';
import type { ClientBench } from './client-bench.ts';
import type { ClientName } from './client-packages.ts';
import { codexBench } from './codex.ts';
import { geminiBench } from './gemini-cli.ts';
import type { ModelEndpoint } from './model-endpoint.ts';
import { opencodeBench } from './opencode.ts';
import { openTerminal, type Size, type Terminal } from './terminal.ts';

/** Text as a dialog may wrap, indent and number it. */
export const flowed = (text: string) => text.replace(/^.*\bline \d+: .*$/gm, '').replace(/\s+/g, '');

const moment = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** No person reads a script in less than three seconds. */
export const reading = () => moment(3_000);

/** How a person uses one client. */
export interface Person {
  open(model: ModelEndpoint, program: string, size?: Size): Promise<[ClientBench, Terminal]>;
  /** Answers the client's own question about tools; absent if it does not ask. */
  readonly allowTools?: (terminal: Terminal) => Promise<void>;
  /** How the client's own dialog is answered; absent if it lacks one. */
  readonly dialog?: Dialog;
}

export interface Dialog {
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
  allowTools: allowAllTools,
};

/** Gemini CLI's own dialog cuts what a tool is called with. So a yes in it lets the agent ask, and nothing else. */
async function allowAllTools(terminal: Terminal): Promise<void> {
  await terminal.until(/Allow execution of MCP tool[\s\S]*3\. Allow all server tools/);
  await terminal.press('Down');
  await terminal.until(/● 2\./);
  await terminal.press('Down');
  await terminal.until(/● 3\./);
  await terminal.press('Enter');
}

export const persons: Partial<Record<ClientName, Person>> = {
  ...{ claude: inClaudeCode, claudeNode20: inClaudeCode, codex: inCodex },
  ...{ opencode: inOpencode, gemini: inGemini },
};

/** Types an order, and sends it. */
export async function order(terminal: Terminal, text: string): Promise<void> {
  await terminal.press(text);
  await terminal.until(text);
  await terminal.press('Enter');
}

/** Runs the command from an answer in a terminal of its own, and says yes for exactly this. Returns what it showed. */
export async function approve(bench: ClientBench, command: string): Promise<string> {
  const terminal = await openTerminal(bench, command.split(' '));
  await terminal.until('May an agent run this on');
  const shown = await terminal.history();
  await reading();
  await terminal.press('always', 'Enter');
  await terminal.until(/approved/i);
  return shown;
}
