import { visibleText } from '../base/plain-text.ts';
import { pluralize } from '../base/pluralize.ts';
import type { Closure, ClosureFile, ClosurePart, ClosureValue } from '../model/closure.ts';

/**
 * Who reads it. `terminal`: the person at the machine. `client`: the person in an agent's client, which may tell its model or a
 * hook. `record`: the file of approvals. Values that come from the person's side are shown at the terminal alone.
 */
export type ClosureReader = 'terminal' | 'client' | 'record';

/**
 * A closure as text: every byte of it, with controls and invisible letters as escapes. Each part begins with how many lines it
 * has, so that no text can pass for the head of another part.
 */
export function closureText(closure: Closure, reader: ClosureReader): string {
  const { parts, values, files } = closure;
  return [
    ...parts.map(partText),
    ...(values.length === 0
      ? []
      : [
          section(
            'Values',
            values.map((each) => valueLine(each, reader)),
          ),
        ]),
    ...files.map((each) => fileText(each, reader)),
  ].join('\n\n');
}

function partText({ of, how, text }: ClosurePart): string {
  return section(of === '' ? how : `${of}: ${how}`, linesOf(text));
}

function valueLine({ name, kind, source, value, isOpen, mark }: ClosureValue, reader: ClosureReader): string {
  if (mark === '') return `${name}: ${kind}, ${NOT_SHOWN[source] ?? source}`;
  const isShown = value !== undefined && kind !== 'secret' && (isOpen || reader === 'terminal');
  if (isShown) return `${name} = ${/^[^\n"]*$/.test(value) ? value : JSON.stringify(value)} (${source})`;
  return `${name}: ${kind} from ${source}, fingerprint ${mark.slice(0, 12)}`;
}

const NOT_SHOWN: Readonly<Record<string, string>> = {
  command: 'its command gives it',
  missing: 'not given',
};

function fileText({ path, sha256, bytes, isPrivate, text }: ClosureFile, reader: ClosureReader): string {
  if (sha256 === 'missing') return section(`File ${path}`, ['(the file does not exist now)']);
  if (sha256 === 'unreadable')
    return section(`File ${path}`, ['(you may not read it, so its content is not bound)']);
  const head = `File ${path}, ${pluralize(bytes, 'byte')}${isPrivate ? '' : `, sha256 ${sha256}`}`;
  if (text === undefined || reader === 'record')
    return section(head, ['(bound by its content, which is not shown)']);
  return section(head, linesOf(text));
}

/** One final line end ends the last line; any more of them count. */
function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

function section(head: string, lines: readonly string[]): string {
  const shown = lines.map(visibleText);
  return `# ${visibleText(head)}, ${pluralize(lines.length, 'line')}\n${shown.join('\n')}`;
}
