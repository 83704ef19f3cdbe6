import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { QUIET_GIT } from '../../../base/quiet-git.ts';
import { runProgram } from '../../../program/run-program.ts';

/**
 * Commits only these files; returns the commit's short id, or why it was not committed. Never throws.
 *
 * Uses plumbing commands, because `git add` and `git commit` run the filters of the project's attributes and
 * configuration, which anyone with write access to the project could point at any program.
 */
export async function commitFiles(
  folder: string,
  files: readonly string[],
  message: string,
): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'runbook-commit-'));
  const git = async (args: readonly string[], index?: string) => {
    const env = index === undefined ? {} : { GIT_INDEX_FILE: index };
    const { code, stdout, stderr } = await runProgram(['git', ...QUIET_GIT, '-C', folder, ...args], { env });
    if (code !== 0) throw new Error(stderr.trim() || `git ended with exit code ${code}`);
    return stdout.trim();
  };
  try {
    const root = await git(['rev-parse', '--show-toplevel']);
    const entries = await Promise.all(files.map((file) => entryOf(root, file, git)));
    const index = join(scratch, 'index');
    const parent = await git(['rev-parse', '--verify', '--quiet', 'HEAD']).catch(() => undefined);
    await git(['read-tree', parent ?? '--empty'], index);
    for (const entry of entries) await git(['update-index', '--add', '--cacheinfo', entry], index);
    const tree = await git(['write-tree'], index);
    if (parent !== undefined && tree === (await git(['rev-parse', `${parent}^{tree}`])))
      return 'not committed: nothing has changed';
    const parents = parent === undefined ? [] : ['-p', parent];
    const commit = await git(['commit-tree', '--no-gpg-sign', tree, ...parents, '-m', message]);
    await git([
      'update-ref',
      '-m',
      'commit: runbook',
      'HEAD',
      commit,
      ...(parent === undefined ? [] : [parent]),
    ]);
    for (const entry of entries) await git(['update-index', '--add', '--cacheinfo', entry]);
    return await git(['rev-parse', '--short', commit]);
  } catch (error) {
    return `not committed: ${(error as Error).message.split('\n')[0]}`;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What the index says of a file: its mode, its content as it is on disk, its path in the repository. */
async function entryOf(
  root: string,
  file: string,
  git: (args: readonly string[]) => Promise<string>,
): Promise<string> {
  const blob = await git(['hash-object', '-w', '--no-filters', '--', file]);
  return `100644,${blob},${relative(root, file)}`;
}
