import { createHash } from 'node:crypto';
import { basename, relative, resolve } from 'node:path';
import { parseDuration } from '../../base/duration.ts';
import { baseName } from '../../export/argo/names.ts';
import type { ArgoSubmission, ArgoTarget } from '../../export/argo/submission.ts';
import type { Target } from '../../fleet/inventory.ts';
import { EXIT, type RunbookError, runbookError } from '../../model/diagnostic.ts';
import type { Place } from '../../model/place.ts';
import { resolveInputs } from '../../secrets/resolve.ts';
import type { ApprovalTarget } from '../approval/approval.ts';
import { submitTarget } from '../approval/approval-targets.ts';
import { refuseErrors } from '../document/document.ts';
import { readVendoredFile } from '../document/vendored-file.ts';
import { notGivenByAll } from '../fleet/ask-once.ts';
import { type Fleet, readFleet } from '../fleet/read-inventory.ts';
import type { OperationContext } from '../operation.ts';
import type { Prepared } from '../session/session.ts';
import type { SubmitInput } from './input.ts';
import { unsupportedInPods } from './unsupported.ts';

/** Kubernetes rejects a ConfigMap of more than 1 MiB, including keys. */
const MAX_BYTES = 1_000_000;

/** The cluster itself, changed from within a pod. */
const CLUSTER = { name: 'cluster', box: { kind: 'local' }, on: 'local', groups: [], inputs: {} } as const;

/**
 * Collects the parts of a submission: targets with their values, the document with the files that it refers to, names
 * and limits.
 * @throws RunbookError 64 for an invalid flag or inventory, 65 for what cannot run in pods, 3 for a missing variable
 */
export async function submissionOf(
  context: OperationContext,
  prepared: Prepared,
  flags: SubmitInput,
): Promise<ArgoSubmission> {
  const { runbook, plan, document } = prepared;
  const deadline = parseDuration(flags.deadline);
  if (deadline === undefined)
    throw submissionError(
      'invalid-value',
      `--deadline must be a duration, got "${flags.deadline}".`,
      'Write 90m or 24h.',
      EXIT.usage,
    );
  const chosen = flags.targets
    ? targetsOfOne(prepared, await readFleet(context, prepared, flags.targets))
    : [{ ...CLUSTER, place: { file: runbook.file, line: 1, column: 1 } }];
  refuseErrors(unsupportedInPods(prepared, chosen), EXIT.document);
  const targets = await withValues(context, prepared, flags, chosen);
  const files = await filesOf(prepared);
  const base = baseName(runbook.name);
  return {
    runbook,
    plan,
    document: document.source.text,
    files,
    hash: contentHash(document.source.text, files),
    targets,
    run: context.world.now().toString(36),
    namespace: flags.namespace,
    image: flags.image,
    serviceAccount: flags.serviceAccount,
    claim: flags.claim,
    secret: flags.secret ?? base,
    sshSecret: flags.sshSecret ?? `${base}-ssh`,
    forks: flags.forks,
    canary: flags.canary,
    deadlineSeconds: Math.ceil(deadline / 1000),
  };
}

/** Pods get one document. @throws RunbookError 64 for boxes of other sites */
function targetsOfOne({ document }: Prepared, { targets, parts }: Fleet): readonly Target[] {
  const other = parts.find((part) => part.prepared.document.path !== document.path);
  if (!other) return targets;
  throw submissionError(
    'other-site',
    `All boxes of a submission must replay ${document.file}. Some replay ${other.prepared.document.file}.`,
    `Submit each site on its own: runbook submit ${other.prepared.document.file}.`,
    EXIT.usage,
    other.targets[0]?.place,
  );
}

/** What a person approves of a submission, together with the document. */
export function submissionTarget(
  { namespace, image, targets }: ArgoSubmission,
  inventory: string | undefined,
): ApprovalTarget {
  const boxes = targets.map(({ name, on, values }) => ({ name, on, inputs: values }));
  return submitTarget({ namespace, image, inventory }, boxes);
}

/**
 * Every variable that has a value, for each target: its own, else the value that a replay here would use. Secrets are
 * excluded.
 */
async function withValues(
  { world }: OperationContext,
  { runbook, document }: Prepared,
  flags: SubmitInput,
  targets: readonly Target[],
): Promise<ArgoTarget[]> {
  const variables = runbook.inputs.filter((input) => input.kind === 'variable');
  const { values, missing } = await resolveInputs(notGivenByAll(variables, targets), {
    given: flags.input,
    env: world.env,
    envFile: flags.envFile && resolve(world.cwd, flags.envFile),
    folder: document.folder,
    allowCommands: false,
    runCommand: async () => ({ code: 1, stdout: '', stderr: '' }),
  });
  refuseErrors(missing, EXIT.person);
  const names = variables
    .map(({ name }) => name)
    .filter((name) => values.has(name) || targets.some(({ inputs }) => inputs[name] !== undefined));
  return targets.map(({ name, on, inputs }) => ({
    name,
    on,
    values: Object.fromEntries(
      names.map((each) => [each, flags.input[each] ?? inputs[each] ?? values.get(each)?.value ?? '']),
    ),
  }));
}

/** Files that fences refer to with `from`: pods have no other files of the project. */
async function filesOf({ plan, document }: Prepared): Promise<Record<string, string>> {
  const steps = [...plan.steps, ...plan.problems].map(({ step }) => step);
  const named = steps
    .flatMap((step) => step.actions)
    .flatMap((action) =>
      action.kind === 'apply' && action.from !== undefined
        ? [{ from: action.from, place: action.place }]
        : [],
    );
  const files: Record<string, string> = {};
  let bytes = Buffer.byteLength(document.source.text);
  for (const { from, place } of named) {
    const path = relative(document.folder, resolve(document.folder, from));
    if (path.startsWith('..'))
      throw submissionError(
        'file-outside',
        `${from} is outside the document's folder, which pods do not have.`,
        'Move it into the document’s folder.',
        EXIT.document,
        place,
      );
    files[path] ??= await readVendoredFile(document.folder, path, { mayBeOutside: false })
      .then((content) => content.toString('utf8'))
      .catch((error: Error) => {
        throw submissionError(
          'unreadable-file',
          `${from} cannot be read: ${error.message}.`,
          'Check the path and its permissions.',
          EXIT.document,
          place,
        );
      });
    bytes += Buffer.byteLength(files[path]);
  }
  if (bytes > MAX_BYTES) {
    const message = `${basename(document.path)} and its files must fit into a ConfigMap of 1 MiB, but have ${bytes} bytes.`;
    throw submissionError(
      'too-large-to-submit',
      message,
      'Split the runbook, or fetch the large file in a step.',
      EXIT.document,
    );
  }
  return files;
}

/** sha256 over the document and its files, in hexadecimal. */
function contentHash(document: string, files: Readonly<Record<string, string>>): string {
  const parts = [document, ...Object.entries(files).toSorted().flat()];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function submissionError(
  code: string,
  message: string,
  remedy: string,
  exit: (typeof EXIT)['usage'] | (typeof EXIT)['document'],
  place?: Place,
): RunbookError {
  return runbookError({ code, message, remedy, ...(place ? { place } : {}) }, exit);
}
