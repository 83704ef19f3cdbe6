import type { CheckResult } from '../../model/outcome.ts';
import type { DriftReport } from '../../model/reports/drift.ts';
import type { FactsReport, ProveReport, ReplayReport, VerifyReport } from '../../model/reports/report.ts';

/** What a scheduled run found, one line each, masked; empty if all is well. And the next command, if the report names it. */
export interface OutcomeLines {
  readonly details: readonly string[];
  readonly next?: string;
}

/** By verb: how its report becomes lines for a message. */
export const outcomeLines: Readonly<Record<string, (report: never) => OutcomeLines>> = {
  drift: ({ findings }: DriftReport) => ({
    details: findings.map(({ subject, check, detail }) =>
      check === undefined ? `${subject}: ${detail}` : `${subject}: ${check}: ${detail}`,
    ),
  }),
  verify: ({ steps, endpoints }: VerifyReport) => ({
    details: [
      ...steps.flatMap(({ id, checks }) => failing(id, checks)),
      ...endpoints.flatMap(({ name, result }) => failing(name, result ? [result] : [])),
    ],
  }),
  facts: ({ facts }: FactsReport) => ({
    details: facts
      .filter(({ verdict }) => verdict === 'changed' || verdict === 'failed')
      .map(({ name, recorded, measured, detail }) =>
        measured === undefined ? `${name}: ${detail}` : `${name}: ${recorded} → ${measured}`,
      ),
  }),
  replay: ({ plan, steps, next }: ReplayReport) =>
    plan
      ? {
          details: plan.steps
            .filter(({ would }) => would === 'act' || would === 'person')
            .map(
              ({ id, reason, detail }) => `${id}: would act (${reason}${detail === '' ? '' : `: ${detail}`})`,
            ),
        }
      : {
          details: steps.flatMap(({ id, outcome }) =>
            outcome.kind === 'failed' || outcome.kind === 'person'
              ? [`${id}: ${outcome.failure.message}`]
              : [],
          ),
          next,
        },
  prove: ({ reasons }: ProveReport) => ({ details: reasons }),
};

function failing(id: string, checks: readonly CheckResult[]): string[] {
  return checks
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ check, observed }) => `${id}: ${check}: ${observed}`);
}
