import { statfs } from 'node:fs/promises';
import { coerce, satisfies } from 'semver';
import type { Box } from '../../model/box.ts';
import { type Diagnostic, EXIT } from '../../model/diagnostic.ts';
import { OwnProgram } from '../../model/own-program.ts';
import type { Requirement } from '../../model/runbook.ts';
import type { World } from '../../world.ts';
import { refuseErrors } from '../document/document.ts';
import type { OperationContext } from '../operation.ts';
import type { Session } from '../session/session.ts';
import { clusterDiagnostics } from './cluster-diagnostics.ts';

/**
 * Everything that is known to be missing before step one: inputs, tools and their versions, disk space. Ports in use
 * only cause a warning, because a step may free them.
 * @throws RunbookError 3 with everything that is missing; nothing has run then
 */
export async function preflight(
  context: OperationContext,
  session: Session,
  selected: ReadonlySet<string>,
): Promise<void> {
  const diagnostics = await preflightDiagnostics(context, session, selected);
  refuseErrors(diagnostics, EXIT.person);
  // Information is for a plan, not for every pass.
  const relevant = diagnostics.filter(({ severity }) => severity !== 'info');
  for (const diagnostic of relevant) context.emit({ type: 'diagnostic', diagnostic });
}

/** The same as data, for `runbook plan`. `selected` are the ids of the pass's steps. */
export async function preflightDiagnostics(
  context: OperationContext,
  session: Session,
  selected: ReadonlySet<string>,
): Promise<Diagnostic[]> {
  const { world } = context;
  const { runbook, inputDiagnostics } = session;
  const results = await Promise.all([
    ...runbook.frontMatter.requires.map((each) => requirement(each, session, world)),
    ...(runbook.frontMatter.box?.ports ?? []).map((port) => portWarning(port, session)),
  ]);
  const warnings = runbook.diagnostics.filter((each) => each.severity === 'warning');
  const remarks = session.box.remarks ?? [];
  return [
    ...inputDiagnostics,
    ...remarks,
    ...results.flat(),
    ...(await clusterDiagnostics(context, session, selected)),
    ...warnings,
  ];
}

async function requirement(required: Requirement, session: Session, world: World): Promise<Diagnostic[]> {
  return required.kind === 'tool'
    ? toolRequirement(required, session, world)
    : diskRequirement(required, session);
}

async function toolRequirement(
  required: Extract<Requirement, { kind: 'tool' }>,
  session: Session,
  world: World,
): Promise<Diagnostic[]> {
  const { box } = session;
  const context = { env: box.baseline, facts: session.facts, folder: box.folder };
  const found = await box.ask({ kind: 'command', name: required.tool }, context);
  if (found.verdict !== 'pass') {
    return [
      error(
        session,
        'missing-tool',
        `The runbook requires ${required.text}, and ${required.tool} is not on PATH.`,
        `Install ${required.tool} and run the same command again.`,
      ),
    ];
  }
  if (required.version === undefined) return [];
  const version = await toolVersion(required.tool, session, world);
  if (version === undefined) {
    return [
      {
        ...error(
          session,
          'unknown-version',
          `The version of ${required.tool} could not be read.`,
          `Check by hand that it is ${required.text}.`,
        ),
        severity: 'warning',
      },
    ];
  }
  const wanted = `${required.comparator ?? '>='}${coerce(required.version)?.version ?? required.version}`;
  if (satisfies(version, wanted)) return [];
  return [
    error(
      session,
      'tool-version',
      `The runbook requires ${required.text}; this box has ${required.tool} ${version}.`,
      `Install a ${required.tool} that is ${wanted}.`,
    ),
  ];
}

/**
 * Runs the tool without code of the document: before approval, the document's env (such as a PATH into its own folder)
 * must not determine which program that is.
 */
async function toolVersion(tool: string, session: Session, world: World): Promise<string | undefined> {
  if (session.approved) return versionOf(session.box, tool);
  const { target } = session;
  const folder = session.document.folder;
  const bare = await world.openBox({ folder, env: {}, ...(target ? { target } : {}) });
  try {
    return await versionOf(bare, tool);
  } finally {
    await bare.close();
  }
}

/** Tools print their version with `--version`, `version` or `-v`: uses the first dotted number in the output. */
async function versionOf(box: Box, tool: string): Promise<string | undefined> {
  for (const ask of ['--version', 'version', '-version', '-v']) {
    const { code, stdout } = await box.exec(
      OwnProgram.make({ run: ['sh', '-c', '"$@" 2>&1', 'sh', tool, ask] }),
    );
    const version = code === 0 ? coerce(/\d+(?:\.\d+)+/.exec(stdout.toString())?.[0]) : null;
    if (version) return version.version;
  }
  return undefined;
}

async function diskRequirement(
  required: Extract<Requirement, { kind: 'disk' }>,
  session: Session,
): Promise<Diagnostic[]> {
  try {
    const free = await freeBytes(session.box, required.path);
    if (free >= required.bytes) return [];
    const giga = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
    return [
      error(
        session,
        'disk-space',
        `The runbook requires ${required.text}; ${required.path} has ${giga(free)} free.`,
        'Free disk space there.',
      ),
    ];
  } catch (cause) {
    return [
      {
        ...error(
          session,
          'disk-space',
          `The free space on ${required.path} is unknown: ${(cause as Error).message}.`,
          'Check that the path exists.',
        ),
        severity: 'warning',
      },
    ];
  }
}

/** Free space for an ordinary user. @throws an error that says why it is unknown */
async function freeBytes(box: Box, path: string): Promise<number> {
  if (box.kind === 'local') {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  }
  const { code, stdout, stderr } = await box.exec(OwnProgram.make({ run: ['df', '-P', '-k', '--', path] }));
  const blocks = Number(stdout.toString().trim().split('\n').at(-1)?.split(/\s+/)[3]);
  if (code !== 0 || !Number.isFinite(blocks)) throw new Error(stderr.trim() || 'df printed nothing');
  return blocks * 1024;
}

async function portWarning(port: number, session: Session): Promise<Diagnostic[]> {
  const context = { env: session.box.baseline, facts: session.facts, folder: session.box.folder };
  const free = await session.box.ask(
    { kind: 'port', port, protocol: 'tcp', expect: { kind: 'free' } },
    context,
  );
  if (free.verdict !== 'fail') return [];
  return [
    {
      ...error(
        session,
        'port-taken',
        `Port ${port}, which the runbook's box publishes, is in use: ${free.observed}.`,
        'You need not do anything if a step frees the port or uses it itself.',
      ),
      severity: 'warning',
    },
  ];
}

function error(session: Session, code: string, message: string, remedy: string): Diagnostic {
  return {
    code,
    severity: 'error',
    message,
    remedy,
    place: { file: session.runbook.file, line: 1, column: 1 },
  };
}
