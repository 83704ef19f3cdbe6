import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { nearest } from '../base/nearest.ts';
import { type Diagnostic, EXIT, RunbookError, runbookError } from '../model/diagnostic.ts';
import { describeType, isOfType } from '../model/input-type.ts';
import type { ResolvedInput } from '../model/plan.ts';
import { refusedName } from '../model/refused-names.ts';
import type { Input } from '../model/runbook.ts';
import type { Person } from '../world.ts';
import { type EnvFile, exposedFile, readEnvFile } from './env-file.ts';
import { markOf } from './mask.ts';

/** The sources of input values. */
export interface InputSources {
  /** `--input NAME=value`: variables only. */
  readonly given: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--env-file`; `~` and relative paths are resolved. */
  readonly envFile?: string;
  /** The document's folder, where `.env` is read. */
  readonly folder: string;
  /** Prompted last, and only for required values. */
  readonly person?: Person;
  /** Runs a command from the document that prints a value, such as `pass show argo/registry`. */
  readonly runCommand: (command: string) => Promise<{ code: number; stdout: string; stderr: string }>;
  /** Whether such commands may run: they are code from the document and need approval. */
  readonly allowCommands: boolean;
  /**
   * Whether a person approved this declaration (name, kind, command). Without approval it is a proposal: it gets the
   * caller's value or its default, and no value that only the person knows. Absent: every declaration counts.
   */
  readonly isApproved?: (input: Input) => boolean;
}

/** The source of a value. */
export type ValueSource =
  | '--input'
  | 'environment'
  | '--env-file'
  | '.env'
  | 'secrets.age.env'
  | 'command'
  | 'default'
  | 'prompt';

/** A value and its source. */
export interface InputValue {
  readonly value: string;
  readonly kind: Input['kind'];
  readonly source: ValueSource;
}

/** Whether the caller gave a value, or the document holds it: everything else only the person's side knows. */
export function isCallersOwn({ kind, source }: Pick<InputValue, 'kind' | 'source'>): boolean {
  return kind === 'variable' && (source === '--input' || source === 'default');
}

export interface ResolvedInputs {
  /** By name. Inputs without a value are omitted. */
  readonly values: Map<string, InputValue>;
  /** One error per required input without a value, listing the ways to provide it, and per value that is not of its type. */
  readonly missing: Diagnostic[];
  /** Every declared input for reports; secrets are masked. An input whose command may not run yet has no value. */
  readonly resolved: ResolvedInput[];
  readonly warnings: Diagnostic[];
}

/**
 * Finds a value for each declared input: --input, environment, --env-file, `.env` next to the document, its command,
 * its default, the person. An empty value counts as missing, except for a variable given by --input.
 *
 * @throws RunbookError 64 for a secret or an unknown name given by --input, and for an unreadable --env-file.
 */
export async function resolveInputs(
  declared: readonly Input[],
  sources: InputSources,
): Promise<ResolvedInputs> {
  refuseWrongGiven(declared, sources.given);
  const answer: ResolvedInputs = { values: new Map(), missing: [], resolved: [], warnings: [] };
  const { isApproved = () => true } = sources;
  // Not opened for proposals alone: it may be a pipe that a password manager fills once it has asked the person.
  const wanted = declared.filter(isApproved);
  const files = wanted.length > 0 ? await readEnvFiles(sources, answer.warnings) : [];
  if (wanted.length > 0) files.push(...(await readEncrypted(wanted, sources, files, answer.warnings)));
  for (const input of declared) {
    const outcome: Outcome = refusedName(input.name)
      ? { kind: 'missing', why: REFUSED }
      : await find(input, sources, files);
    answer.resolved.push(describe(input, outcome));
    if (outcome.kind === 'value') {
      if (!(await isAccepted(input, outcome.value))) answer.missing.push(wrongValue(input, outcome));
      answer.values.set(input.name, { value: outcome.value, kind: input.kind, source: outcome.source });
      if (input.kind === 'secret' && outcome.exposed !== undefined)
        warnOnce(answer.warnings, outcome.exposed);
    }
    if (outcome.kind === 'missing' && (input.required || outcome.why === REFUSED)) {
      answer.missing.push(missingInput(input, outcome.why));
    }
  }
  return answer;
}

/** The result for one input. `later`: its command would provide the value, but may not run yet. `proposed`: no person approved its declaration. */
type Outcome =
  | {
      readonly kind: 'value';
      readonly value: string;
      readonly source: ValueSource;
      readonly exposed?: string;
    }
  | { readonly kind: 'later' }
  | { readonly kind: 'proposed' }
  | { readonly kind: 'missing'; readonly why?: string };

/** Why a name that could make the next shell run other code does not get a value. */
const REFUSED = 'this name is reserved: setting it could run other code';

async function find(input: Input, sources: InputSources, files: readonly Named[]): Promise<Outcome> {
  const { name } = input;
  const given = own(sources.given, name);
  if (given !== undefined) return { kind: 'value', value: given, source: '--input' };
  if (sources.isApproved?.(input) === false)
    return input.default && input.kind === 'variable'
      ? { kind: 'value', value: input.default, source: 'default' }
      : { kind: 'proposed' };
  const exported = own(sources.env, name);
  if (exported) return { kind: 'value', value: exported, source: 'environment' };
  for (const { source, file } of files) {
    const value = own(file.values, name);
    if (value) return { kind: 'value', value, source, ...(file.exposed ? { exposed: file.path } : {}) };
  }
  if (input.command !== undefined && !sources.allowCommands) return { kind: 'later' };
  const output = input.command === undefined ? { why: undefined } : await runFor(input.command, sources);
  if ('value' in output) return { kind: 'value', value: output.value, source: 'command' };
  if (input.default) return { kind: 'value', value: input.default, source: 'default' };
  const answered = input.required ? await ask(input, sources.person) : '';
  if (answered !== '') return { kind: 'value', value: answered, source: 'prompt' };
  return { kind: 'missing', ...(output.why === undefined ? {} : { why: output.why }) };
}

/** `constructor` is a valid input name. */
function own<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** Runs a command and returns its standard output without trailing line ends, as in `$(…)`. */
async function runFor(command: string, sources: InputSources): Promise<{ value: string } | { why: string }> {
  const { code, stdout, stderr } = await sources.runCommand(command);
  const value = stdout.replace(/[\r\n]+$/, '');
  if (code === 0 && value !== '') return { value };
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return {
    why:
      code === 0
        ? `\`${command}\` printed nothing`
        : `\`${command}\` exited with ${code}${said && `: ${said}`}`,
  };
}

