import { randomInt } from 'node:crypto';
import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ProgramFact } from '../model/program-fact.ts';
import { tryRead } from './try-read.ts';

/** Where programs are looked for. */
export interface InspectOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

/** Linux reads this much of a script's first line (BINPRM_BUF_SIZE). */
const FIRST_BYTES = 256;

/**
 * What stands behind a program's name: found or not, executable, which interpreter its first line names and whether that
 * is there, which machine it was built for. Reads the first bytes of the file and runs nothing.
 */
export function inspectProgram(name: string, options: InspectOptions): ProgramFact {
  const path = find(name, options);
  const at = new Date();
  const id = `ev-${at.getTime().toString(36)}${randomInt(36 ** 3)
    .toString(36)
    .padStart(3, '0')}-p`;
  const fact = { id, at: at.toISOString(), name };
  if (path === undefined) return fact;
  const executable = tryRead(() => accessSync(path, constants.X_OK)).kind === 'read';
  return { ...fact, path, executable, ...describe(firstBytes(path), options) };
}

function find(name: string, { env, folder }: InspectOptions): string | undefined {
  const folders = name.includes('/') ? [''] : (env.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(':');
  return folders.map((each) => resolve(folder, each, name)).find(isFile);
}

function isFile(path: string): boolean {
  const status = tryRead(() => statSync(path));
  return status.kind === 'read' && status.value.isFile();
}

function firstBytes(path: string): Buffer {
  const look = tryRead(() => {
    const file = openSync(path, 'r');
    try {
      const buffer = Buffer.alloc(FIRST_BYTES);
      return buffer.subarray(0, readSync(file, buffer, 0, FIRST_BYTES, 0));
    } finally {
      closeSync(file);
    }
  });
  return look.kind === 'read' ? look.value : Buffer.alloc(0);
}

function describe(bytes: Buffer, options: InspectOptions): Partial<ProgramFact> {
  if (bytes.toString('latin1', 0, 4) === '\x7fELF') return { machine: machineOf(bytes) };
  const first = /^#![ \t]*([^\n]*)/.exec(bytes.toString('utf8'))?.[1];
  if (first === undefined) return {};
  const words = first.split(/[ \t]+/);
  // env looks the next word up on PATH, CR and all.
  const program = /(?:^|\/)env$/.test(words[0] ?? '')
    ? (words.find((word, index) => index > 0 && !word.startsWith('-')) ?? words[0]!)
    : words[0]!;
  return {
    shebang: program,
    interpreterFound: find(program, options) !== undefined,
    crlf: first.endsWith('\r'),
  };
}

/** e_machine (elf(5)), in the byte order of the file. */
function machineOf(bytes: Buffer): string {
  const number = bytes[5] === 2 ? bytes.readUInt16BE(18) : bytes.readUInt16LE(18);
  return MACHINES[number] ?? String(number);
}

const MACHINES: Readonly<Record<number, string>> = {
  3: '386',
  21: 'ppc64le',
  22: 's390x',
  40: 'arm',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
};
