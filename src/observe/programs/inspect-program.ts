import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import type { ProgramFact } from '../../model/facts/program-fact.ts';
import { localMachine } from '../local-machine.ts';
import type { Machine } from '../machine.ts';

/** Where to search for programs. */
export interface InspectOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

/** Linux reads this much of a script's first line (BINPRM_BUF_SIZE). */
export const FIRST_BYTES = 256;

/**
 * Describes a program without running it: whether it exists and is executable, which interpreter its first line names
 * and whether that exists, and which CPU architecture it was built for. Reads only the first bytes of the file.
 */
export function inspectProgram(
  name: string,
  options: InspectOptions,
  machine: Machine = localMachine,
): ProgramFact {
  const path = find(name, options, machine);
  const at = new Date();
  const id = `ev-${at.getTime().toString(36)}${randomInt(36 ** 3)
    .toString(36)
    .padStart(3, '0')}-p`;
  const fact = { id, at: at.toISOString(), name };
  if (path === undefined) return fact;
  const executable = machine.program(path) === 'executable';
  return { ...fact, path, executable, ...describe(firstBytes(path, machine), options, machine) };
}

function find(name: string, options: InspectOptions, machine: Machine): string | undefined {
  return programPaths(name, options).find((path) => machine.program(path) !== 'none');
}

/** Candidate paths of a program, in search order. */
export function programPaths(name: string, { env, folder }: InspectOptions): string[] {
  const folders = name.includes('/') ? [''] : (env.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(':');
  return folders.map((each) => resolve(folder, each, name));
}

function firstBytes(path: string, machine: Machine): Buffer {
  const reading = machine.head(path, FIRST_BYTES);
  return reading.kind === 'read' ? reading.value : Buffer.alloc(0);
}

function describe(bytes: Buffer, options: InspectOptions, machine: Machine): Partial<ProgramFact> {
  if (bytes.toString('latin1', 0, 4) === '\x7fELF') return { machine: machineOf(bytes) };
  const read = shebangOf(bytes);
  if (read === undefined) return {};
  const { program, crlf } = read;
  return { shebang: program, interpreterFound: find(program, options, machine) !== undefined, crlf };
}

/** The interpreter that a script's first line names; undefined if it names none. Pure. */
export function shebangOf(bytes: Buffer): { readonly program: string; readonly crlf: boolean } | undefined {
  const first = /^#![ \t]*([^\n]*)/.exec(bytes.toString('utf8'))?.[1];
  if (first === undefined) return undefined;
  const words = first.split(/[ \t]+/);
  // env searches PATH for the next word, including a trailing CR.
  const program = /(?:^|\/)env$/.test(words[0] ?? '')
    ? (words.find((word, index) => index > 0 && !word.startsWith('-')) ?? words[0]!)
    : words[0]!;
  return { program, crlf: first.endsWith('\r') };
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
