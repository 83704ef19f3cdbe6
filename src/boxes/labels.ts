/**
 * Labels on a box's container: all that is remembered of it. They are written with the container and go with it, so no file
 * can disagree with what is there, and a box is found again after whatever crash.
 */
const PREFIX = 'io.runbook.';

/** The label that every box has; its value is the box's name. */
export const BOX_LABEL = `${PREFIX}box`;

/** What a box was made for. `prove`: by one pass of `runbook prove`, for that pass. */
export type Purpose = 'sandbox' | 'prove';

/** What is known of a box beside what the engine says. */
export interface BoxLabels {
  readonly name: string;
  readonly purpose: Purpose;
  /** ISO 8601. */
  readonly made: string;
  /** ISO 8601; absent: it stays until it is destroyed. */
  readonly expires?: string;
  /** The image as it was asked for, such as `debian:bookworm`. */
  readonly image: string;
  /** Who made it: a process identity in JSON. A box of `prove` whose maker is dead is a left-over. */
  readonly by: string;
}

/** For `run`: each label with its flag. */
export function labelArgs({ name, purpose, made, expires, image, by }: BoxLabels): string[] {
  const rows = { box: name, purpose, made, image, by, ...(expires === undefined ? {} : { expires }) };
  return Object.entries(rows).flatMap(([key, value]) => ['--label', `${PREFIX}${key}=${value}`]);
}

/** undefined: this container is no box of ours. */
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
