import { twoColumns } from './columns.ts';
import { DEFAULT_FILE } from './flags.ts';
import { globalFlags } from './global-flags.ts';
import { type Family, type Verb, verbGroups } from './verbs.ts';

/** `runbook --help`: what this is, the verbs by effect, and the first command to try. */
export function rootHelp(verbs: readonly Verb[], version: string, width: number): string {
  const groups = verbGroups
    .map(({ effect, title }) => ({ title, rows: verbs.filter((verb) => verb.effect === effect) }))
    .filter(({ rows }) => rows.length > 0)
    .map(
      ({ title, rows }) =>
        `${title}:\n${twoColumns(
          rows.map((row) => [row.name, row.summary]),
          width,
        )}`,
    );
  return `${[
    `runbook ${version}: a deployment as one readable markdown file that replays, resumes and verifies`,
    'Usage: runbook VERB [FILE] [flags]',
    `To begin, see what a runbook would do; nothing runs:\n  runbook plan ${DEFAULT_FILE}`,
    ...groups,
    `With every verb:\n${twoColumns(
      globalFlags.map((flag) => [`--${flag.name}`, flag.summary]),
      width,
    )}`,
    `The default of FILE is ./${DEFAULT_FILE}. More: runbook VERB --help`,
  ].join('\n\n')}\n`;
}

/** `runbook box --help`: the verbs that start with this word. */
export function familyHelp({ name, summary, verbs }: Family, width: number): string {
  const rows = verbs.map((verb) => [verb.name.slice(name.length + 1), verb.summary] as const);
  return `${[
    `runbook ${name}: ${summary}`,
    `Usage: runbook ${name} VERB [flags]`,
    `Verbs:\n${twoColumns(rows, width)}`,
    `More: runbook ${name} VERB --help`,
  ].join('\n\n')}\n`;
}
