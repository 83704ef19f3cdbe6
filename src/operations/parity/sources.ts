import { projectSnapshot, SNAPSHOT_SCOPES } from '../../judge/parity/traits.ts';
import type { CheckResult } from '../../model/outcome.ts';
import type { ParityScope, Projection, Trait } from '../../model/reports/parity.ts';
import type { VerifyReport } from '../../model/reports/report.ts';
import { observeBox } from '../../observe/observe-box.ts';
import { ownedFiles } from '../../observe/owned-files.ts';
import { measure } from '../facts.ts';
import type { OperationContext } from '../operation.ts';
import { wantedFile } from '../pass/actions/wanted-file.ts';
import { verifySession } from '../verify.ts';
import type { ParitySide } from './parity-side.ts';

/** What one source measured. */
type Measured = Pick<Projection, 'traits'> & Partial<Pick<Projection, 'blind'>>;

/** Measures one part of a box, in the same way for both boxes. */
export type ParitySource = (side: ParitySide, context: OperationContext) => Promise<Measured>;

/** Packages, services, listeners, users and the system, in one round trip. */
const snapshotSource: ParitySource = async ({ name, box, key }, { signal }) =>
  projectSnapshot(name, await observeBox(box, { scopes: SNAPSHOT_SCOPES, key, signal }));

/** The files that file fences write. */
const filesSource: ParitySource = async ({ box, key, runbook }) => {
  if (!runbook) return { traits: [] };
  const { preview, session } = runbook;
  const paths = session.plan.steps.flatMap((planned) =>
    planned.step.actions.flatMap((action) =>
      action.kind === 'file'
        ? [wantedFile(action, preview.pass, preview.pass.state.before(planned)).path]
        : [],
    ),
  );
  const found = await ownedFiles(box, [...new Set(paths)], key);
  const traits = [...found].map(
    ([path, seen]): Trait => ({ scope: 'files', subject: session.masker.mask(path), ...seen }),
  );
  return { traits };
};

/** Facts with a command, which is code: measured only if a person has approved it. */
const factsSource: ParitySource = async ({ runbook }, context) => {
  if (!runbook) return { traits: [] };
  const { session } = runbook;
  const traits: Trait[] = [];
  for (const fact of session.runbook.facts) {
    if (fact.command === undefined) continue;
    const trait = { scope: 'facts' as const, subject: fact.name };
    if (!session.approved) {
      traits.push({ ...trait, reason: NOT_APPROVED });
      continue;
    }
    const { measured, detail } = await measure(context, session, fact);
    const state = measured === undefined ? {} : { state: `${measured} ${fact.unit}`.trim() };
    traits.push({ ...trait, ...state, ...(measured === undefined ? { reason: detail } : {}) });
  }
  return { traits };
};

const NOT_APPROVED = 'its command is code, and this content is not approved (runbook approve, or --yes)';

/** Whether each step's Verify and each endpoint's check passes. */
const checksSource: ParitySource = async ({ runbook }) => {
  if (!runbook) return { traits: [] };
  const { steps, endpoints } = await verifySession(runbook.preview, runbook.session, undefined);
  return {
    traits: [
      ...steps.flatMap(({ id, verdict, checks }) => stepTrait(id, verdict, checks)),
      ...endpoints.flatMap(({ name, result }) => (result ? [checkTrait('endpoints', name, [result])] : [])),
    ],
  };
};

type StepVerdict = VerifyReport['steps'][number]['verdict'];

function stepTrait(id: string, verdict: StepVerdict, checks: readonly CheckResult[]): Trait[] {
  // A step without checks reveals nothing about a box.
  if (verdict === 'no-checks') return [];
  if (verdict === 'not-applicable') return [{ scope: 'checks', subject: id, state: 'does not apply here' }];
  return [checkTrait('checks', id, checks)];
}

function checkTrait(scope: ParityScope, subject: string, checks: readonly CheckResult[]): Trait {
  const unknown = checks.find(({ verdict }) => verdict === 'unknown');
  const failed = checks.find(({ verdict }) => verdict === 'fail');
  // The class, because the observed text may contain a pid.
  if (failed) return { scope, subject, state: `fails: ${failed.check} (${failed.class})` };
  if (unknown) return { scope, subject, reason: `${unknown.check}: ${unknown.observed}` };
  return { scope, subject, state: 'holds' };
}

/** Everything that is compared. Add a source as a row here. */
export const paritySources: readonly ParitySource[] = [
  snapshotSource,
  filesSource,
  factsSource,
  checksSource,
];
