import { join } from 'node:path';
import { nearest } from '../base/nearest.ts';
import { type Diagnostic, EXIT, RunbookError } from '../model/diagnostic.ts';
import type { ResolvedInput } from '../model/plan.ts';
import { refusedName } from '../model/refused-names.ts';
import type { Input } from '../model/runbook.ts';
import type { Person } from '../world.ts';
import { type EnvFile, exposedFile, readEnvFile } from './env-file.ts';
import { markOf } from './mask.ts';

/** Where values may come from. */
export interface InputSources {
  /** `--input NAME=value`: variables only. */
  readonly given: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--env-file`; `~` and relative paths are already resolved. */
  readonly envFile?: string;
  /** The document's folder, for `.env`. */
  readonly folder: string;
  /** Asked last, and only for what is required. */
  readonly person?: Person;
  /** Runs the document's command for a value, such as `pass show argo/registry`. */
  readonly runCommand: (command: string) => Promise<{ code: number; stdout: string; stderr: string }>;
  /** Such a command is code from the document: it runs only where that is approved. */
  readonly allowCommands: boolean;
}

/** A value and where it came from. */
interface InputValue {
  readonly value: string;
  readonly kind: Input['kind'];
  readonly source: string;
}

export interface ResolvedInputs {
  /** By name; inputs without a value are not in it. */
  readonly values: Map<string, InputValue>;
  /** One error for each required input without a value, with the ways to give it. */
  readonly missing: Diagnostic[];
  /** For reports: every declared input, secrets as their mark. One whose command may not run yet has no value. */
  readonly resolved: ResolvedInput[];
  readonly warnings: Diagnostic[];
}

/**
 * Finds a value for each declared input: --input, environment, --env-file, `.env` beside the document, its command,
 * its default, the person. An empty value counts as none, save for a variable given by --input.
 * @throws RunbookError 64 for a secret given by --input, for an unknown name there, and for an unreadable --env-file.
 */
export async function resolveInputs(
  declared: readonly Input[],
  sources: InputSources,
): Promise<ResolvedInputs> {
  refuseWrongGiven(declared, sources.given);
  const answer: ResolvedInputs = { values: new Map(), missing: [], resolved: [], warnings: [] };
  const files = declared.length === 0 ? [] : await readEnvFiles(sources, answer.warnings);
  for (const input of declared) {
    const outcome: Outcome = refusedName(input.name)
      ? { kind: 'missing', why: REFUSED }
      : await find(input, sources, files);
    answer.resolved.push(describe(input, outcome));
    if (outcome.kind === 'value') {
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

/** What became of one input. `later`: its command would give it, once it may run. */
type Outcome =
  | { readonly kind: 'value'; readonly value: string; readonly source: string; readonly exposed?: string }
  | { readonly kind: 'later' }
  | { readonly kind: 'missing'; readonly why?: string };

/** Why a name that could make the next shell run other code gets no value. */
const REFUSED = 'this name is reserved: setting it could run other code';

async function find(input: Input, sources: InputSources, files: readonly Named[]): Promise<Outcome> {
  const { name } = input;
  const given = own(sources.given, name);
  if (given !== undefined) return { kind: 'value', value: given, source: '--input' };
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

/** An input may be called `constructor`. */
function own<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** The command's standard output without its line ends at the end, as in `$(…)`. */
async function runFor(command: string, sources: InputSources): Promise<{ value: string } | { why: string }> {
  const { code, stdout, stderr } = await sources.runCommand(command);
  const value = stdout.replace(/[\r\n]+$/, '');
  if (code === 0 && value !== '') return { value };
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return {
    why:
      code === 0
        ? `\`${command}\` printed nothing`
        : `\`${command}\` ended with ${code}${said && `: ${said}`}`,
  };
}

async function ask({ name, kind, purpose }: Input, person: Person | undefined): Promise<string> {
  const question = purpose === '' ? `${name}:` : `${name} (${purpose}):`;
  return (await person?.ask(question, { secret: kind === 'secret' })) ?? '';
}

/** An env file, by the name that reports give it. */
interface Named {
  readonly source: '--env-file' | '.env';
  readonly file: EnvFile;
}

async function readEnvFiles({ envFile, folder }: InputSources, warnings: Diagnostic[]): Promise<Named[]> {
  const files: Named[] = [];
  if (envFile !== undefined) files.push({ source: '--env-file', file: await readGivenFile(envFile) });
  const path = join(folder, '.env');
  try {
    files.push({ source: '.env', file: await readEnvFile(path) });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') warnings.push(unreadableFile(path, message));
  }
  return files;
}

async function readGivenFile(path: string): Promise<EnvFile> {
  try {
    return await readEnvFile(path);
  } catch (error) {
    const { message } = error as Error;
    throw new RunbookError([{ ...unreadableFile(path, message), severity: 'error' }], EXIT.usage);
  }
}

function unreadableFile(path: string, cause: string): Diagnostic {
  return {
    code: 'env-file-unreadable',
    severity: 'warning',
    message: `${path} cannot be read, so no value was taken from it.`,
    remedy: 'Check that it is a file of NAME=value lines and that this user may read it.',
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
    message: `The document declares no input ${name}.`,
    remedy:
      names.length === 0
        ? 'Declare it in a section Inputs.'
        : `${near === undefined ? '' : `Did you mean ${near}? `}It declares: ${names.join(', ')}.`,
  };
}

function secretAsArgument(name: string): Diagnostic {
  return {
    code: 'secret-as-argument',
    severity: 'error',
    message: `${name} is a secret and was given by --input, where every user of this machine can read it in the list of processes.`,
    remedy: `Change the secret, then give it by ${waysToGive('secret', name)}.`,
  };
}

function missingInput(input: Input, why: string | undefined): Diagnostic {
  const { name, kind, purpose, place } = input;
  return {
    code: why === REFUSED ? 'refused-name' : 'missing-input',
    severity: 'error',
    message:
      why === REFUSED
        ? `The input ${name} gets no value.`
        : `The ${kind} ${name} has no value${purpose === '' ? '' : ` (${purpose})`}.`,
    remedy: why === REFUSED ? 'Rename it.' : `Give it by ${waysToGive(kind, name)}.`,
    place,
    ...(why === undefined ? {} : { cause: why }),
  };
}

function waysToGive(kind: Input['kind'], name: string): string {
  const argument = kind === 'variable' ? `--input ${name}=…, ` : '';
  return `${argument}the environment variable ${name}, a line ${name}=… in .env beside the document or in a file named by --env-file, a command in its row of Inputs, or at a terminal`;
}

function describe({ name, kind, required }: Input, outcome: Outcome): ResolvedInput {
  switch (outcome.kind) {
    case 'value':
      return {
        name,
        kind,
        required,
        source: outcome.source,
        value: kind === 'secret' ? markOf(name) : outcome.value,
      };
    case 'later':
      return { name, kind, required, source: 'command' };
    case 'missing':
      return { name, kind, required, source: 'missing' };
  }
}
