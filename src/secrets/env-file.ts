import { readFile, stat } from 'node:fs/promises';
import type { Diagnostic } from '../model/diagnostic.ts';

/** Values from a file of `NAME=value` lines in dotenv's dialect. */
export interface EnvFile {
  readonly path: string;
  readonly values: Readonly<Record<string, string>>;
  /** Users other than the owner can read the file. */
  readonly exposed: boolean;
}

/**
 * Reads an env file. Pipes work too, as in `--env-file <(sops -d secrets.env)`.
 *
 * @throws the file system's error, such as ENOENT.
 */
export async function readEnvFile(path: string): Promise<EnvFile> {
  const [text, status] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
  // The default import is where the bundler puts the exports of a CommonJS package.
  const { default: dotenv } = await import('dotenv');
  return { path, values: dotenv.parse(text), exposed: status.isFile() && (status.mode & 0o077) !== 0 };
}

/** The warning for a secret that was read from a file that others can read. */
export function exposedFile(path: string): Diagnostic {
  return {
    code: 'env-file-exposed',
    severity: 'warning',
    message: `A file with secrets must be private. ${path} can be read by other users of this machine.`,
    remedy: `Run: chmod 600 ${path}`,
    place: { file: path, line: 1, column: 1 },
  };
}