/** How often a person is asked for one value that is not of its type. */
const ASKED_AT_MOST = 3;

async function ask(input: Input, person: Person | undefined): Promise<string> {
  const { name, kind, purpose, type } = input;
  const about = [purpose, type ? describeType(type) : ''].filter((each) => each !== '').join('; ');
  const question = about === '' ? `${name}:` : `${name} (${about}):`;
  for (let asked = 1; ; asked++) {
    const answer = (await person?.ask(question, { secret: kind === 'secret' })) ?? '';
    if (asked === ASKED_AT_MOST || answer === '' || (await isAccepted(input, answer))) return answer;
  }
}

async function isAccepted({ type }: Input, value: string): Promise<boolean> {
  return type === undefined || (await isOfType(type, value));
}

/** Shows a value only if the caller or the document knows it already. */
function wrongValue(
  { name, kind, type, place }: Input,
  { value, source }: { readonly value: string; readonly source: ValueSource },
): Diagnostic {
  const found = isCallersOwn({ kind, source })
    ? `Found ${JSON.stringify(value)}.`
    : `The value from ${SOURCES[source] ?? source} is not.`;
  return {
    code: 'bad-value',
    severity: 'error',
    message: `The value of ${name} must be ${describeType(type!)}. ${found}`,
    remedy: `Correct it in ${SOURCES[source] ?? source}, or change the Kind \`${type!.written}\` in its row of Inputs.`,
    place,
  };
}

const SOURCES: Partial<Record<ValueSource, string>> = {
  environment: 'the environment',
  command: 'its command',
  default: 'the column Default',
  prompt: 'the answer at the terminal',
};

/** An env file and its name in reports. */
interface Named {
  readonly source: '--env-file' | '.env' | 'secrets.age.env';
  readonly file: EnvFile;
}

async function readEnvFiles({ envFile, folder }: InputSources, warnings: Diagnostic[]): Promise<Named[]> {
  const files: Named[] = [];
  if (envFile !== undefined) files.push({ source: '--env-file', file: await readGivenFile(envFile) });
  const path = join(folder, '.env');
  try {
    // No one has named it, so a pipe or device must not hold up every call.
    if (!(await stat(path)).isFile()) throw new Error('it is not a regular file; --env-file reads pipes');
    files.push({ source: '.env', file: await readEnvFile(path) });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') warnings.push(unreadableFile(path, message));
  }
  return files;
}

