import { diagnose } from '../../../judge/diagnose/diagnose.ts';
import type { Attempt } from '../../../loop/attempt.ts';
import { lastErrorLine, lastLineOfError } from '../../../loop/error-line.ts';
import type { FoldedProblem } from '../../../loop/fold-problems.ts';

/** Errors of the system, which fail every step of their kind if nothing says what they are about. */
const ANY_FILE =
  /(?:no such file or directory|permission denied|file exists|is a directory|not a directory|directory not empty)$/i;

/** Folders that have another name on the next box. */
const TEMPORARY_FOLDER = /\/(?:var\/)?tmp\/(?:[^\s'"]*\/)?/g;

/** The folder of an absolute path that is a person's or a project's. */
const OWN_FOLDER = /^\/(?!(?:etc|usr|var|opt|srv|run|dev|proc|lib|bin)\/).*\//;

/** A literal shorter than this matches by accident (docs/format.md). */
const SHORTEST = 8;

/** From this length on, several words say what happened. */
const MIN_SPECIFIC_LENGTH = 16;

/**
 * The part of a failure's error that the next box will print too, as inline code; empty where nothing is worth looking for.
 * Read from what programs said, then from the first finding, and never from a probe's own words: `HTTP 404` or
 * `bytes without the text` would match every failed check of its kind.
 */
export function symptomOf(failure: Attempt | undefined): string {
  if (!failure) return '';
  const sources = [
    lineWithCode(failure),
    errorLine(failure),
    checkMessage(failure),
    titleWithoutIds(failure),
  ];
  const texts = sources.map((line = '') => errorOfFile(line) ?? steadyPart(line));
  const text = texts.find((part) => part !== '');
  return text === undefined ? '' : `\`${text}\``;
}

/** What the step's own programs said last. A step that ended well may have printed its last line long before it failed. */
function errorLine({ exitCode, outputTail }: Attempt): string | undefined {
  if (exitCode !== 0) return lastErrorLine(outputTail);
  return outputTail.startsWith('Its Verify does not hold') ? undefined : lastLineOfError(outputTail);
}

/** What the script of a failed shell check said; its row has a `form`, and those of probes have none. */
function checkMessage({ checks }: Attempt): string | undefined {
  const failed = checks.find(({ verdict, form }) => verdict !== 'pass' && form !== undefined);
  return failed?.observed.match(/^(?:exit \d+|no answer within \d+ ms): (.*)$/)?.[1];
}

/** The title of a problem without a given one: the finding without its numbers. */
export function titleOf(failure: Attempt | undefined, { for: step, fix }: FoldedProblem): string {
  return (failure && titleWithoutIds(failure)) ?? fix[0]?.body.title ?? `${step} fails`;
}

/** The first finding, without what differs from run to run. */
function titleWithoutIds({ findings }: Attempt): string | undefined {
  return findings[0]?.title
    .replace(/\s*\((?:pid|pids) [^)]*\)/g, '')
    .replace(/, on [\da-f.:*[\]]+(?=\.?$)/, '')
    .replace(/; .*$/, '')
    .replace(TEMPORARY_FOLDER, '')
    .replace(/\.$/, '');
}

/** The line that the first finding was read from: programs say the cause first, and then that they failed. */
function lineWithCode({ outputTail, findings }: Attempt): string | undefined {
  const code = findings[0]?.code;
  const matchesCode = (line: string) =>
    diagnose({ attempt: '', at: '', output: line, checks: [] }).some((finding) => finding.code === code);
  return code === undefined ? undefined : outputTail.split('\n').findLast(matchesCode);
}

/**
 * A piece without times, numbers, ids and quotes, which differ from box to box: the last one that says something, since
 * an error ends with its cause; else the longest.
 */
function steadyPart(line: string): string {
  const pieces = line
    .split(/\d[\w.:/-]*|["'`{}[\]]|\/[\w./-]+/)
    .map((each) => each.replace(/^[\s:,;=.-]+|[\s:,;=(-]+$/g, ''));
  const last = pieces.findLast((each) => each.length >= MIN_SPECIFIC_LENGTH && each.includes(' '));
  const best = last ?? pieces.reduce((longest, each) => (each.length > longest.length ? each : longest), '');
  return best.length < SHORTEST ? '' : best.slice(0, 120);
}

/** An error that any file could cause, with the name before it: `etc/app.conf: No such file or directory`. */
function errorOfFile(line: string): string | undefined {
  const error = ANY_FILE.exec(line.trimEnd());
  if (!error) return undefined;
  const before = line.slice(0, error.index).replace(TEMPORARY_FOLDER, ' ');
  const subject = /(?:^|[\s'"`(])([\w.~@+/-]*[\w@+-]['"]?[:,]? )$/.exec(before)?.[1]?.replace(OWN_FOLDER, '');
  return subject === undefined || /\d{4}/.test(subject) ? undefined : subject + error[0];
}
