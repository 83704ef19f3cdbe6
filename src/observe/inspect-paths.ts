import { randomInt } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { PathFact } from '../model/facts/path-fact.ts';
import { runTool } from './tool.ts';
import { tryRead } from './try-read.ts';

/** Measures paths of this machine; relative ones are in `folder`. Reads no content. */
export async function inspectPaths(names: readonly string[], folder: string): Promise<PathFact[]> {
  const at = new Date();
  const stem = `ev-${at.getTime().toString(36)}${randomInt(36 ** 3)
    .toString(36)
    .padStart(3, '0')}`;
  const accounts = { users: namesIn('/etc/passwd'), groups: namesIn('/etc/group') };
  return Promise.all(
    names.map(async (named, index) => {
      const path = resolve(folder, named);
      const fact = { id: `${stem}-d${index}`, at: at.toISOString(), named, path };
      const status = statusOf(path);
      if (!status) return { ...fact, ...whatIsMissing(path) };
      const attribute = status.isFile() || status.isDirectory() ? await attributeOf(path) : undefined;
      return {
        ...fact,
        kind: status.isFile() ? 'file' : status.isDirectory() ? 'folder' : 'other',
        access: accessOf(status, accounts),
        ...(attribute && { attribute }),
      } as const;
    }),
  );
}

/** The first part of the path that does not exist, and the link that leads nowhere. */
function whatIsMissing(path: string): Pick<PathFact, 'missing' | 'brokenLink'> {
  const parts = path.split('/').filter((part) => part !== '');
  let at = '/';
  for (const part of parts) {
    at = join(at, part);
    if (statusOf(at)) continue;
    const link = tryRead(() => lstatSync(at));
    if (link.kind !== 'read') return link.kind === 'gone' ? { missing: at } : {};
    const target = tryRead(() => readlinkSync(at));
    return target.kind === 'read'
      ? { brokenLink: { path: at, target: resolve(dirname(at), target.value) } }
      : {};
  }
  return {};
}

interface Accounts {
  readonly users: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
}

function accessOf({ uid, gid, mode }: Stats, { users, groups }: Accounts): string {
  const bits = (mode & 0o7777).toString(8).padStart(4, '0');
  return `${users.get(uid) ?? uid}:${groups.get(gid) ?? gid} ${bits}`;
}

function namesIn(file: string): Map<number, string> {
  const text = tryRead(() => readFileSync(file, 'utf8'));
  const lines = text.kind === 'read' ? text.value.split('\n').filter((line) => line.includes(':')) : [];
  return new Map(
    lines.map((line): [number, string] => {
      const [name = '', , id = ''] = line.split(':');
      return [Number(id), name];
    }),
  );
}

async function attributeOf(path: string): Promise<PathFact['attribute']> {
  const answer = await runTool('lsattr', ['-d', path], 1000);
  const letters = answer.kind === 'exit' ? (answer.stdout.split(' ')[0] ?? '') : '';
  return letters.includes('i') ? 'immutable' : letters.includes('a') ? 'append-only' : undefined;
}

function statusOf(path: string): Stats | undefined {
  const read = tryRead(() => statSync(path));
  return read.kind === 'read' ? read.value : undefined;
}
