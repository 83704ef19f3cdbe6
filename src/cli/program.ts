import { nearest } from '../base/nearest.ts';
import { type Diagnostic, EXIT, RunbookError, usageError } from '../model/diagnostic.ts';
import type { Operation } from '../operations/operation.ts';
import { readArguments } from './arguments.ts';
import { chosenVerb } from './chosen-verb.ts';
import type { CommandContext } from './command-context.ts';
import { type Call, globalFlags, readCall } from './global-flags.ts';
import { Interruption } from './interruption.ts';
import { openProgress } from './open-progress.ts';
import { helpWidth, type Output, pageFor } from './output.ts';
import { pauseProgress } from './pause-progress.ts';
import { renderDiagnostics } from './render/diagnostic.ts';
import { isPass } from './render/dry-run.ts';
import { renderReport } from './render/reports.ts';
import { openReportFile } from './report-file.ts';
import { familyHelp, rootHelp } from './root-help.ts';
import { verbHelp } from './verb-help.ts';
import { verbsOf } from './verbs.ts';

/** The whole command: arguments in, text on the streams, exit code out. Never rejects. */
export async function program(around: CommandContext): Promise<number> {
  const call = readCall(around.argv);
  try {
    return await answer(call, around);
  } catch (error) {
    return explain(error, call, around);
  }
}

async function answer(call: Call, around: CommandContext): Promise<number> {
  const { stdout, stderr } = around;
  const manual = () => rootHelp(verbsOf(around.operations), around.version, helpWidth(stdout));
  const wanted = call.verb === 'help' ? call.rest[0] : call.verb;
  const help = call.on.has('help') || call.verb === 'help';

  if (call.stray !== undefined) throw strayFlag(call.stray);
  if (call.on.has('version')) return say(stdout, `${around.version}\n`);
  if (wanted === undefined) return help ? say(stdout, manual()) : say(stderr, manual(), EXIT.usage);
  if (wanted === 'completion' || wanted === '__complete') return complete(wanted, help, call, around);
  const words = call.verb === 'help' ? call.rest : [wanted, ...call.rest];
  const chosen = chosenVerb(words, around.operations);
  if (chosen.kind === 'family') {
    const page = familyHelp(chosen.family, helpWidth(stdout));
    return help ? say(stdout, page) : say(stderr, page, EXIT.usage);
  }
  const operation = await chosen.row.load();
  if (help) return say(stdout, verbHelp(operation, helpWidth(stdout)));
  return await perform(operation, { ...call, rest: chosen.rest }, around);
}

/** Runs one operation: input, progress, report, exit code. */
async function perform(operation: Operation, call: Call, around: CommandContext): Promise<number> {
  const { world, signal } = around;
  const { input, report: path } = readArguments(operation, call.rest);
  const file = path === undefined ? undefined : await openReportFile(path, world.cwd);
  const progress = await openProgress(operation, call, around, {
    fleet: input.fleet !== undefined || operation.name === 'submit',
  });
  const stopping = () => {
    const notice = reasonOf(signal)?.message;
    if (notice) progress.notice(notice);
  };
  signal.addEventListener('abort', stopping);
  try {
    const person = world.person && pauseProgress(world.person, progress);
    const context = { world: person ? { ...world, person } : world, emit: progress.event, signal };
    const report = await operation.run(context, input);
    progress.end();
    await print(operation, report, call, around);
    if (isPass(report)) await file?.write(report);
    const exit = operation.exit(report);
    return exit === EXIT.done ? exit : (reasonOf(signal)?.exit ?? exit);
  } finally {
    signal.removeEventListener('abort', stopping);
    progress.end();
  }
}

async function print(
  operation: Operation,
  report: unknown,
  call: Call,
  around: CommandContext,
): Promise<void> {
  const { stdout, world } = around;
  // A server prints its own output, so its report is only an exit code.
  if (typeof report === 'number') return;
  if (!call.on.has('json')) {
    const text = await renderReport(operation.name, report, pageFor(stdout, call, world.env), world.cwd);
    if (text !== '') say(stdout, `${text}\n`);
  } else if (!isPass(report)) {
    say(stdout, `${JSON.stringify(report, null, stdout.isTTY ? 2 : undefined)}\n`);
  }
}

async function complete(verb: string, help: boolean, call: Call, around: CommandContext): Promise<number> {
  const { completionHelp, completionScript, completeNames } = await import('./completion/completion.ts');
  if (help) return say(around.stdout, completionHelp);
  if (verb === '__complete') return say(around.stdout, await completeNames(call.rest, around));
  return say(around.stdout, await completionScript(call.rest, around.operations));
}

/** Reports an error, on stderr for people, on stdout for programs. An internal error is reported as such. */
function explain(error: unknown, call: Call, around: CommandContext): number {
  const { stdout, stderr, world } = around;
  const stopped = reasonOf(around.signal);
  if (stopped && !(error instanceof RunbookError)) return stopped.exit;
  const diagnostics = error instanceof RunbookError ? error.diagnostics : [defect(error)];
  const exit = stopped?.exit ?? (error instanceof RunbookError ? error.exit : EXIT.internal);
  if (call.on.has('json'))
    return say(stdout, `${JSON.stringify({ type: 'error', diagnostics, exit })}\n`, exit);
  const stack =
    exit === EXIT.internal && call.on.has('verbose') && error instanceof Error ? `${error.stack}\n` : '';
  return say(
    stderr,
    renderDiagnostics(diagnostics, pageFor(stderr, call, world.env), world.cwd) + stack,
    exit,
  );
}

function defect(error: unknown): Diagnostic {
  return {
    code: 'defect',
    severity: 'error',
    message: `runbook itself failed: ${error instanceof Error ? error.message : String(error)}`,
    remedy:
      'Please report it with the output of the same command with --verbose. What the journal has confirmed is safe.',
  };
}

function strayFlag(flag: string): RunbookError {
  const near = nearest(
    flag,
    globalFlags.map((each) => `--${each.name}`),
  );
  const remedy = near
    ? `Did you mean ${near}?`
    : "A verb's flags come after it: runbook VERB [FILE] [flags].";
  return usageError('unknown-flag', `runbook has no flag ${flag}.`, remedy);
}

const reasonOf = (signal: AbortSignal): Interruption | undefined =>
  signal.reason instanceof Interruption ? signal.reason : undefined;

function say(stream: Output, text: string, exit: number = EXIT.done): number {
  stream.write(text);
  return exit;
}
