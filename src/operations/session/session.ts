import { resolve } from 'node:path';
import type { Box, BoxIdentity } from '../../model/box.ts';
import type { BoxTarget } from '../../model/box-target.ts';
import { type Diagnostic, EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { Plan, ResolvedInput } from '../../model/plan.ts';
import type { Runbook } from '../../model/runbook.ts';
import { EMPTY_STATE } from '../../model/shell.ts';
import { buildPlan } from '../../plan/build.ts';
import type { Secret } from '../../secrets/forms.ts';
import { createMasker, type Masker } from '../../secrets/mask.ts';
import { type InputValue, isCallersOwn, resolveInputs } from '../../secrets/resolve.ts';
import { secretsInText } from '../../secrets/secrets-in-text.ts';
import type { ApprovedClosure } from '../approval/approved-closure.ts';
import { refuseChangedValues } from '../approval/value-mark.ts';
import { envForBox } from '../boxes/require-grants.ts';
import { confined } from '../confine/confined.ts';
import { readValidDocument, refuseErrors } from '../document/document.ts';
import type { OpenedDocument } from '../document/opened-document.ts';
import { followPrerequisites } from '../document/prerequisites.ts';
import type { OperationContext } from '../operation.ts';
import { approvedDeclarations } from './approved-declarations.ts';
import type { Audience } from './audience.ts';
import { chosenBox } from './box-target.ts';

/** Flags that the operations on a box share. */
export interface SessionInput {
  readonly file: string;
  readonly loose: boolean;
  readonly yes: boolean;
  readonly input: Readonly<Record<string, string>>;
  readonly envFile?: string;
  /** The box; default: this machine. */
  readonly on?: string;
}

/** A valid document whose plan has no errors. No box has been accessed yet. */
export interface Prepared {
  readonly document: OpenedDocument;
  readonly runbook: Runbook;
  readonly plan: Plan;
  /** Documents whose steps come first (Prerequisites). */
  readonly others: readonly OpenedDocument[];
}

/** A document that may run. */
export interface ApprovedDocument extends Prepared {
  readonly approved: ApprovedClosure;
}

/** A document ready to run: its inputs are resolved and its box is open. Nothing has run yet. */
export interface Session extends Prepared {
  /** The code of the document that may run: approved by a person, or allowed with --yes. Undefined: nothing. */
  readonly approved: ApprovedClosure | undefined;
  /** Whether a person approved the document's checks, even if nothing of it may run now. */
  readonly checksApproved: boolean;
  readonly inputs: readonly ResolvedInput[];
  /** Missing inputs (errors), and warnings about inputs. */
  readonly inputDiagnostics: readonly Diagnostic[];
  /** Values of inputs, facts and front matter env by name. */
  readonly declared: ReadonlyMap<string, string>;
  readonly facts: ReadonlyMap<string, string>;
  readonly audience: Audience;
  /** Names whose value an agent may see: it provided the value, or the document contains it literally. */
  readonly shown: ReadonlySet<string>;
  readonly masker: Masker;
  readonly box: Box;
  /** The box as it was named; undefined for this machine. */
  readonly target?: BoxTarget;
}

/**
 * Reads a document and plans it.
 * @throws RunbookError 64 for a path that is not a file, 65 for an invalid document
 */
export async function prepare(
  { world }: OperationContext,
  input: { file: string; loose: boolean },
): Promise<Prepared> {
  const document = await readValidDocument(world.cwd, input.file, { loose: input.loose });
  refuseLoose(document.runbook, input.loose);
  const { runbook, others } = await followPrerequisites(document);
  const plan = buildPlan(runbook);
  refuseErrors(plan.diagnostics, EXIT.document);
  return { document, runbook, plan, others };
}

/** The values of a document's inputs, and what masks them. No box was opened for them. */
interface SessionValues extends Pick<Session, 'shown' | 'inputs' | 'inputDiagnostics' | 'masker'> {
  /** Inputs, facts and front matter env by name. */
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/**
 * Resolves a document's inputs. Commands that return secrets are code of the document, so they run only if it is approved.
 * @throws RunbookError 64 for an invalid --input, 65 for a secret in the document's text
 */
export async function resolveSession(
  { world, audience = 'person' }: OperationContext,
  { runbook, document }: Prepared,
  input: Pick<SessionInput, 'input' | 'envFile'>,
  approved?: ApprovedClosure,
): Promise<SessionValues> {
  const { folder } = document;
  const bare = bareEnvironment(runbook);
  const resolved = await resolveInputs(runbook.inputs, {
    given: input.input,
    env: world.env,
    envFile: input.envFile && resolve(world.cwd, input.envFile),
    folder,
    person: approved ? world.person : undefined,
    allowCommands: approved !== undefined,
    runCommand: (command) => runDocumentCommand(world, folder, bare, { command, approved }),
    ...(audience === 'agent' && !approved ? { isApproved: await approvedDeclarations(world, document) } : {}),
  });
  if (approved) await refuseChangedValues(world, approved.boundValues, resolved.values);
  const values = [...resolved.values];
  const secrets = values
    .filter(([, each]) => each.kind === 'secret')
    .map(([name, { value }]) => ({ name, value }));
  const inText = secretsInText(document.source, secrets);
  refuseErrors(inText, EXIT.document);
  const masker = createMasker(audience === 'person' ? secrets : [...secrets, ...heldByPerson(values)]);
  const env = { ...bare, ...Object.fromEntries(values.map(([name, { value }]) => [name, value])) };
  const hidden = new Set(values.filter(([, each]) => !isCallersOwn(each)).map(([name]) => name));
  return {
    env,
    secrets: secrets.map(({ name }) => name),
    masker,
    shown: new Set(Object.keys(env).filter((name) => !hidden.has(name))),
    inputs: audience === 'person' ? resolved.resolved : resolved.resolved.map(withoutValue(hidden)),
    inputDiagnostics: [...resolved.missing, ...resolved.warnings, ...inText, ...masker.diagnostics],
  };
}

/** Resolves a document's inputs and opens its box. @throws as `resolveSession` */
export async function openSession(
  context: OperationContext,
  prepared: Prepared,
  input: Pick<SessionInput, 'input' | 'envFile' | 'on'> & { readonly yes?: boolean },
  {
    approved,
    checksApproved = approved !== undefined,
  }: { readonly approved?: ApprovedClosure | undefined; readonly checksApproved?: boolean } = {},
): Promise<Session> {
  const { world, audience = 'person' } = context;
  const { runbook, document } = prepared;
  const target = chosenBox(input.on);
  const { env, secrets, ...values } = await resolveSession(context, prepared, input, approved);
  const envFor = (box: BoxIdentity) =>
    envForBox(world, box, {
      env: exportable(env),
      secrets,
      acting: approved !== undefined,
      yes: input.yes ?? false,
    });
  const box = await world.openBox({
    folder: document.folder,
    env: exportable(env),
    envFor,
    ...(target ? { target } : {}),
    ...(world.person ? { person: world.person } : {}),
  });
  return {
    ...prepared,
    ...values,
    approved,
    checksApproved,
    audience,
    declared: new Map(Object.entries(env)),
    facts: new Map(runbook.facts.map((fact) => [fact.name, fact.value])),
    box:
      audience === 'person' || approved
        ? box
        : await confined(box, world, document, { audience, approved: checksApproved }),
    ...(target ? { target } : {}),
  };
}

/** Variables whose value neither the caller provided nor the document contains. */
function heldByPerson(values: readonly (readonly [string, InputValue])[]): Secret[] {
  return values
    .filter(([, each]) => each.kind === 'variable' && !isCallersOwn(each))
    .map(([name, { value }]) => ({ name, value, kind: 'variable' }));
}

function withoutValue(hidden: ReadonlySet<string>): (input: ResolvedInput) => ResolvedInput {
  return (input) =>
    hidden.has(input.name) && input.kind === 'variable' ? { ...input, value: `\${${input.name}}` } : input;
}

/** Masks the secrets of a document whose values are known without running its commands or asking a person. */
export async function maskerFor(
  world: OperationContext['world'],
  { runbook, folder }: Pick<OpenedDocument, 'runbook' | 'folder'>,
): Promise<Masker> {
  const { values } = await resolveInputs(runbook.inputs, {
    given: {},
    env: world.env,
    envFile: undefined,
    folder,
    person: undefined,
    allowCommands: false,
    runCommand: () => Promise.reject(new Error('no command runs here')),
  });
  const secrets = [...values].filter(([, { kind }]) => kind === 'secret');
  return createMasker(secrets.map(([name, { value }]) => ({ name, value })));
}

/** Environment variables from the document itself: front matter env and facts. */
export function bareEnvironment(runbook: Runbook): Record<string, string> {
  return {
    ...runbook.frontMatter.env,
    ...Object.fromEntries(runbook.facts.map(({ name, value }) => [name, value])),
  };
}

function refuseLoose(runbook: Runbook, loose: boolean): void {
  if (runbook.kind === 'loose' && !loose)
    throw new RunbookError([looseDocument(runbook.file)], EXIT.document);
}

/** Error for a markdown file that is not a runbook. */
export function looseDocument(file: string): Diagnostic {
  return {
    code: 'loose-document',
    severity: 'error',
    message: `${file} is not a runbook: a runbook needs "runbook: 1" in front matter, or a section "Steps" with a step.`,
    remedy:
      'Add --loose to run its shell fences in order. Read them first: many READMEs install and later uninstall.',
    place: { file, line: 1, column: 1 },
  };
}

/** Facts may have any name in the table; only valid shell names become variables. */
function exportable(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)));
}

