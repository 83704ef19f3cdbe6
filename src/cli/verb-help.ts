import type { Operation } from '../operations/operation.ts';
import { twoColumns, wrap } from './columns.ts';
import { exitCodes } from './exit-codes.ts';
import { type Flag, flagsOf } from './flags.ts';
import { globalFlags } from './global-flags.ts';

/** `runbook VERB --help`, derived from the operation. `width` in columns. */
export function verbHelp(operation: Operation, width: number): string {
  const flags = flagsOf(operation).filter((flag) => !flag.hidden);
  const places = flags.filter((flag) => flag.positional);
  const named = flags.filter((flag) => !flag.positional);
  const block = (title: string, rows: readonly (readonly [string, string])[]) =>
    rows.length ? [`${title}:\n${twoColumns(rows, width)}`] : [];
  return `${[
    `runbook ${operation.name}: ${operation.summary}`,
    `Usage: ${usageLine(operation.name, flags)}`,
    ...paragraphs(operation.description, width),
    ...block(
      'Arguments',
      places.map((place) => [place.name, meaning(place)]),
    ),
    ...block(
      'Flags',
      named.map((flag) => [flagTerm(flag), meaning(flag)]),
    ),
    ...block(
      'With every verb',
      globalFlags.map((flag) => [`--${flag.name}`, flag.summary]),
    ),
    ...(operation.examples.length ? [`Examples:\n  ${operation.examples.join('\n  ')}`] : []),
    ...block(
      'Exit codes',
      exitCodes.map(([code, says]) => [String(code), says]),
    ),
  ].join('\n\n')}\n`;
}

/** `runbook replay [FILE] [flags]`. */
export function usageLine(name: string, flags: readonly Flag[]): string {
  const places = flags
    .filter((flag) => flag.positional)
    .map((flag) => {
      const shown = flag.kind === 'list' ? `${flag.name}…` : flag.name;
      return flag.required ? shown : `[${shown}]`;
    });
  return ['runbook', name, ...places, '[flags]'].join(' ');
}

/** `--from ID`, `--input K=V …`, `--color auto|never`. */
export function flagTerm(flag: Flag): string {
  if (flag.kind === 'switch') return `--${flag.name}`;
  const repeated = flag.kind === 'list' || flag.kind === 'pairs' ? ' …' : '';
  return `--${flag.name} ${listed(flag) ? flag.placeholder : flag.choices.join('|')}${repeated}`;
}

/** The description, the allowed values and the default. */
export function meaning(flag: Flag): string {
  const choices = listed(flag) && flag.choices.length ? `; one of ${flag.choices.join(', ')}` : '';
  const fallback = flag.default === undefined ? '' : ` (default: ${flag.default})`;
  return flag.summary + choices + fallback;
}

/** Whether a flag has too many values to list them next to its name. */
const listed = (flag: Flag) => flag.choices.length === 0 || flag.choices.join('|').length > 16;

function paragraphs(text: string, width: number): string[] {
  const each = text
    .split(/\n\s*\n/)
    .map((paragraph) => wrap(paragraph.trim(), Math.min(width, 96)).join('\n'));
  return each.filter((paragraph) => paragraph !== '');
}
