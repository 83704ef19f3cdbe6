import { randomBytes } from 'node:crypto';
import { formatDuration } from '../../base/duration.ts';
import type { LaunchedBox } from '../../boxes/find-box.ts';
import { forgetJournal } from '../../journal/journal.ts';
import { recordCertificate } from '../../markdown/record/certificate.ts';
import { slugOf } from '../../markdown/record/slug.ts';
import type { ProveReport } from '../../model/reports/report.ts';
import { requireApproval } from '../approval/approval.ts';
import { proveTarget } from '../approval/approval-targets.ts';
import { removeBox } from '../boxes/destroy.ts';
import { launchFor } from '../boxes/launch.ts';
import { requireGrants } from '../boxes/require-grants.ts';
import { certificateHashOf } from '../document/certificate.ts';
import { writeDocument } from '../document/document.ts';
import type { OperationContext } from '../operation.ts';
import { type Prepared, prepare } from '../session/session.ts';
import { declaredImage } from './declared-image.ts';
import { type Passes, type ProveFlags, provePasses } from './prove-passes.ts';

/** How long a kept box stays, in milliseconds. */
const KEPT_MS = 24 * 60 * 60_000;

/**
 * Proves a document on a separate clean box.
 * @throws RunbookError 3 if no box can start or nothing may run, 65 for a document without an image
 */
export async function proveDocument(context: OperationContext, flags: ProveFlags): Promise<ProveReport> {
  const prepared = await prepare(context, { file: flags.file, loose: false });
  const image = declaredImage(prepared);
  const approved = await requireApproval(context, prepared, flags, proveTarget(image));
  const { box, notes } = await launchFor(context, {
    name: nameFor(prepared),
    image,
    ports: (prepared.runbook.frontMatter.box?.ports ?? []).map((inside) => ({ inside })),
    purpose: 'prove',
    ...(flags.keep ? { forMs: KEPT_MS } : {}),
  });
  let kept = false;
  try {
    await grantSecrets(context, prepared, box, flags.yes);
    const passes = await provePasses(context, { ...prepared, approved }, box, flags);
    kept = flags.keep && passes.reasons.length > 0;
    const certificate =
      passes.reasons.length === 0 ? await certify(context, prepared, box, passes) : undefined;
    return report(prepared, box, passes, { kept, notes, ...(certificate ? { certificate } : {}) });
  } finally {
    if (!kept) await removeTraces(context, prepared, box);
  }
}

/** Unique, so that two processes can prove one document at the same time. */
function nameFor({ runbook }: Prepared): string {
  const slug = slugOf(runbook.name)
    .replace(/[^a-z0-9-]/g, '')
    .replace(/-+/g, '-')
    .slice(0, 24)
    .replace(/^-|-$/g, '');
  return `prove-${slug === '' ? '' : `${slug}-`}${randomBytes(3).toString('hex')}`;
}

/** Confirmed before the pass, which asks nothing. `--yes` confirms it already. */
async function grantSecrets(
  { world }: OperationContext,
  { runbook }: Prepared,
  box: LaunchedBox,
  yes: boolean,
): Promise<void> {
  const secrets = runbook.inputs.filter(({ kind }) => kind === 'secret').map(({ name }) => name);
  if (!yes) await requireGrants(world, box, secrets);
}

async function certify(
  { world }: OperationContext,
  { document }: Prepared,
  box: LaunchedBox,
  { first }: Passes,
): Promise<string> {
  // The proof of a site says nothing about its base.
  const own = document.site?.own ?? document;
  const text = recordCertificate(own.source, own.runbook, {
    sha256: await certificateHashOf(document),
    image: box.image,
    digest: box.imageId,
    date: new Date(world.now()).toISOString().slice(0, 10),
    duration: formatDuration(Math.max(1, Math.round((first?.ms ?? 0) / 1000)) * 1000),
    actions: first?.acted ?? 0,
  });
  await writeDocument(own, text);
  return text.split(/\r\n|\r|\n/).findLast((line) => line.startsWith('<!-- runbook:certificate ')) ?? '';
}

/** Removes the box and its journal. */
async function removeTraces(
  { world }: OperationContext,
  { document }: Prepared,
  box: LaunchedBox,
): Promise<void> {
  await removeBox(box, world);
  const { path, folder } = document;
  await forgetJournal({ document: path, folder, box: { id: box.container, name: box.name } });
}

function report(
  { runbook }: Prepared,
  box: LaunchedBox,
  { outcome, reasons, first, checks, second }: Passes,
  more: Pick<ProveReport, 'kept' | 'notes' | 'certificate'>,
): ProveReport {
  return {
    file: runbook.file,
    name: runbook.name,
    outcome,
    reasons,
    box: { name: box.name, image: box.image, digest: box.imageId },
    ...(first ? { first } : {}),
    ...(checks ? { checks } : {}),
    ...(second ? { second } : {}),
    ...more,
  };
}
