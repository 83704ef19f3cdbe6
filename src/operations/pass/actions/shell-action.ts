import type { ShellAction } from '../../../model/action.ts';
import type { Approved } from '../../../model/approved.ts';
import type { Place } from '../../../model/place.ts';
import type { ShellRequest, ShellResult, ShellState } from '../../../model/shell.ts';
import { backgroundQuestion, directoryOf } from '../checks.ts';
import type { ActionRow } from './action-row.ts';
import { type FenceFailure, notPerformed, type Performed, type Performing } from './performing.ts';

/** Code: run in the shell of the box, or started in the background, which is then a check too. */
export const shellAction: ActionRow<'shell'> = {
  perform: performShell,
  check: (action, { asking, background }) =>
    action.background === 'no' ? undefined : backgroundQuestion(action, background, asking),
};

async function performShell(approved: Approved<ShellAction>, performing: Performing): Promise<Performed> {
  const action = approved.value;
  const { pass, state, output } = performing;
  const request = shellRequest(approved, performing);
  if (action.background !== 'no') return startBackground(action, request, performing);
  if (action.interactive && !pass.person) {
    return notPerformed(
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
  if (!failure || action.attributes.ignore === 'true')
    return { ok: true, state: result.state ? untraced(result.state, performing) : state };
  return { ok: false, failure };
}

function shellRequest(code: Approved<ShellAction>, performing: Performing): ShellRequest {
  const { pass, state, output, signal } = performing;
  const action = code.value;
  const cwd = directoryOf(action, pass, state);
  return {
    code,
    state: traced(performing),
    ...(cwd === undefined ? {} : { cwd }),
    ...(action.user === undefined ? {} : { user: pass.substitute(action.user, state) }),
    timeoutMs: action.timeoutMs,
    capture: action.carries,
    onOutput: (chunk) => output.push(chunk),
    signal,
  };
}

/** The variable of W3C Trace Context that programs with OpenTelemetry read. */
const TRACE_VARIABLE = 'TRACEPARENT';

/** The state that a fence starts from, with the step's place in the trace. */
function traced({ pass, step, state }: Performing): ShellState {
  if (!pass.traceparent) return state;
  return { ...state, variables: new Map([...state.variables, [TRACE_VARIABLE, pass.traceparent(step)]]) };
}

/** The state after a fence: the place in the trace is the step's own and does not carry over. */
function untraced(after: ShellState, { pass, state }: Performing): ShellState {
  if (!pass.traceparent) return after;
  const variables = new Map(after.variables);
  variables.delete(TRACE_VARIABLE);
  const before = state.variables.get(TRACE_VARIABLE);
  if (before !== undefined) variables.set(TRACE_VARIABLE, before);
  return { ...after, variables };
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
    return notPerformed(
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
        message: `${end.reason.charAt(0).toUpperCase()}${end.reason.slice(1)}, while this fence ran.`,
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
