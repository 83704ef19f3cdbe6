import type { Check } from '../model/check.ts';
import { kindOf } from '../probes/all.ts';
import { shellScript } from './form/shell-script.ts';
import { wordText } from './form/shell-word.ts';

/** Why a check cannot fail, in a few words. Undefined: it may fail. */
export function cannotFail(check: Check): string | undefined {
  switch (check.kind) {
    case 'shell':
      return shellCannotFail(check.text);
    case 'output':
      return check.similarity.kind === 'score' && check.similarity.atLeast <= 0
        ? 'any output is similar enough'
        : undefined;
    case 'probe':
      return check.not ? undefined : kindOf(check.probe).cannotFail(check.probe);
  }
}

/** Commands that exit with 0 on any box. */
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
    return nonZero ? undefined : `\`${commands.join('; ')}\` always exits with 0`;
  }
  const [joint, last] = script.slice(-2);
  const tolerated = joint?.kind === 'joint' && joint.text === '||' && ALWAYS_ZERO.has(names.at(-1) ?? '');
  const isZero = last?.kind === 'command' && !/^exit [1-9]/.test(last.words.map(wordText).join(' '));
  return tolerated && isZero ? `\`|| ${names.at(-1)}\` turns every failure into a pass` : undefined;
}