/** Decrypts only what no other source has, so that no passphrase is asked for nothing. */
async function readEncrypted(
  declared: readonly Input[],
  { given, folder, env, person }: InputSources,
  files: readonly Named[],
  warnings: Diagnostic[],
): Promise<Named[]> {
  const path = join(folder, 'secrets.age.env');
  if (!(await stat(path).catch(() => undefined))) return [];
  const { readAgeFile, decryptValue } = await import('./age-file.ts');
  const { readIdentities } = await import('./age-identities.ts');
  try {
    const encrypted = (await readAgeFile(folder))?.values ?? new Map<string, string>();
    const names = declared
      .map(({ name }) => name)
      .filter((name) => encrypted.has(name) && !own(given, name) && !own(env, name))
      .filter((name) => !files.some(({ file }) => own(file.values, name)));
    if (names.length === 0) return [];
    const identities = await readIdentities({ env, person });
    const values: Record<string, string> = {};
    for (const name of names) values[name] = await decryptValue(encrypted.get(name)!, identities);
    return [{ source: 'secrets.age.env', file: { path, values, exposed: false } }];
  } catch (error) {
    warnings.push(undecryptable(path, (error as Error).message));
    return [];
  }
}

function undecryptable(path: string, cause: string): Diagnostic {
  return {
    code: 'secrets-undecryptable',
    severity: 'warning',
    message: `Encrypted secrets need an age identity that can decrypt them. No values were read from ${path}.`,
    remedy: 'Put the identity into ~/.config/age/keys.txt or the variable RUNBOOK_AGE_KEY.',
    cause,
  };
}

async function readGivenFile(path: string): Promise<EnvFile> {
  try {
    return await readEnvFile(path);
  } catch (error) {
    const { message } = error as Error;
    throw runbookError({ ...unreadableFile(path, message) }, EXIT.usage);
  }
}

function unreadableFile(path: string, cause: string): Diagnostic {
  return {
    code: 'env-file-unreadable',
    severity: 'warning',
    message: `An env file must be readable. No values were read from ${path}.`,
    remedy: 'Check that the file contains NAME=value lines and that this user may read it.',
    cause,
  };
}

function warnOnce(warnings: Diagnostic[], path: string): void {
  if (!warnings.some((each) => each.code === 'env-file-exposed' && each.place?.file === path))
    warnings.push(exposedFile(path));
}

function refuseWrongGiven(declared: readonly Input[], given: Readonly<Record<string, string>>): void {
  const inputs = new Map(declared.map((input) => [input.name, input]));
  const wrong = Object.keys(given).flatMap((name): Diagnostic[] => {
    const input = inputs.get(name);
    if (!input) return [unknownInput(name, [...inputs.keys()])];
    return input.kind === 'secret' ? [secretAsArgument(name)] : [];
  });
  if (wrong.length > 0) throw new RunbookError(wrong, EXIT.usage);
}

function unknownInput(name: string, names: readonly string[]): Diagnostic {
  const near = nearest(name, names);
  return {
    code: 'unknown-input',
    severity: 'error',
    message: `--input must name a declared input. The document does not declare ${name}.`,
    remedy:
      names.length === 0
        ? 'Declare it in a section Inputs.'
        : `${near === undefined ? '' : `Did you mean ${near}? `}Declared inputs: ${names.join(', ')}.`,
  };
}

function secretAsArgument(name: string): Diagnostic {
  return {
    code: 'secret-as-argument',
    severity: 'error',
    message: `A secret must not be passed by --input. ${name} is a secret, and every user of this machine can see it in the process list.`,
    remedy: `Change the secret, then provide it by ${waysToGive('secret', name)}.`,
  };
}

function missingInput(input: Input, why: string | undefined): Diagnostic {
  const { name, kind, purpose, place } = input;
  return {
    code: why === REFUSED ? 'refused-name' : 'missing-input',
    severity: 'error',
    message:
      why === REFUSED
        ? `The input ${name} cannot get a value.`
        : `The ${kind} ${name} has no value${purpose === '' ? '' : ` (${purpose})`}.`,
    remedy: why === REFUSED ? 'Rename it.' : `Provide it by ${waysToGive(kind, name)}.`,
    place,
    ...(why === undefined ? {} : { cause: why }),
  };
}

function waysToGive(kind: Input['kind'], name: string): string {
  const argument = kind === 'variable' ? `--input ${name}=…, ` : '';
  return `${argument}the environment variable ${name}, a line ${name}=… in .env or --env-file, a command in its row of Inputs, or at a terminal`;
}

function describe({ name, kind, required, type }: Input, outcome: Outcome): ResolvedInput {
  const declared = { name, kind, ...(type ? { type: type.written } : {}), required };
  switch (outcome.kind) {
    case 'value':
      return {
        ...declared,
        source: outcome.source,
        value: kind === 'secret' ? markOf(name) : outcome.value,
      };
    case 'later':
      return { ...declared, source: 'command' };
    case 'proposed':
      return { ...declared, source: 'unapproved' };
    case 'missing':
      return { ...declared, source: 'missing' };
  }
}
