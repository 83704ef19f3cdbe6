import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { tryRead } from '../try-read.ts';
import { answers } from './answers.ts';
import type { Ask } from './probe-of.ts';

/** What bash searches when PATH is not set (its DEFAULT_PATH_VALUE). */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Looks for a program on the context's PATH, as a shell would; a name with a slash is a path. */
export const askCommand: Ask<'command'> = async (probe, context) => {
  const say = answers(`command ${probe.name}`);
  const { name } = probe;
  const folders = name.includes('/') ? [''] : (context.env.PATH ?? DEFAULT_PATH).split(':');
  let notExecutable: string | undefined;
  for (const folder of folders) {
    const path = resolve(context.folder, folder, name);
    const status = tryRead(() => statSync(path, { throwIfNoEntry: false }));
    if (status.kind !== 'read' || !status.value?.isFile()) continue;
    const executable = tryRead(() => accessSync(path, constants.X_OK));
    if (executable.kind === 'read') return say.pass('exists', path);
    notExecutable ??= path;
  }
  if (notExecutable) return say.fail('not-executable', `${notExecutable} may not be executed`);
  return say.fail('missing', name.includes('/') ? `no ${name}` : `no ${name} on PATH`);
};
