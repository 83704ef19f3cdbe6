import { dirname, resolve } from 'node:path';
import { pluralize } from '../../base/pluralize.ts';
import type { TextTest } from '../../model/check.ts';
import type { ProbeOf } from '../../probes/probe-kind.ts';
import { type Machine, NotGathered, type Reading, type Status } from '../machine.ts';
import { quoted } from '../remote/quoted.ts';
import { textKey } from '../remote/recorded-machine.ts';
import { type Answers, answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';
import { type TextJudge, textJudge, textWanted } from './text-test.ts';

/** Above this size no regular expression is tried: the text must be in memory at once. */
const REGEX_LIMIT = 64 * 1024 * 1024;

/** Looks at one file, following symlinks. */
export const askFile: EvaluateProbe<'file'> = async (probe, context, machine) => {
  const path = resolve(context.folder, probe.path);
  const { expect } = probe;
  if (isImpossible(path)) return answers('a path').unknown('error', 'no system can have a file of that path');
  const found = look(path, machine);
  switch (expect.kind) {
    case 'exists':
      return judgeExists(found, answers(`${path} exists`));
    case 'absent':
      return judgeAbsent(found, path, answers(`no ${path}`));
    case 'mode':
      return judgeMode(found, expect.mode, answers(`${path} with mode ${octal(expect.mode)}`));
    case 'text':
      return judgeText(found, path, machine, expect.text, answers(`${path} ${textWanted(expect.text)}`));
    case 'sha256':
      return judgeSha256(found, path, machine, expect.hex, answers(`${path} with SHA-256 ${expect.hex}`));
  }
};

/** Limits of Linux (NAME_MAX, PATH_MAX), beyond which the question makes no sense. */
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

function look(path: string, machine: Machine): Found {
  const status = machine.status(path);
  if (status.kind === 'read') return { kind: 'there', status: status.value };
  if (status.kind === 'denied' || machine.linkStatus(path).kind !== 'read') return notRead(path, status.kind);
  return leadsToItself(path, machine)
    ? { kind: 'loop', observed: `${path} is a symlink that leads to itself` }
    : { kind: 'dangling', observed: `${path} is a symlink to nothing` };
}

function notRead(path: string, kind: 'gone' | 'denied'): Exclude<Found, { kind: 'there' }> {
  return kind === 'denied'
    ? { kind: 'permission', observed: `not allowed to look at ${path}` }
    : { kind: 'missing', observed: `${path} is missing` };
}

/** Of another machine only the first link of a chain is known. */
function followed(machine: Machine, path: string): Reading<string> | undefined {
  try {
    return machine.link(path);
  } catch (error) {
    if (error instanceof NotGathered) return undefined;
    throw error;
  }
}

function leadsToItself(path: string, machine: Machine): boolean {
  const seen = new Set<string>();
  for (let at = path; !seen.has(at); ) {
    seen.add(at);
    const link = followed(machine, at);
    if (link?.kind !== 'read') return false;
    at = resolve(dirname(at), link.value);
  }
  return true;
}

/** The verdict where a file was wanted and none could be looked at. */
function notThere(found: Exclude<Found, { kind: 'there' }>, say: Answers) {
  return found.kind === 'permission'
    ? say.unknown(found.kind, found.observed)
    : say.fail(found.kind, found.observed);
}

function judgeExists(found: Found, say: Answers) {
  if (found.kind !== 'there') return notThere(found, say);
  return say.pass('exists', `a ${kindOf(found.status)} of ${pluralize(found.status.bytes, 'byte')}`);
}

function judgeAbsent(found: Found, path: string, say: Answers) {
  if (found.kind === 'missing') return say.pass('missing', found.observed);
  if (found.kind === 'there') return say.fail('exists', `${path} is there, a ${kindOf(found.status)}`);
  return notThere(found, say);
}

function judgeMode(found: Found, mode: number, say: Answers) {
  if (found.kind !== 'there') return notThere(found, say);
  const actual = found.status.mode;
  return actual === mode ? say.pass('mode', octal(actual)) : say.fail('mode', `mode ${octal(actual)}`);
}

async function judgeText(found: Found, path: string, machine: Machine, test: TextTest, say: Answers) {
  if (found.kind !== 'there') return notThere(found, say);
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
    return say.unknown('bad-regex', `the regular expression cannot be used: ${judged.problem}`);
  const matches =
    test.kind === 'contains'
      ? await machine.contains(path, test.value)
      : judgedText(machine.read(path), judged.judge);
  if (matches.kind !== 'read') return notThere(notRead(path, matches.kind), say);
  return matches.value
    ? say.pass('match', `${path} has the text`)
    : say.fail('no-match', `${pluralize(bytes, 'byte')} without the text`);
}

function judgedText(content: Reading<Buffer>, judge: TextJudge): Reading<boolean> {
  return content.kind === 'read' ? { kind: 'read', value: judge(content.value.toString('utf8')) } : content;
}

async function judgeSha256(found: Found, path: string, machine: Machine, hex: string, say: Answers) {
  if (found.kind !== 'there') return notThere(found, say);
  if (found.status.kind !== 'file') return say.fail('not-a-file', `${path} is a ${kindOf(found.status)}`);
  const digest = await machine.sha256(path);
  if (digest.kind !== 'read') return notThere(notRead(path, digest.kind), say);
  return digest.value === hex
    ? say.pass('sha256', digest.value)
    : say.fail('sha256', `SHA-256 ${digest.value}`);
}

function kindOf({ kind }: Status): string {
  if (kind === 'file') return 'file';
  return kind === 'folder' ? 'directory' : 'device, pipe or socket';
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

export const fileEvaluation: ProbeEvaluation<'file'> = {
  evaluate: askFile,
  fragments: ({ path, expect }, { folder }) => fragments(resolve(folder, path), expect),
};

function fragments(path: string, expect: ProbeOf<'file'>['expect']): readonly string[] {
  const status = `s ${quoted(path)}`;
  if (expect.kind === 'sha256')
    return [status, `if [ -f ${quoted(path)} ]; then h sha256 .; sha256sum ${quoted(path)}; fi`];
  if (expect.kind !== 'text') return [status];
  const { text } = expect;
  // The text is looked for where the file is. grep reads it from a pipe: it may hold a secret, so it is on no command line.
  return text.kind === 'contains' && text.value !== '' && !/[\n\0]/.test(text.value)
    ? [status, `g ${textKey(path, text.value)} ${quoted(path)} ${quoted(text.value)}`]
    : [status, `r ${quoted(path)}`];
}
