import { join } from 'node:path';
import { QUIET_GIT } from '../../base/quiet-git.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { runProgram } from '../../program/run-program.ts';
import { readEnvFile } from '../../secrets/env-file.ts';
import type { OpenedDocument } from '../document/opened-document.ts';

/** A warning for each secret in clear in a `.env` that git tracks. Nothing of the document or the project runs. */
export async function trackedSecrets({ runbook, folder }: OpenedDocument): Promise<Diagnostic[]> {
  const secrets = runbook.inputs.filter(({ kind }) => kind === 'secret');
  if (secrets.length === 0 || !(await isTracked(folder))) return [];
  const values = await readEnvFile(join(folder, '.env')).then(
    (file) => file.values,
    () => ({}),
  );
  return secrets
    .filter(({ name }) => Object.hasOwn(values, name))
    .map(({ name, place }) => ({
      code: 'secret-tracked',
      severity: 'warning',
      message: `A secret must not be in git in clear. ${name} is in .env, which git tracks.`,
      remedy: `Change the secret, encrypt it with "runbook secret set ${name}", and run "git rm --cached .env".`,
      place,
    }));
}

async function isTracked(folder: string): Promise<boolean> {
  const { code } = await runProgram([
    'git',
    ...QUIET_GIT,
    '-C',
    folder,
    'ls-files',
    '--error-unmatch',
    '.env',
  ]);
  return code === 0;
}
