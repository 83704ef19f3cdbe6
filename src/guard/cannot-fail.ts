import type { Check, ProbeCheck } from '../model/check.ts';
import { shellScript } from './form/shell-script.ts';
import { wordText } from './form/shell-words.ts';

/** Why a check cannot fail, a few words; undefined: nothing says so. */
export function cannotFail(check: Check): string | undefined {
  switch (check.kind) {
    case 'shell':
      return shellCannotFail(check.text);
    case 'output':
      return check.similarity.kind === 'score' && check.similarity.atLeast <= 0
        ? 'any output is similar enough'
        : undefined;
    case 'probe':
      return probeCannotFail(check);
  }
}

/** Commands that answer 0 whatever the box is like. */
const ALWAYS_ZERO = new Set([':', 'true', 'echo', 'printf', 'sleep', 'date', 'pwd', 'exit']);

function shellCannotFail(text: string): string | undefined {
  const script = shellScript(text);
  if (!script || script.length === 0) return undefined;
  const names = script.map((node) =>
    node.kind === 'command' && node.words[0] ? wordText(node.words[0]) : undefined,
  );
  const commands = names.filter((each) => each !== undefined);
  const onlyCommands = script.every((node) => node.kind === 'command');
  if (onlyCommands && commands.every((each) => ALWAYS_ZERO.has(each))) {
    const nonZero = /\bexit\s+[1-9]/.test(text);
    return nonZero ? undefined : `\`${commands.join('; ')}\` always answers 0`;
  }
  const [joint, last] = script.slice(-2);
  const forgiven = joint?.kind === 'joint' && joint.text === '||' && ALWAYS_ZERO.has(names.at(-1) ?? '');
  const isZero = last?.kind === 'command' && !/^exit [1-9]/.test(last.words.map(wordText).join(' '));
  return forgiven && isZero ? `\`|| ${names.at(-1)}\` turns every failure into a pass` : undefined;
}

/** Paths and programs that every box has. */
const ALWAYS_THERE = /^\/(?:|etc|tmp|usr|bin|dev|proc|dev\/null|etc\/passwd|usr\/bin|bin\/sh|etc\/hosts)\/?$/;
const ALWAYS_INSTALLED = new Set(['sh', 'true', 'ls', 'cat', 'echo', 'cd']);

function probeCannotFail({ probe, not }: ProbeCheck): string | undefined {
  if (not) return undefined;
  if (probe.kind === 'http') {
    const anyStatus = probe.status && probe.status.from <= 200 && probe.status.to >= 599;
    return anyStatus && !probe.text ? 'every answer is accepted' : undefined;
  }
  if (probe.kind === 'file') {
    const text = probe.expect.kind === 'text' ? probe.expect.text : undefined;
    if (probe.expect.kind === 'exists' && ALWAYS_THERE.test(probe.path))
      return 'that path is there on every box';
    return text?.kind === 'matches' && /^\^?(?:\.\*|\(\?:\))?\$?$/.test(text.pattern)
      ? 'that pattern matches every text'
      : undefined;
  }
  if (probe.kind === 'command' && ALWAYS_INSTALLED.has(probe.name))
    return 'that program is there on every box';
  return undefined;
}
