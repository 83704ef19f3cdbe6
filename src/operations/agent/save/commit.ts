import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { QUIET_GIT } from '../../../base/quiet-git.ts';

const execute = promisify(execFile);

/** Commits these files and nothing else; answers the commit's short id, or why there is none. Never throws. */
export async function commitFiles(
  folder: string,
  files: readonly string[],
  message: string,
): Promise<string> {
  const git = async (...args: string[]) =>
    (await execute('git', [...QUIET_GIT, '-c', 'commit.gpgSign=false', '-C', folder, ...args])).stdout.trim();
  try {
    await git('add', '--', ...files);
    await git('commit', '--quiet', '--message', message, '--', ...files);
    return await git('rev-parse', '--short', 'HEAD');
  } catch (error) {
    const { stderr = '', message: told } = error as { stderr?: string; message: string };
    return `not committed: ${(stderr.trim() || told).split('\n')[0]}`;
  }
}
