import { isAbsolute, resolve } from 'node:path';
import { references } from '../../base/substitute.ts';
import { judgeOutput } from '../../judge/similarity.ts';
import { resolveCheck } from '../../markdown/checks/check-grammar.ts';
import type { FileAction, ShellAction } from '../../model/action.ts';
import type { BackgroundProcess, ProbeContext } from '../../model/box.ts';
import type { Check, OutputCheck, Probe, ProbeCheck, ShellCheck, Verdict } from '../../model/check.ts';
import type { CheckResult } from '../../model/outcome.ts';
import type { Place } from '../../model/place.ts';
import type { ShellState } from '../../model/shell.ts';
import { backOff } from '../../observe/back-off.ts';
import type { CheckTally } from '../../plan/decide.ts';
import { kindOf } from '../../probes/all.ts';
import { admit } from '../approval/admit.ts';
import { fileDifference } from './actions/wanted-file.ts';
import { environmentOf } from './environment.ts';
import { lookupIn, type Pass } from './pass.ts';

/** Shell checks are asked again at this many milliseconds at most; each ask is a process. */
const SLOWEST_SHELL_CHECK_MS = 5_000;

/** Anything that can be asked whether a step is satisfied: a check, a file fence, a background process. */
export interface CheckQuestion {
  readonly text: string;
  readonly kind: CheckResult['kind'];
  readonly place: Place;
  /** Whether a pass of it speaks for the whole step (a file fence speaks only for its file). */
  readonly covering: boolean;
  /** Only after acting: its answer before means nothing. */
  readonly after: boolean;
  readonly withinMs: number;
  /** A passing state has to last, so it may be worth waiting beyond `withinMs`. */
  readonly settles?: boolean;
  /** The objects of a cluster that it is about. */
  readonly about?: string;
  /** The same, where it asks for no more than their existence. */
  readonly existenceOf?: string;
  /** The port of this box whose listener a pass of it depends on, and the owner that it asks for. */
  readonly listener?: { readonly port: number; readonly owner?: string };
  ask(): Promise<Verdict>;
  /** Resolves when it is worth asking again. */
  changed(attempt: number, deadline: number): Promise<void>;
}

/** What a question may look at. */
export interface CheckContext {
  readonly pass: Pass;
  readonly state: ShellState;
  /** Output of the last fence, for checks that judge it; undefined before acting. */
  readonly output?: string;
  readonly signal: AbortSignal;
  /** An agent wrote the checks and no person approved them. */
  readonly ofModel?: boolean;
}

/** The question that a written check asks. */
export function questionOf(check: Check, asking: CheckContext): CheckQuestion {
  switch (check.kind) {
    case 'probe':
      return probeQuestion(check, asking);
    case 'shell':
      return shellQuestion(check, asking);
    case 'output':
      return outputQuestion(check, asking);
  }
}

/** File fences always count as checks: content, mode and owner as written. */
export function fileFenceCheck(action: FileAction, covering: boolean, asking: CheckContext): CheckQuestion {
  const { pass, state } = asking;
  const mayCompare = pass.audience !== 'agent' || (pass.checksApproved && !asking.ofModel);
  return {
    text: `file ${action.path} as written`,
    kind: 'file',
    place: action.place,
    covering,
    after: false,
    withinMs: 0,
    ask: async () =>
      mayCompare ? byFileName(await fileDifference(action, pass, state), action, pass) : UNCOMPARED,
    changed: async () => {},
  };
}

/** Comparing a file with a text of the agent's own would tell what the file holds. */
const UNCOMPARED: Verdict = {
  verdict: 'unknown',
  observed: 'not asked: it compares a file, and no person has approved that',
  expected: 'as written',
  class: 'not-approved',
};

/** The path as written, where a name in it replaces what an agent may not see. */
function byFileName(verdict: Verdict, { path }: FileAction, { audience, shown }: Pass): Verdict {
  if (audience === 'person' || references(path).every((name) => shown.has(name))) return verdict;
  return { ...verdict, expected: `${path} as written` };
}

