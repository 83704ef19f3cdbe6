import { dirname } from 'node:path';
import { QUIET_GIT } from '../../base/quiet-git.ts';
import { runProgram } from '../../program/run-program.ts';

/** The commit, branch and origin of a document as `vcs.*`; empty outside of git. A name and a password in the URL are left out. */
export async function vcsOf(path: string): Promise<Record<string, string>> {
  const ask = async (...words: string[]) => {
    const { code, stdout } = await runProgram(['git', ...QUIET_GIT, '-C', dirname(path), ...words]);
    return code === 0 ? stdout.trim() : '';
  };
  const [revision, branch, origin] = await Promise.all([
    ask('rev-parse', 'HEAD'),
    ask('symbolic-ref', '--short', 'HEAD'),
    ask('config', '--get', 'remote.origin.url'),
  ]);
  const known = {
    'vcs.ref.head.revision': revision,
    'vcs.ref.head.name': branch,
    'vcs.repository.url.full': withoutLogin(origin),
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== ''));
}

function withoutLogin(text: string): string {
  if (!URL.canParse(text)) return '';
  const url = new URL(text);
  url.username = '';
  url.password = '';
  return url.href;
}
