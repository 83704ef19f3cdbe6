import { commandForm } from './command-form.ts';
import type { ScriptWait } from './knobs.ts';
import { loopTimes } from './loop-times.ts';
import { newReading, repeated, type ScriptLine, type ScriptState } from './reading.ts';
import { type ShellCommand, type ShellLoop, type ShellScript, shellScript } from './shell-script.ts';
import { wordText } from './shell-word.ts';
import type { TreeForm } from './tree-form.ts';

/** The form of a shell script. Undefined: it cannot be parsed as one. */
export function shellForm(text: string): TreeForm | undefined {
  const script = shellScript(text);
  if (script === undefined) return undefined;
  const reading = newReading();
  const lines = read(script, reading, 1);
  return {
    exact: exact(script),
    core: core(lines.filter((each) => !reading.usedByKnobs.has(each.assigns ?? ''))),
    waits: underLimits(reading.waits),
    sizes: reading.sizes,
    parsed: !reading.unread,
  };
}

/** All words in order, separated by one blank, without comments. */
function exact(script: ShellScript): string {
  return script.map(exactNode).join('\n');
}

function exactNode(node: ShellScript[number]): string {
  switch (node.kind) {
    case 'joint':
      return node.text;
    case 'command': {
      const words = node.words.map((each) => JSON.stringify(wordText(each)));
      const redirects = node.redirects.map(
        ({ operator, word }) => operator + JSON.stringify(word.heredoc ?? wordText(word)),
      );
      return [...words, ...redirects].join(' ');
    }
    case 'loop': {
      const head = node.keyword === 'for' ? node.over.map(wordText).join(' ') : exact(node.condition);
      return `${node.keyword} ${head}\ndo\n${exact(node.body)}\ndone`;
    }
  }
}

/** The remaining lines of a script that runs `times` times. */
function read(script: ShellScript, reading: ScriptState, times: number): ScriptLine[] {
  return script.flatMap((node, index) =>
    readNode(node, script[index - 1], script[index + 1], reading, times),
  );
}

function readNode(
  node: ShellScript[number],
  before: ShellScript[number] | undefined,
  after: ShellScript[number] | undefined,
  reading: ScriptState,
  times: number,
): ScriptLine[] {
  switch (node.kind) {
    case 'joint':
      return [{ kind: 'joint', text: node.text }];
    case 'command':
      return commandForm(node, reading, { times, piped: isPipe(before) || isPipe(after), nested: read });
    case 'loop':
      return readLoop(node, reading, times);
  }
}

function isPipe(node: { readonly kind: string; readonly text?: string } | undefined): boolean {
  return node?.kind === 'joint' && (node.text === '|' || node.text === '|&');
}

/**
 * A loop that waits is reduced to its commands, run once: `until curl x; do sleep 5; done` is `curl x`. Other loops
 * stay.
 */
function readLoop(loop: ShellLoop, reading: ScriptState, times: number): ScriptLine[] {
  const rounds = loopTimes(loop, reading);
  const inner = repeated(times, Number.isNaN(rounds) ? 1 : rounds);
  const before = reading.waits.length;
  const lines = [...read(loop.condition, reading, inner), ...read(loop.body, reading, inner)];
  const sleeps = reading.waits.slice(before).some((each) => each.kind === 'delay');
  if (!sleeps && !breaksOut(loop.body)) {
    const head = [loop.keyword, ...loop.over.map(wordText)].join(' ');
    return [{ kind: 'command', text: head }, ...lines, { kind: 'command', text: 'done' }];
  }
  // Retries without a pause count as one second each, so that more retries are a longer wait.
  if (!sleeps)
    reading.waits.push({ kind: 'delay', slot: 'tries', ms: repeated(1000, inner), where: 'shell' });
  return lines.filter((each) => !each.steers && (each.kind !== 'joint' || isPipe(each)));
}

function breaksOut(script: ShellScript): boolean {
  const steers = (command: ShellCommand): boolean =>
    /^(?:break|exit|return)$/.test(command.words[0] ? wordText(command.words[0]) : '');
  return script.some((node) => node.kind === 'command' && steers(node));
}

const GROUPING = new Set(['(', ')', '{', '}', '&', '!']);

/**
 * Commands in order, without grouping. Brackets are removed, connectors are kept only between two remaining commands,
 * and a repeated command is kept once, as in `curl x || { sleep 5; curl x; }`.
 */
function core(lines: readonly ScriptLine[]): string {
  const kept: string[] = [];
  let joint: string | undefined;
  for (const line of lines) {
    if (line.kind === 'joint') joint = GROUPING.has(line.text) ? joint : line.text;
    else {
      const isNew = line.kind === 'command' && line.text !== kept.at(-1);
      if (isNew && joint !== undefined && kept.length > 0) kept.push(joint);
      if (isNew) kept.push(line.text);
      joint = undefined;
    }
  }
  return kept.join('\n');
}

/** An endless loop under a time limit waits at most that long. */
function underLimits(waits: readonly ScriptWait[]): readonly ScriptWait[] {
  const limits = waits
    .filter((each) => each.slot === 'timeout' || each.slot === 'until')
    .map((each) => each.ms);
  if (limits.length === 0) return waits;
  const limit = Math.max(...limits);
  return waits.map((each) => (each.ms === Number.POSITIVE_INFINITY ? { ...each, ms: limit } : each));
}
