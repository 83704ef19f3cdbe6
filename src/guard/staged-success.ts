import type { Attempt } from '../loop/attempt.ts';
import { checkKey } from '../loop/fingerprint.ts';
import type { Check } from '../model/check.ts';
import { normalForm } from './form/normal-form.ts';
import type { GuardInput } from './guard.ts';

/**
 * How an attempt would make a check pass that failed before without doing what the check is about, in one sentence.
 * Undefined: it does not.
 */
export function stagedSuccess({ attempt, loop }: GuardInput): string | undefined {
  const text = attempt.body.run.map((each) => each.text).join('\n');
  const open = loop.problems.filter(({ state }) => state === 'open' || state === 'stopped');
  for (const check of attempt.checks?.after ?? []) {
    const key = checkKey({ check: check.text });
    const failures = loop.attempts.filter(
      (each) => open.some((problem) => problem.failures.includes(each.attempt)) && wantsCheck(each, key),
    );
    const staged = failures.length > 0 ? stagedCheck(check, text, attempt.body, failures) : undefined;
    if (staged) return staged;
  }
  return droppedCheck({ attempt, loop });
}

/** A step whose command failed never got to its checks, so its Verify counts, not what was evaluated. */
function wantsCheck({ body, checks }: Attempt, key: string): boolean {
  const evaluated = checks.find((row) => checkKey(row) === key);
  if (evaluated) return evaluated.verdict !== 'pass';
  const lines = body.verify.flatMap(({ text }) => text.split('\n'));
  return lines.some((line) => checkKey({ check: line }) === key);
}

function stagedCheck(
  { text: check }: Check,
  text: string,
  body: Attempt['body'],
  failures: readonly Attempt[],
): string | undefined {
  const [, kind, name = ''] = /^(file|command|process) (\S+)/.exec(check) ?? [];
  if (kind === 'file' && writesAfterFailure(text, name))
    return `It writes ${name}, which \`${check}\` reads, also if the command before it fails.`;
  if (kind === 'process' && new RegExp(`\\bexec +-a +["']?${escaped(name)}\\b`).test(text))
    return `It runs another program under the name ${name}, which \`${check}\` looks for.`;
  if (kind === 'command' && writesIdleProgram(text, name))
    return `It writes a program ${name} that does nothing, which \`${check}\` looks for.`;
  const wanted = / contains "([^"]+)"/.exec(check)?.[1];
  const isNew = wanted !== undefined && failures.every((each) => !scriptOf(each).includes(wanted));
  if (isNew && text.includes(wanted) && !runsAgain(body, failures))
    return `It says "${wanted}" itself, which \`${check}\` wants, and no longer runs what failed.`;
  return undefined;
}

function scriptOf({ body }: Attempt): string {
  return body.run.map((each) => each.text).join('\n');
}

/** `build || touch PATH`, and `build || true; touch PATH`. */
function writesAfterFailure(text: string, path: string): boolean {
  const parts = text.split(/(\|\||&&|[;\n])/).map((each) => each.trim());
  const write = new RegExp(
    `^[({ ]*(?:touch|echo|printf|tee|cp|cat|:)\\b.*(?:^|[\\s>"'/])${escaped(path)}(?![\\w.-])`,
  );
  return parts.some((part, at) => {
    if (!write.test(part)) return false;
    const isForgiven = /^(?:true|:)\b/.test(parts[at - 2] ?? '') && parts[at - 3] === '||';
    return parts[at - 1] === '||' || isForgiven;
  });
}

/** A script of nothing but `exit 0`, `true` or output. */
function writesIdleProgram(text: string, name: string): boolean {
  const written = new RegExp(`#!/([^>]*?)["']?\\s*>+\\s*\\S*/${escaped(name)}(?![\\w.-])`, 's').exec(
    text,
  )?.[1];
  const lines = written?.split(/\\n|\n/).slice(1) ?? [];
  return (
    written !== undefined && lines.every((line) => /^\s*(?:(?:exit 0|true|:|echo\b.*)\s*)?["']?$/.test(line))
  );
}

/** Whether a command that failed before is still run. */
function runsAgain(body: Attempt['body'], failures: readonly Attempt[]): boolean {
  const commands = (each: Attempt['body']): string[] =>
    normalForm(each)
      .core.split('\n')
      .map((line) => line.replace(/^(?:[A-Za-z_]\w*=\S*\s+)+(?=\S)/, ''))
      .filter(
        (line) => /^[\w./$-]+ \S/.test(line) && !/^(?:cat|echo|printf|mkdir|rm|touch|cd|tee)\b/.test(line),
      );
  const now = new Set(commands(body).map(withoutOptions));
  return failures.some((each) => commands(each.body).some((line) => now.has(withoutOptions(line))));
}

/** The program and its first file or subcommand. */
function withoutOptions(line: string): string {
  return line
    .split(/\s+/)
    .filter((word) => !word.startsWith('-') && !/[<>]/.test(word))
    .slice(0, 2)
    .join(' ');
}

/** What failed runs again under another step, without a check that failed. */
function droppedCheck({ attempt, loop }: Pick<GuardInput, 'attempt' | 'loop'>): string | undefined {
  const core = normalForm(attempt.body).core;
  const problem = loop.problems.findLast(
    ({ state, steps }) => state === 'open' && !steps.includes(attempt.step),
  );
  const failed = loop.attempts.findLast((each) => problem?.failures.includes(each.attempt));
  if (!problem || !failed || core === '' || normalForm(failed.body).core !== core) return undefined;
  const checks = new Set((attempt.checks?.after ?? []).map((check) => checkKey({ check: check.text })));
  const dropped = problem.failedChecks.filter((each) => !checks.has(each));
  if (dropped.length === 0) return undefined;
  return `It runs what failed as ${failed.attempt} under another name, without \`${dropped.join('`, `')}\`.`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
