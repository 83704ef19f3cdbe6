import type { Action, FileAction, ShellAction } from '../../../model/action.ts';
import type { Place } from '../../../model/place.ts';
import type { ShellRequest, ShellResult } from '../../../model/shell.ts';
import { refusalOf } from '../../approval/refusal.ts';
import { directoryOf } from '../checks.ts';
import { fileDifference, wantedFile } from './file-action.ts';
import type { FenceFailure, Performed, Performing } from './performing.ts';

/** Carries out one fence: a row for each kind of action. */
export async function perform(action: Action, performing: Performing): Promise<Performed> {
  const refused = await refusalOf(action, performing.pass.approved);
  if (refused !== undefined) return failed(action, 'not-approved', refused, ASK_AGAIN);
  switch (action.kind) {
    case 'shell':
      return performShell(action, performing);
    case 'file':
      return performFile(action, performing);
    case 'apply':
    case 'registry':
      return (await import('./apply-action.ts')).performApply(action, performing);
    case 'patch':
      return (await import('./patch-action.ts')).performPatch(action, performing);
  }
}

/** How to come by an approval of what has changed. */
const ASK_AGAIN = 'Run the same command again. It asks you to approve what is new.';

async function performShell(action: ShellAction, performing: Performing): Promise<Performed> {
  const { pass, state, output } = performing;
  const request = shellRequest(action, performing);
  if (action.background !== 'no') return startBackground(action, request, performing);
  if (action.interactive && !pass.person) {
    return failed(
      action,
      'interactive',
      'This fence needs a person at a terminal.',
      'Run the same command in a terminal.',
    );
  }
  output.begin();
  const result = await (action.interactive && pass.person
    ? pass.person.withTerminal(() => pass.box.interact(request))
    : pass.box.run(request));
  output.end();
  const failure = shellFailure(action, result);
  if (!failure || action.attributes.ignore === 'true') return { ok: true, state: result.state ?? state };
  return { ok: false, failure };
}

function shellRequest(action: ShellAction, { pass, state, output, signal }: Performing): ShellRequest {
  const cwd = directoryOf(action, pass, state);
  return {
    interpreter: action.interpreter,
    text: action.text,
    state,
    ...(cwd === undefined ? {} : { cwd }),
    ...(action.user === undefined ? {} : { user: pass.substitute(action.user, state) }),
    timeoutMs: action.timeoutMs,
    capture: action.carries,
    onOutput: (chunk) => output.push(chunk),
    signal,
  };
}

async function startBackground(
  action: ShellAction,
  request: ShellRequest,
  { pass, state, log, previous }: Performing,
): Promise<Performed> {
  try {
    for (const each of previous ?? []) if (await pass.box.alive(each)) await pass.box.stop(each);
    return { ok: true, state, background: await pass.box.background(request, log) };
  } catch (error) {
    return failed(
      action,
      'unstartable',
      `The background process did not start: ${(error as Error).message}`,
      log === '/dev/null'
        ? 'Its output was not kept, because it could contain a secret. Start it by hand to see it.'
        : `Its output is in ${log}.`,
    );
  }
}

function shellFailure(action: ShellAction, { end }: ShellResult): FenceFailure | undefined {
  switch (end.kind) {
    case 'exit':
      if (end.code === 0) return undefined;
      return {
        kind: 'exit',
        message: `The fence ended with exit code ${end.code}.`,
        remedy: 'Fix what its output reports or edit the step, then run the same command again.',
        place: end.line === undefined ? action.place : placeOfLine(action, end.line),
        exitCode: end.code,
      };
    case 'timeout':
      return {
        kind: 'timeout',
        message: `The fence did not end within ${Math.round(end.afterMs / 1000)} s, so its process group was killed.`,
        remedy: 'Find out what it waited for before raising its timeout attribute.',
        place: action.place,
      };
    case 'aborted':
      return {
        kind: 'aborted',
        message: 'You stopped the command.',
        remedy: 'Run the same command to continue.',
        place: action.place,
      };
    case 'disconnected':
      return {
        kind: 'disconnected',
        message: `${end.reason.charAt(0).toUpperCase()}${end.reason.slice(1)}, in the middle of this fence.`,
        remedy: 'Run the same command again once the box can be reached. It continues with this step.',
        place: action.place,
      };
    case 'unstartable':
      return {
        kind: 'unstartable',
        message: end.reason,
        remedy: 'Install the interpreter in an earlier step.',
        place: action.place,
      };
  }
}

/** The place in the document of a line of the fence's text, at its first letter. */
function placeOfLine({ text, textPlace, lines, place }: ShellAction, line: number): Place {
  const own = text.split('\n')[line - 1];
  const inFence = lines ? lines[line - 1] : line;
  if (own === undefined || inFence === undefined) return place;
  const indent = own.length - own.trimStart().length + (lines ? '$ '.length : 0);
  return { ...textPlace, line: textPlace.line + inFence - 1, column: textPlace.column + indent };
}

async function performFile(action: FileAction, { pass, state }: Performing): Promise<Performed> {
  const { verdict } = await fileDifference(action, pass, state);
  if (verdict === 'pass') return { ok: true, state };
  const wanted = wantedFile(action, pass, state);
  try {
    await pass.box.write(wanted.path, wanted.content, {
      mode: wanted.mode,
      ...(wanted.owner === undefined ? {} : { owner: wanted.owner }),
    });
    return { ok: true, state };
  } catch (error) {
    return failed(
      action,
      'file',
      `${wanted.path} could not be written: ${(error as Error).message}`,
      writeRemedy(error, wanted.path),
    );
  }
}

function writeRemedy(error: unknown, path: string): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'Free disk space there. The old content, if any, is unchanged.';
    case 'EACCES':
    case 'EPERM':
      return 'Run as a user who may write there. The old content, if any, is unchanged.';
    case 'EROFS':
      return 'That file system is mounted read-only. Write to another one, or remount it.';
    case 'EISDIR':
      return `${path} is a directory. Use the path of a file in it.`;
    default:
      return 'Fix the cause, then run the same command again. The old content, if any, is unchanged.';
  }
}

function failed(action: Action, kind: string, message: string, remedy: string): Performed {
  return { ok: false, failure: { kind, message, remedy, place: action.place } };
}
