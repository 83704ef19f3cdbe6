import { resolve } from 'node:path';
import type { ProgramFact } from '../../model/facts/program-fact.ts';
import { evidenceStem } from '../evidence-stem.ts';
import { localMachine } from '../local-machine.ts';
import type { Machine } from '../machine.ts';

/** Where to search for programs. */
export interface InspectOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

/** Enough for a script's first line (Linux reads 256 bytes of it), and for the ELF headers with the loader's path. */
export const FIRST_BYTES = 1024;

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
  const id = `ev-${evidenceStem(at)}-p`;
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
  const built = isElf(bytes) ? { machine: machineOf(bytes) } : {};
  const read = interpreterOf(bytes);
  if (read === undefined) return built;
  const { program, crlf } = read;
  const interpreterFound = find(program, options, machine) !== undefined;
  return { ...built, shebang: program, interpreterFound, crlf };
}

/** What the kernel starts to run a file. */
interface Interpreter {
  readonly program: string;
  readonly crlf: boolean;
}

/** The interpreter that a script's first line names, or the loader of an ELF file; undefined if it needs none. Pure. */
export function interpreterOf(bytes: Buffer): Interpreter | undefined {
  return isElf(bytes) ? loaderOf(bytes) : shebangOf(bytes);
}

function isElf(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 4) === '\x7fELF';
}

/** PT_INTERP of a 64-bit little-endian file (elf(5)); undefined where it is static or out of reach. */
function loaderOf(bytes: Buffer): Interpreter | undefined {
  if (bytes[4] !== 2 || bytes[5] !== 1 || bytes.length < 64) return undefined;
  const [start, size, count] = [
    Number(bytes.readBigUInt64LE(32)),
    bytes.readUInt16LE(54),
    bytes.readUInt16LE(56),
  ];
  for (let at = start; at + 56 <= bytes.length && at < start + size * count; at += size) {
    if (bytes.readUInt32LE(at) !== 3) continue;
    const from = Number(bytes.readBigUInt64LE(at + 8));
    const program = bytes
      .toString('latin1', from, from + Number(bytes.readBigUInt64LE(at + 32)))
      .replace(/\0.*$/s, '');
    return program.startsWith('/') ? { program, crlf: false } : undefined;
  }
  return undefined;
}

function shebangOf(bytes: Buffer): Interpreter | undefined {
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