/** Being alive is the check of a background fence. */
export function backgroundQuestion(
  action: ShellAction,
  started: BackgroundProcess | undefined,
  asking: CheckContext,
): CheckQuestion {
  return {
    text: `background ${action.name ?? 'process'} alive`,
    kind: 'background',
    place: action.place,
    covering: false,
    after: false,
    withinMs: 0,
    ask: async () => {
      const expected = 'running';
      if (!started) return { verdict: 'fail', observed: 'never started here', expected, class: 'missing' };
      return (await asking.pass.box.alive(started))
        ? { verdict: 'pass', observed: `pid ${started.pid}`, expected, class: 'running' }
        : { verdict: 'fail', observed: `pid ${started.pid} is gone`, expected, class: 'missing' };
    },
    changed: async () => {},
  };
}

/** Asks every question once, without waiting. */
export async function evaluateOnce(questions: readonly CheckQuestion[]): Promise<CheckResult[]> {
  // Typed probes all at once: another box answers them in one round trip (observe/far). The others one after another, since
  // a shell check may not run in parallel with another of its step.
  const probes = questions.map((question) => (question.kind === 'probe' ? question.ask() : undefined));
  const results: CheckResult[] = [];
  for (const [index, question] of questions.entries())
    results.push(resultOf(question, await (probes[index] ?? question.ask()), 0));
  return results;
}

/** Counts the answers for the skip table. */
export function tally(questions: readonly CheckQuestion[], checks: readonly CheckResult[]): CheckTally {
  const count = (verdict: Verdict['verdict']) => checks.filter((check) => check.verdict === verdict).length;
  return {
    pass: count('pass'),
    fail: count('fail'),
    unknown: count('unknown'),
    covering: questions.filter((question) => question.covering).length,
  };
}

/**
 * After acting: each question is awaited until its deadline (`within`, from the end of the last action),
 * then all are asked together once, and that sweep decides.
 */
export async function assertAll(
  questions: readonly CheckQuestion[],
  asking: CheckContext,
  since: number,
): Promise<CheckResult[]> {
  const waited = await Promise.all(
    questions.map((question) => awaitPass(question, questions, asking, since)),
  );
  const results = await evaluateOnce(questions);
  return results.map((result, index) => ({ ...result, waitedMs: waited[index] ?? 0 }));
}

async function awaitPass(
  question: CheckQuestion,
  questions: readonly CheckQuestion[],
  { pass, signal }: CheckContext,
  since: number,
): Promise<number> {
  const deadline = since + question.withinMs;
  const first = precondition(question, questions, since);
  let until = deadline;
  for (
    let attempt = 0;
    (pass.now() < until || (attempt === 0 && question.settles)) && !signal.aborted;
    attempt += 1
  ) {
    const { verdict, permanent, settlesInMs } = await question.ask();
    if (verdict === 'pass' || permanent || (await isPermanentFailure(questions))) break;
    // It has come to be in time. Whether it stays so may take longer.
    until = settlesInMs === undefined ? deadline : Math.max(until, pass.now() + settlesInMs);
    if (pass.now() >= until) break;
    if (first && pass.now() >= first.deadline && (await first.question.ask()).verdict !== 'pass') break;
    await question.changed(
      attempt,
      Math.min(until, first && pass.now() < first.deadline ? first.deadline : until),
    );
  }
  return pass.now() > deadline || question.withinMs > 0 ? pass.now() - since : 0;
}

/** The check for the same object's existence that has less time: once that has failed, no more can become of this one. */
function precondition(
  question: CheckQuestion,
  questions: readonly CheckQuestion[],
  since: number,
): { question: CheckQuestion; deadline: number } | undefined {
  const earlier = questions.find(
    (other) =>
      other.existenceOf !== undefined &&
      other.existenceOf === question.about &&
      other.withinMs < question.withinMs,
  );
  return earlier && { question: earlier, deadline: since + earlier.withinMs };
}

/** A server that has died will not answer any more: no need to wait for the deadline. */
async function isPermanentFailure(questions: readonly CheckQuestion[]): Promise<boolean> {
  for (const question of questions) {
    if (question.kind === 'background' && (await question.ask()).verdict === 'fail') return true;
  }
  return false;
}

/** Whether a person approved what is asked, by approving the content or by asking it. */
function isApproved({ pass, ofModel = false }: CheckContext): boolean {
  return pass.approved !== undefined && !ofModel;
}