/**
 * Runs a command of the document that returns a value, on this machine rather than the box, because `pass` and similar
 * tools are here.
 */
export async function runDocumentCommand(
  world: OperationContext['world'],
  folder: string,
  env: Record<string, string>,
  { command, approved }: { command: string; approved: ApprovedClosure | undefined },
) {
  const box = await world.openBox({ folder, env: exportable(env) });
  try {
    return await runApproved(box, command, approved);
  } finally {
    await box.close();
  }
}

/**
 * Runs a command of the document that returns an input or measures a fact, if it is part of what was approved. Returns its
 * stdout without its stderr.
 */
export async function runApproved(
  box: Box,
  command: string,
  approved: ApprovedClosure | undefined,
  signal?: AbortSignal,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const code = approved?.approveCommand(command);
  if (!code) return { code: 1, stdout: '', stderr: 'not run: this command is not part of what was approved' };
  const output: Buffer[] = [];
  const { end } = await box.run({
    code,
    state: EMPTY_STATE,
    timeoutMs: 60_000,
    capture: false,
    onOutput: (chunk) => output.push(chunk),
    signal,
  });
  const [stderr = '', stdout = ''] = Buffer.concat(output).toString('utf8').split('\0');
  if (end.kind === 'exit') return { code: end.code, stdout, stderr };
  return { code: 1, stdout, stderr: end.kind === 'unstartable' ? end.reason : `ended by ${end.kind}` };
}
