import { z } from 'zod';
import { EVENTS } from './message.ts';

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

/** Where messages are sent. */
const NotifyTarget = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['webhook', 'slack', 'discord', 'ntfy']), url }),
  z.strictObject({ type: z.literal('matrix'), homeserver: url, room: z.string(), token: z.string() }),
  z.strictObject({ type: z.literal('command'), command: z.array(z.string()).min(1) }),
  z.strictObject({ type: z.literal('sendmail'), to: z.string(), program: z.string().default('sendmail') }),
  /** Called after each success of a schedule, and never otherwise: the receiver notices when it stops. */
  z.strictObject({ type: z.literal('heartbeat'), url }),
]);
export type NotifyTarget = z.infer<typeof NotifyTarget>;

/** The person's file `notify.json`: names of targets, and which of them hear of what. */
const Configuration = z.strictObject({
  targets: z.record(z.string().regex(/^[\w-]+$/, 'a name has letters, digits, _ and -'), NotifyTarget),
  events: z.partialRecord(z.enum(EVENTS), z.array(z.string())).default({}),
  /** Where the person publishes the page of `runbook page`; part of each message. */
  page: url.optional(),
});
export type NotifyConfiguration = z.infer<typeof Configuration>;

/** Reads the file's text; a problem never quotes a value, because URLs contain tokens. */
export function readConfiguration(
  text: string,
): { readonly configuration: NotifyConfiguration } | { readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: 'it is not JSON' };
  }
  const read = Configuration.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    return { problem: `${issue!.path.join('.') || 'the file'}: ${issue!.message}` };
  }
  const { targets, events } = read.data;
  const unknown = Object.values(events)
    .flat()
    .find((name) => !Object.hasOwn(targets, name));
  if (unknown !== undefined) return { problem: `events: the target "${unknown}" does not exist` };
  return { configuration: read.data };
}