/** A probe that would carry a secret to somebody else is asked only where a person let the content run. */
function revealsSecret(probe: Probe, asking: CheckContext): boolean {
  if (isApproved(asking)) return false;
  const { pass } = asking;
  return kindOf(probe).sendsText && pass.masker.holdsSecret(JSON.stringify(probe));
}

const WITHHELD: Verdict = {
  verdict: 'unknown',
  observed: 'not run: it would reveal a secret, and no person has approved that',
  expected: 'an answer',
  class: 'not-approved',
};

/** Names in a check whose value the audience may not see, in order. */
function hiddenNames({ text }: ProbeCheck, { audience, shown }: Pass): string[] {
  return audience === 'person' ? [] : references(text).filter((name) => !shown.has(name));
}

/** A check that would compare or use a value that an agent may not know; not evaluated, so that no answer reveals the value. */
function unasked(names: readonly string[]): Verdict {
  return {
    verdict: 'unknown',
    observed: `not asked: only the person's side knows ${names.map((name) => `\${${name}}`).join(', ')}`,
    expected: 'an answer',
    class: 'not-approved',
  };
}

/** A verdict on a value that an agent may not know: how it went, and nothing of what was compared. */
function byName({ verdict, class: kind, permanent }: Verdict, check: ProbeCheck): Verdict {
  const observed = verdict === 'pass' ? 'it holds' : `it does not hold (${kind})`;
  return {
    verdict,
    observed,
    expected: check.text,
    class: kind,
    ...(permanent ? { permanent } : {}),
  };
}

function probeQuestion(check: ProbeCheck, asking: CheckContext): CheckQuestion {
  const { pass, state } = asking;
  const hidden = hiddenNames(check, pass);
  const { check: resolved, diagnostics } = resolveCheck(check, lookupIn(pass, state));
  const context = probeContext(asking);
  const listener = resolved && !check.not ? listenerOf(resolved.probe) : undefined;
  return {
    ...(listener && { listener }),
    text: check.text,
    kind: 'probe',
    place: check.place,
    covering: true,
    after: false,
    withinMs: check.withinMs,
    ...clusterAspects(check, resolved?.probe),
    ask: async () => {
      if (hidden.length > 0 && !isApproved(asking)) return unasked(hidden);
      if (!resolved) {
        const reason = diagnostics.map((each) => each.message).join(' ');
        return {
          verdict: 'unknown',
          observed: pass.masker.mask(reason),
          expected: check.text,
          class: 'unresolved',
        };
      }
      if (revealsSecret(resolved.probe, asking)) return WITHHELD;
      const asked = await pass.box.ask(resolved.probe, context);
      const verdict = check.not ? inverted(asked) : asked;
      return masked(hidden.length > 0 ? byName(verdict, check) : verdict, pass);
    },
    changed: (attempt, deadline) =>
      resolved
        ? pass.box.changed(resolved.probe, context, attempt, deadline)
        : backOff({ attempt, deadline, signal: asking.signal }),
  };
}

function clusterAspects(
  { not }: ProbeCheck,
  probe: Probe | undefined,
): Pick<CheckQuestion, 'settles' | 'about' | 'existenceOf'> {
  if (probe?.kind !== 'k8s' || not) return {};
  const { resource, name, namespace, selector, expect } = probe;
  const about = expect.kind === 'absent' ? undefined : JSON.stringify([resource, name, namespace, selector]);
  return {
    about,
    settles: expect.kind === 'ready',
    ...(expect.kind === 'exists' && { existenceOf: about }),
  };
}

/** The port of this box that a probe is about: itself, or at a loopback address. */
function listenerOf(probe: Probe): CheckQuestion['listener'] {
  switch (probe.kind) {
    case 'port':
      if (probe.protocol !== 'tcp' || probe.expect.kind === 'free') return undefined;
      return { port: probe.port, ...(probe.expect.kind === 'owner' && { owner: probe.expect.owner }) };
    case 'tcp':
      return LOOPBACK.test(probe.host) ? { port: probe.port } : undefined;
    case 'http': {
      const url = URL.canParse(probe.url) ? new URL(probe.url) : undefined;
      if (!url || !LOOPBACK.test(url.hostname)) return undefined;
      return { port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)) };
    }
    default:
      return undefined;
  }
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|0\.0\.0\.0)$/;

