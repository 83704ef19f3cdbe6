import { lstatSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { PathFact } from '../model/facts/path-fact.ts';
import { accountNames } from './account-files.ts';
import { evidenceStem } from './evidence-stem.ts';
import { localMachine } from './local-machine.ts';
import { runTool } from './tool.ts';
import { tryRead } from './try-read.ts';

/**
 * Measures paths of this machine; relative ones are in `folder`. Reads no content.
 * @param attributes also asks for the attributes of chattr(1), which needs a program for each path
 */
export async function inspectPaths(
  names: readonly string[],
  { folder, attributes }: { readonly folder: string; readonly attributes: boolean },
): Promise<PathFact[]> {
  const at = new Date();
  const stem = `ev-${evidenceStem(at)}`;
  const accounts = {
    users: accountNames(localMachine, 'passwd'),
    groups: accountNames(localMachine, 'group'),
  };
  return Promise.all(
    names.map(async (named, index) => {
      const path = resolve(folder, named);
      const fact = { id: `${stem}-d${index}`, at: at.toISOString(), named, path };
      const status = statusOf(path);
      if (!status) return { ...fact, ...whatIsMissing(path) };
      const mayHaveOne = attributes && (status.isFile() || status.isDirectory());
      const attribute = mayHaveOne ? await attributeOf(path) : undefined;
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

async function attributeOf(path: string): Promise<PathFact['attribute']> {
  const answer = await runTool('lsattr', ['-d', path], 1000);
  const letters = answer.kind === 'exit' ? (answer.stdout.split(' ')[0] ?? '') : '';
  return letters.includes('i') ? 'immutable' : letters.includes('a') ? 'append-only' : undefined;
}

function statusOf(path: string): Stats | undefined {
  const read = tryRead(() => statSync(path));
  return read.kind === 'read' ? read.value : undefined;
}
