import type { PageInput } from '../../model/page.ts';
import { certificateHashOf } from '../document/certificate.ts';
import type { OperationContext } from '../operation.ts';
import { openPreview } from '../pass/preview.ts';
import { stepHistory } from '../record/step-history.ts';
import { openSession, prepare } from '../session/session.ts';
import { stepStatus } from '../status.ts';
import { recordedSteps } from './recorded-steps.ts';
import { vendoredObjects } from './vendored-objects.ts';

/** Gathers what the page shows: the document, the journal, and the recorded passes. Nothing is measured on the box. */
export async function pageInput(
  context: OperationContext,
  flags: { file: string; on?: string | undefined },
): Promise<PageInput> {
  const prepared = await prepare(context, { ...flags, loose: true });
  const session = await openSession(context, prepared, { input: {}, on: flags.on });
  try {
    const preview = await openPreview(context, session);
    const { document, runbook, plan, box } = session;
    const { source } = document;
    const recorded = await recordedSteps(document.folder, {
      ...{ box: box.identity.name, name: runbook.name },
      steps: plan.steps.map(({ step }) => step.id),
    });
    const history = stepHistory(recorded.digests, context.world.now());
    const problems = runbook.steps.filter(({ kind }) => kind === 'problem');
    const states = plan.steps.map((planned) => {
      const { status, at } = stepStatus(planned, preview.memory(planned));
      const known = recorded.steps.get(planned.step.id) ?? { checks: [], output: '' };
      const lastHeld = history.lastHeld(planned.step.id);
      const drifted = status === 'confirmed' ? history.lastFailed(planned.step.id) : undefined;
      return [
        planned.step.id,
        {
          ...known,
          status,
          ...(at === undefined ? {} : { at }),
          ...(lastHeld === undefined ? {} : { lastHeld }),
          ...(drifted === undefined ? {} : { drifted }),
        },
      ] as const;
    });
    return {
      text: source.text,
      placeOfLine: (line) => source.placeAt(source.lineStarts[line - 1] ?? 0),
      ...{ runbook, steps: plan.steps, states: new Map(states) },
      problems: new Map(problems.map(({ id }) => [id, history.fired(id)])),
      vendored: await vendoredObjects(runbook, document.folder),
      box: box.identity.name,
      ...(recorded.lastPass ? { lastPass: recorded.lastPass } : {}),
      ...(await certificateState(document)),
      at: new Date(context.world.now()).toISOString(),
      version: context.world.version,
    };
  } finally {
    await session.box.close();
  }
}

async function certificateState(
  document: Parameters<typeof certificateHashOf>[0],
): Promise<Pick<PageInput, 'certificate'>> {
  const { certificate } = document.runbook;
  if (!certificate) return {};
  const hash = await certificateHashOf(document);
  return { certificate: certificate.fields.sha256 === hash ? 'valid' : 'stale' };
}
