import { dirname, resolve } from 'node:path';
import { pluralize } from '../../base/pluralize.ts';
import type { TextTest, Verdict } from '../../model/check.ts';
import type { ProbeOf } from '../../probes/probe-kind.ts';
import { accountNames } from '../account-files.ts';
import { compareValues } from '../compare-values.ts';
import { type Machine, NotCollected, type Reading, type Status } from '../machine.ts';
import { quoted } from '../remote/quoted.ts';
import { textKey } from '../remote/recorded-machine.ts';
import { type Answers, answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';
import { type TextJudge, textJudge, textWanted } from './text-test.ts';

/** Regular expressions are not tried on larger files, because the text must fit in memory. */
const REGEX_LIMIT = 64 * 1024 * 1024;

/** Inspects one file, following symlinks. */
export const probeFile: EvaluateProbe<'file'> = async (probe, context, machine) => {
  const path = resolve(context.folder, probe.path);
  const { expect } = probe;
  if (isImpossible(path)) return answers('a path').unknown('error', 'no file can have that path');
  const found = inspect(path, machine);
  switch (expect.kind) {
    case 'exists':
      return judgeExists(found, answers(`${path} exists`));
    case 'absent':
      return judgeAbsent(found, path, answers(`${path} absent`));
    case 'mode':
      return judgeMode(found, expect.mode, answers(`${path} with mode ${octal(expect.mode)}`));
    case 'text':
      return judgeText(found, path, machine, expect.text, answers(`${path} ${textWanted(expect.text)}`));
    case 'sha256':
      return judgeSha256(found, path, machine, expect.hex, answers(`${path} with SHA-256 ${expect.hex}`));
    case 'owner':
      return judgeName(found, { machine, wanted: expect.owner, of: 'owner', path });
    case 'group':
      return judgeName(found, { machine, wanted: expect.group, of: 'group', path });
    case 'size':
      return judgeSize(
        found,
        expect,
        answers(`${path} with a size ${expect.comparator} ${expect.value} bytes`),
      );
    case 'lines':
      return judgeLines(found, path, machine, expect);
    case 'symlink':
      return judgeSymlink(path, expect.target, machine);
  }
};

/** Limits of Linux (NAME_MAX, PATH_MAX), beyond which no such file can exist. */
function isImpossible(path: string): boolean {
  const parts = path.split('/');
  return (
    path.includes('\0') ||
    Buffer.byteLength(path) >= 4096 ||
    parts.some((part) => Buffer.byteLength(part) > 255)
  );
}

type Found =
  | { readonly kind: 'there'; readonly status: Status }
  | { readonly kind: 'missing' | 'dangling' | 'loop' | 'permission'; readonly observed: string };

function inspect(path: string, machine: Machine): Found {
  const status = machine.status(path);
  if (status.kind === 'read') return { kind: 'there', status: status.value };
  if (status.kind === 'denied' || machine.linkStatus(path).kind !== 'read') return notRead(path, status.kind);
  return isLinkLoop(path, machine)
    ? { kind: 'loop', observed: `${path} is a symlink to itself` }
    : { kind: 'dangling', observed: `${path} is a symlink whose target does not exist` };
}

function notRead(path: string, kind: 'gone' | 'denied'): Exclude<Found, { kind: 'there' }> {
  return kind === 'denied'
    ? { kind: 'permission', observed: `no permission to inspect ${path}` }
    : { kind: 'missing', observed: `${path} is missing` };
}

/** Only the first link of a chain is known of a remote machine. */
function firstLink(machine: Machine, path: string): Reading<string> | undefined {
  try {
    return machine.link(path);
  } catch (error) {
    if (error instanceof NotCollected) return undefined;
    throw error;
  }
}

function isLinkLoop(path: string, machine: Machine): boolean {
  const seen = new Set<string>();
  for (let at = path; !seen.has(at); ) {
    seen.add(at);
    const link = firstLink(machine, at);
    if (link?.kind !== 'read') return false;
    at = resolve(dirname(at), link.value);
  }
  return true;
}

/** The verdict if a file was expected but none could be inspected. */
function missingFile(found: Exclude<Found, { kind: 'there' }>, say: Answers) {
  return found.kind === 'permission'
    ? say.unknown(found.kind, found.observed)
    : say.fail(found.kind, found.observed);
}

function judgeExists(found: Found, say: Answers) {
  if (found.kind !== 'there') return missingFile(found, say);
  return say.pass('exists', `a ${kindOf(found.status)} of ${pluralize(found.status.bytes, 'byte')}`);
}

function judgeAbsent(found: Found, path: string, say: Answers) {
  if (found.kind === 'missing') return say.pass('missing', found.observed);
  if (found.kind === 'there') return say.fail('exists', `${path} exists, a ${kindOf(found.status)}`);
  return missingFile(found, say);
}

function judgeMode(found: Found, mode: number, say: Answers) {
  if (found.kind !== 'there') return missingFile(found, say);
  const actual = found.status.mode;
  return actual === mode ? say.pass('mode', octal(actual)) : say.fail('mode', `mode ${octal(actual)}`);
}

async function judgeText(found: Found, path: string, machine: Machine, test: TextTest, say: Answers) {
  if (found.kind !== 'there') return missingFile(found, say);
  if (found.status.kind !== 'file') return say.fail('not-a-file', `${path} is a ${kindOf(found.status)}`);
  const { bytes } = found.status;
  if (test.kind === 'matches' && bytes > REGEX_LIMIT) {
    return say.unknown(
      'too-big',
      `${path} has ${bytes} bytes; regular expressions are tried up to ${REGEX_LIMIT}`,
    );
  }
  const judged = await textJudge(test);
  if ('problem' in judged)
    return say.unknown('bad-regex', `the regular expression is invalid: ${judged.problem}`);
  const matches =
    test.kind === 'contains'
      ? await machine.contains(path, test.value)
      : judgedText(machine.read(path), judged.judge);
  if (matches.kind !== 'read') return missingFile(notRead(path, matches.kind), say);
  return matches.value
    ? say.pass('match', `${path} contains the text`)
    : say.fail('no-match', `${pluralize(bytes, 'byte')} without the text`);
}

function judgedText(content: Reading<Buffer>, judge: TextJudge): Reading<boolean> {
  return content.kind === 'read' ? { kind: 'read', value: judge(content.value.toString('utf8')) } : content;
}

async function judgeSha256(found: Found, path: string, machine: Machine, hex: string, say: Answers) {
  if (found.kind !== 'there') return missingFile(found, say);
  if (found.status.kind !== 'file') return say.fail('not-a-file', `${path} is a ${kindOf(found.status)}`);
  const digest = await machine.sha256(path);
  if (digest.kind !== 'read') return missingFile(notRead(path, digest.kind), say);
  return digest.value === hex
    ? say.pass('sha256', digest.value)
    : say.fail('sha256', `SHA-256 ${digest.value}`);
}

interface NameQuestion {
  readonly machine: Machine;
  readonly wanted: string;
  readonly of: 'owner' | 'group';
  readonly path: string;
}

/** The owner or group of a file, by name or number. */
function judgeName(found: Found, { machine, wanted, of, path }: NameQuestion): Verdict {
  const say = answers(`${path} with ${of} ${wanted}`);
  if (found.kind !== 'there') return missingFile(found, say);
  const id = of === 'owner' ? found.status.uid : found.status.gid;
  const actual = accountNames(machine, of === 'owner' ? 'passwd' : 'group').get(id) ?? String(id);
  return actual === wanted || String(id) === wanted
    ? say.pass(of, `${of} ${actual}`)
    : say.fail(of, `${of} ${actual}, wanted ${wanted}`);
}

type Amount = Extract<ProbeOf<'file'>['expect'], { kind: 'size' | 'lines' }>;

function judgeSize(found: Found, { comparator, value }: Amount, say: Answers): Verdict {
  if (found.kind !== 'there') return missingFile(found, say);
  const { bytes } = found.status;
  return compareValues(String(bytes), comparator, value)
    ? say.pass('size', pluralize(bytes, 'byte'))
    : say.fail('size', `${pluralize(bytes, 'byte')}, wanted ${comparator} ${value}`);
}

function judgeLines(found: Found, path: string, machine: Machine, { comparator, value }: Amount): Verdict {
  const say = answers(`${path} with a number of lines ${comparator} ${value}`);
  if (found.kind !== 'there') return missingFile(found, say);
  if (found.status.kind !== 'file') return say.fail('not-a-file', `${path} is a ${kindOf(found.status)}`);
  const content = machine.read(path);
  if (content.kind !== 'read') return missingFile(notRead(path, content.kind), say);
  const text = content.value.toString('utf8');
  const count = text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
  return compareValues(String(count), comparator, value)
    ? say.pass('lines', pluralize(count, 'line'))
    : say.fail('lines', `${pluralize(count, 'line')}, wanted ${comparator} ${value}`);
}

function judgeSymlink(path: string, target: string | undefined, machine: Machine): Verdict {
  const say = answers(`${path}, a symlink${target === undefined ? '' : ` to ${target}`}`);
  const status = machine.linkStatus(path);
  if (status.kind !== 'read') return missingFile(notRead(path, status.kind), say);
  if (status.value.kind !== 'link')
    return say.fail('not-a-link', `${path} is a ${kindOf(status.value)}, no symlink`);
  const link = machine.link(path);
  if (link.kind !== 'read') return missingFile(notRead(path, link.kind), say);
  return target === undefined || link.value === target
    ? say.pass('symlink', `a symlink to ${link.value}`)
    : say.fail('symlink', `a symlink to ${link.value}, wanted ${target}`);
}

function kindOf({ kind }: Status): string {
  if (kind === 'file') return 'file';
  return kind === 'folder' ? 'directory' : 'device, pipe or socket';
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

export const fileEvaluation: ProbeEvaluation<'file'> = {
  evaluate: probeFile,
  fragments: ({ path, expect }, { folder }) => fragments(resolve(folder, path), expect),
};

function fragments(path: string, expect: ProbeOf<'file'>['expect']): readonly string[] {
  const status = `s ${quoted(path)}`;
  if (expect.kind === 'owner') return [status, 'r /etc/passwd'];
  if (expect.kind === 'group') return [status, 'r /etc/group'];
  if (expect.kind === 'lines') return [status, `r ${quoted(path)}`];
  if (expect.kind === 'sha256')
    return [status, `if [ -f ${quoted(path)} ]; then h sha256 .; sha256sum ${quoted(path)}; fi`];
  if (expect.kind !== 'text') return [status];
  const { text } = expect;
  // The text is looked for where the file is. grep reads it from a pipe: it may hold a secret, so it is on no command line.
  return text.kind === 'contains' && text.value !== '' && !/[\n\0]/.test(text.value)
    ? [status, `g ${textKey(path, text.value)} ${quoted(path)} ${quoted(text.value)}`]
    : [status, `r ${quoted(path)}`];
}
