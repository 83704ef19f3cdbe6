import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readFileSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TextTest } from '../../model/check.ts';
import { type Answers, answers } from './answers.ts';
import type { Ask } from './probe-of.ts';
import { textJudge, textWanted } from './text-test.ts';

/** Above this size a file is read in pieces. */
const STREAM_ABOVE = 1024 * 1024;

/** Above this size no regular expression is tried: the text must be in memory at once. */
const REGEX_LIMIT = 64 * 1024 * 1024;

/** Looks at one file, following symlinks. Small files are read in line: that costs a few microseconds. */
export const askFile: Ask<'file'> = async (probe, context) => {
  const path = resolve(context.folder, probe.path);
  const { expect } = probe;
  const found = look(path);
  switch (expect.kind) {
    case 'exists':
      return judgeExists(found, answers(`${path} exists`));
    case 'absent':
      return judgeAbsent(found, path, answers(`no ${path}`));
    case 'mode':
      return judgeMode(found, expect.mode, answers(`${path} with mode ${octal(expect.mode)}`));
    case 'text':
      return judgeText(found, path, expect.text, answers(`${path} ${textWanted(expect.text)}`));
    case 'sha256':
      return judgeSha256(found, path, expect.hex, answers(`${path} with SHA-256 ${expect.hex}`));
  }
};

type Found =
  | { readonly kind: 'there'; readonly stats: Stats }
  | { readonly kind: 'missing' | 'dangling' | 'loop' | 'permission' | 'error'; readonly observed: string };

function look(path: string): Found {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats) return { kind: 'there', stats };
    const link = lstatSync(path, { throwIfNoEntry: false });
    if (link) return { kind: 'dangling', observed: `${path} is a symlink to nothing` };
    return { kind: 'missing', observed: `${path} is missing` };
  } catch (error) {
    return notRead(path, error);
  }
}

function notRead(path: string, error: unknown): Exclude<Found, { kind: 'there' }> {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing', observed: `${path} is missing` };
  if (code === 'EACCES' || code === 'EPERM')
    return { kind: 'permission', observed: `not allowed to look at ${path}` };
  if (code === 'ELOOP') return { kind: 'loop', observed: `${path} is a symlink that leads to itself` };
  return { kind: 'error', observed: `${path} cannot be read: ${message}` };
}

/** The verdict where a file was wanted and none could be looked at. */
function notThere(found: Exclude<Found, { kind: 'there' }>, say: Answers) {
  const unknown = found.kind === 'permission' || found.kind === 'error';
  return unknown ? say.unknown(found.kind, found.observed) : say.fail(found.kind, found.observed);
}

function judgeExists(found: Found, say: Answers) {
  if (found.kind !== 'there') return notThere(found, say);
  return say.pass('exists', `a ${kindOf(found.stats)} of ${found.stats.size} bytes`);
}

function judgeAbsent(found: Found, path: string, say: Answers) {
  if (found.kind === 'missing') return say.pass('missing', found.observed);
  if (found.kind === 'there') return say.fail('exists', `${path} is there, a ${kindOf(found.stats)}`);
  return notThere(found, say);
}

function judgeMode(found: Found, mode: number, say: Answers) {
  if (found.kind !== 'there') return notThere(found, say);
  const actual = found.stats.mode & 0o7777;
  return actual === mode ? say.pass('mode', octal(actual)) : say.fail('mode', `mode ${octal(actual)}`);
}

async function judgeText(found: Found, path: string, test: TextTest, say: Answers) {
  if (found.kind !== 'there') return notThere(found, say);
  if (!found.stats.isFile()) return say.fail('not-a-file', `${path} is a ${kindOf(found.stats)}`);
  const { size } = found.stats;
  if (test.kind === 'matches' && size > REGEX_LIMIT) {
    return say.unknown(
      'too-big',
      `${path} has ${size} bytes; regular expressions are tried up to ${REGEX_LIMIT}`,
    );
  }
  const judged = await textJudge(test);
  if ('problem' in judged)
    return say.unknown('bad-regex', `the regular expression cannot be used: ${judged.problem}`);
  try {
    const streamed = test.kind === 'contains' && size > STREAM_ABOVE;
    const matches = streamed ? await contains(path, test.value) : judged.judge(readFileSync(path, 'utf8'));
    return matches
      ? say.pass('match', `${path} has the text`)
      : say.fail('no-match', `${size} bytes without the text`);
  } catch (error) {
    return notThere(notRead(path, error), say);
  }
}

async function judgeSha256(found: Found, path: string, hex: string, say: Answers) {
  if (found.kind !== 'there') return notThere(found, say);
  if (!found.stats.isFile()) return say.fail('not-a-file', `${path} is a ${kindOf(found.stats)}`);
  try {
    const hash = createHash('sha256');
    if (found.stats.size <= STREAM_ABOVE) hash.update(readFileSync(path));
    else for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    const actual = hash.digest('hex');
    return actual === hex ? say.pass('sha256', actual) : say.fail('sha256', `SHA-256 ${actual}`);
  } catch (error) {
    return notThere(notRead(path, error), say);
  }
}

/** Looks for the text piece by piece, keeping as much of each piece as a match may begin in. */
async function contains(path: string, value: string): Promise<boolean> {
  const wanted = Buffer.from(value);
  let kept = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: STREAM_ABOVE })) {
    const piece = Buffer.concat([kept, chunk as Buffer]);
    if (piece.includes(wanted)) return true;
    kept = piece.subarray(Math.max(0, piece.length - wanted.length + 1));
  }
  return false;
}

function kindOf(stats: Stats): string {
  if (stats.isFile()) return 'file';
  return stats.isDirectory() ? 'directory' : 'device, pipe or socket';
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