function shellQuestion(check: ShellCheck, asking: CheckContext): CheckQuestion {
  const { pass, state, signal } = asking;
  return {
    text: check.text,
    kind: 'shell',
    place: check.place,
    covering: true,
    after: check.after,
    withinMs: check.withinMs,
    ask: () => evaluateShellCheck(check.action, pass, state, signal),
    changed: (attempt, deadline) => backOff({ attempt, deadline, signal, longestMs: SLOWEST_SHELL_CHECK_MS }),
  };
}

async function evaluateShellCheck(
  action: ShellAction,
  pass: Pass,
  state: ShellState,
  signal: AbortSignal,
): Promise<Verdict> {
  const admitted = await admit(action, pass.approved);
  if ('refused' in admitted)
    return {
      verdict: 'unknown',
      observed: `not asked: ${admitted.refused}`,
      expected: 'exit 0',
      class: 'not-approved',
    };
  const output: Buffer[] = [];
  const cwd = directoryOf(action, pass, state);
  const { end } = await pass.box.run({
    code: admitted.approved,
    state,
    cwd,
    user: action.user,
    timeoutMs: action.timeoutMs,
    capture: false,
    onOutput: (chunk) => {
      output.push(chunk);
      if (output.length > 64) output.shift();
    },
    signal,
  });
  const last = pass.masker.mask(Buffer.concat(output).toString('utf8')).trimEnd().split('\n').at(-1) ?? '';
  const said = last === '' ? '' : `: ${last.slice(0, 300)}`;
  const expected = 'exit 0';
  switch (end.kind) {
    case 'exit':
      return {
        verdict: end.code === 0 ? 'pass' : 'fail',
        observed: `exit ${end.code}${said}`,
        expected,
        class: `exit-${end.code}`,
      };
    case 'timeout':
      return {
        verdict: 'fail',
        observed: `no answer within ${end.afterMs} ms${said}`,
        expected,
        class: 'timeout',
      };
    case 'aborted':
      return { verdict: 'unknown', observed: 'stopped', expected, class: 'aborted' };
    case 'disconnected':
      return { verdict: 'unknown', observed: end.reason, expected, class: 'disconnected' };
    case 'unstartable':
      return { verdict: 'unknown', observed: end.reason, expected, class: 'unstartable' };
  }
}

function outputQuestion(check: OutputCheck, asking: CheckContext): CheckQuestion {
  return {
    text: check.text,
    kind: 'output',
    place: check.place,
    covering: true,
    after: true,
    withinMs: 0,
    ask: () => judgeOutput(check, asking.output ?? ''),
    changed: async () => {},
  };
}

/** What a probe may see: the environment that the next fence would have, the recorded facts, the document's folder. */
function probeContext(asking: CheckContext): ProbeContext {
  const { pass, state, signal, ofModel } = asking;
  const context = { env: environmentOf(pass, state), facts: pass.facts, folder: pass.folder, signal };
  return ofModel ? { ...context, evaluatedBy: 'agent' } : context;
}

/** A fence's own `cwd`, absolute: relative ones start where the fence would have started. */
export function directoryOf(action: { cwd?: string }, pass: Pass, state: ShellState): string | undefined {
  if (action.cwd === undefined) return undefined;
  const replaced = pass.substitute(action.cwd, state);
  return isAbsolute(replaced) ? replaced : resolve(pass.folder, replaced);
}

/** `not` turns pass and fail round; unknown stays unknown. */
function inverted(asked: Verdict): Verdict {
  // What will never hold is just what is waited for.
  const { permanent: _, settlesInMs: __, ...verdict } = asked;
  const expected = `not: ${verdict.expected}`;
  if (verdict.verdict === 'unknown') return { ...verdict, expected };
  return { ...verdict, expected, verdict: verdict.verdict === 'pass' ? 'fail' : 'pass' };
}

function masked(verdict: Verdict, pass: Pass): Verdict {
  return {
    ...verdict,
    observed: pass.masker.mask(verdict.observed),
    expected: pass.masker.mask(verdict.expected),
  };
}

/** Field by field: copying with a rest costs ten times as much, and this is made for every check of every step. */
function resultOf(question: CheckQuestion, answer: Verdict, waitedMs: number): CheckResult {
  const { verdict, observed, expected } = answer;
  const { text: check, kind, place } = question;
  return { verdict, observed, expected, class: answer.class, check, kind, place, waitedMs };
}
