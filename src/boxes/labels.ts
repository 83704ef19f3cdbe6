/**
 * Labels of a box's container hold everything that is stored about it. They are created and removed with the container,
 * so that no file can contradict them, and a box is found after any crash.
 */
const PREFIX = 'io.runbook.';

/** The label that every box has; its value is the box's name. */
export const BOX_LABEL = `${PREFIX}box`;

/** What a box was created for. `prove`: by one run of `runbook prove`, for that run. */
export type Purpose = 'sandbox' | 'prove';

/** What is known about a box besides the engine's data. */
export interface BoxLabels {
  readonly name: string;
  readonly purpose: Purpose;
  /** ISO 8601. */
  readonly made: string;
  /** ISO 8601; absent if it stays until it is destroyed. */
  readonly expires?: string;
  /** The requested image, such as `debian:bookworm`. */
  readonly image: string;
  /**
   * The process that created it, as a process identity in JSON. A box of `prove` whose creator is dead is left over.
   */
  readonly by: string;
}

/** Arguments of `run`: each label with its flag. */
export function labelArgs({ name, purpose, made, expires, image, by }: BoxLabels): string[] {
  const rows = { box: name, purpose, made, image, by, ...(expires === undefined ? {} : { expires }) };
  return Object.entries(rows).flatMap(([key, value]) => ['--label', `${PREFIX}${key}=${value}`]);
}

/** Undefined if the container is not one of our boxes. */
export function readLabels(labels: Readonly<Record<string, string>> | null): BoxLabels | undefined {
  const of = (key: string) => labels?.[`${PREFIX}${key}`];
  const name = of('box');
  if (name === undefined) return undefined;
  const expires = of('expires');
  return {
    name,
    purpose: of('purpose') === 'prove' ? 'prove' : 'sandbox',
    made: of('made') ?? '',
    image: of('image') ?? '',
    by: of('by') ?? '',
    ...(expires ? { expires } : {}),
  };
}
