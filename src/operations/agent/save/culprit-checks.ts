import { hasFailed } from '../../../loop/attempt.ts';
import type { ProblemRecord } from '../../../loop/loop.ts';
import type { Workspace } from '../workspace.ts';

/** A longer command line does not identify a process for people. */
const LONGEST_COMMAND = 160;

/** Characters of a part that says something. */
const SHORTEST_PART = 6;

/** Each part is evaluated as a check. */
const MOST_PARTS = 8;

/**
 * Checks that name the process which held a port when a step failed: by its program, and by its command line, which tells it
 * from another process of the same program. They failed then; whether they hold now is for the caller to ask.
 */
export async function culpritChecks({ store }: Workspace, problem: ProblemRecord): Promise<string[]> {
  const failure = store.loop.attempts.findLast(
    (each) => problem.failures.includes(each.attempt) && hasFailed(each),
  );
  const port = failure?.findings
    .find(({ code }) => code === 'port-taken')
    ?.subject?.match(/^port (\d+)$/)?.[1];
  if (failure === undefined || port === undefined) return [];
  const after = store.jobs.find(({ job }) => job === failure.job)?.ended?.after;
  const facts = (await store.snapshot(after))?.facts;
  const holders = (facts?.listeners ?? []).filter((each) => String(each.port) === port);
  return holders.flatMap(({ owner, pid }) => {
    const argv = facts?.processes?.find((each) => each.pid === pid)?.argv ?? [];
    return [
      ...(owner === undefined ? [] : [`not port ${port} owner ${owner}`]),
      ...identities(argv.join(' ')).map((each) => `not port ${port} owner "${each}"`),
    ];
  });
}

/** The command line, or its parts between quotes, which a check line cannot hold. */
function identities(command: string): string[] {
  if (isIdentity(command)) return [command];
  const parts = command.split(/["\\\n]/).map((each) => each.trim());
  return parts.filter((part) => part.length >= SHORTEST_PART && isIdentity(part)).slice(0, MOST_PARTS);
}

/** Masked, temporary and quoted parts do not name the same process on the next box. */
function isIdentity(command: string): boolean {
  return (
    /[\s/]/.test(command) &&
    command.length <= LONGEST_COMMAND &&
    !/["\\\n]|\/tmp\/|\[secret|…|\*\*\*/.test(command)
  );
}
