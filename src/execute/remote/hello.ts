import { readExportListing } from '../state/export-listing.ts';

/** What a box reports about itself when a session starts. */
export interface Hello {
  /** The box's random id; undefined if it cannot store one. */
  readonly id: string | undefined;
  readonly name: string;
  /** Where relative paths start on the box. */
  readonly folder: string;
  /** The session's private folder on the box (0700), removed with the session. */
  readonly scratch: string;
  /** For temporary files. */
  readonly tmp: string;
  readonly kind: 'bash' | 'sh';
  /** The box's clock minus ours, in milliseconds; undefined if the box has no readable clock. */
  readonly skewMs: number | undefined;
  /** Its environment, before ours is added. */
  readonly exports: ReadonlyMap<string, string>;
}

/** Reads a greeting: `key=value` lines, an empty line, and a listing of exports. */
export function helloOf(reply: Buffer): Hello {
  const end = reply.indexOf('\n\n');
  const lines = reply.toString('utf8', 0, end).split('\n');
  const said = new Map(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const seconds = Number(said.get('time') || Number.NaN);
  return {
    id: said.get('id') || undefined,
    name: said.get('name') ?? '',
    folder: said.get('folder') ?? '/',
    scratch: said.get('scratch') ?? '/tmp',
    tmp: said.get('tmp') ?? '/tmp',
    kind: said.get('kind') === 'bash' ? 'bash' : 'sh',
    skewMs: Number.isFinite(seconds) ? seconds * 1000 - Date.now() : undefined,
    exports: readExportListing(Buffer.from(reply.subarray(end + 2))),
  };
}
