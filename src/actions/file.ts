import type { ActionKind } from './action-kind.ts';

/** Writes a file. */
export const fileFence: ActionKind<'file'> = {
  material: ({ path, mode, owner }) => [path, mode ?? null, owner ?? null],
  summary: ({ path, mode }, show) => `write ${show(path)}${mode === undefined ? '' : ` mode ${octal(mode)}`}`,
  caption: ({ path, mode, owner }) => [
    `Writes ${path}`,
    mode !== undefined && `mode ${octal(mode)}`,
    !!owner && `owner ${owner}`,
  ],
};

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
