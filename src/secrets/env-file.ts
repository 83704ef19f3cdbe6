import { readFile, stat } from 'node:fs/promises';
import type { Diagnostic } from '../model/diagnostic.ts';

/** Values from a file of `NAME=value` lines, in dotenv's dialect. */
export interface EnvFile {
  readonly path: string;
  readonly values: Readonly<Record<string, string>>;
  /** Somebody else than the owner may read it. */
  readonly exposed: boolean;
}

/**
 * Reads an env file. A pipe will do, as in `--env-file <(sops -d secrets.env)`.
 * @throws the file system's error, ENOENT among them.
 */
export async function readEnvFile(path: string): Promise<EnvFile> {
  const [text, status] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
  // A default import: that is where a bundler puts the exports of a CommonJS package.
  const { default: dotenv } = await import('dotenv');
  return { path, values: dotenv.parse(text), exposed: status.isFile() && (status.mode & 0o077) !== 0 };
}

/** The warning for a secret that was read from an exposed file. */
export function exposedFile(path: string): Diagnostic {
  return {
    code: 'env-file-exposed',
    severity: 'warning',
    message: `${path} holds a secret and can be read by others on this machine.`,
    remedy: `Run: chmod 600 ${path}`,
    place: { file: path, line: 1, column: 1 },
  };
}
