import { AgentStore } from '../../journal/agent/store.ts';
import type { Baseline } from '../../journal/baseline.ts';
import { driftOfChanges, driftOfChecks, driftOfFact } from '../../judge/drift.ts';
import type { Snapshot } from '../../model/facts/snapshot.ts';
import type { CheckResult } from '../../model/outcome.ts';
import type { DriftFinding } from '../../model/reports/drift.ts';
import { compareSnapshots, unaccountedChanges } from '../../observe/compare.ts';
import { observeBox } from '../../observe/observe-box.ts';
import { scheduleUnitName } from '../../schedule/scheduled-command.ts';
import { measure } from '../facts.ts';
import type { OperationContext } from '../operation.ts';
import { scheduleKey } from '../schedule/scheduled-document.ts';
import { fileHashKey } from '../session/file-hash-key.ts';
import type { Session } from '../session/session.ts';
import { verifySession } from '../verify.ts';
import { BASELINE_SCOPES } from './baseline.ts';
import { clusterSource } from './cluster-source.ts';
import { touchesBox } from './touches-box.ts';
import type { DriftSource } from './view.ts';

/**
 * What confirmed steps created: their checks, file fences (content, mode, owner), background processes and endpoints.
 * Endpoints are left out while a step is failed, interrupted or undone: then they are not expected to answer.
 */
const stepSource: DriftSource = async ({ session, preview, confirmed }) => {
  const unfinished = session.plan.steps.filter((planned) => {
    const { status = 'confirmed' } = preview.memory(planned) ?? {};
    return status !== 'confirmed' && !planned.step.excluded;
  });
  const isComplete = unfinished.length === 0;
  const { steps, endpoints } = await verifySession(preview, session, confirmed, { endpoints: isComplete });
  const names = unfinished.map(({ step }) => step.id).join(', ');
  const evaluated = endpoints.flatMap(({ name, result }) => (result ? [{ id: name, checks: [result] }] : []));
  return {
    findings: [
      ...steps.flatMap(({ id, checks, verdict, findings }) =>
        verdict === 'not-applicable'
          ? []
          : driftOfChecks('steps', id, checks.filter(isNotOfCluster)).map(withCause(findings?.[0]?.title)),
      ),
      ...evaluated.flatMap(({ id, checks }) => driftOfChecks('endpoints', id, checks)),
    ],
    looked: [
      { source: 'steps', count: steps.length },
      { source: 'endpoints', count: evaluated.length },
    ],
    notes:
      isComplete || session.runbook.endpoints.length === 0
        ? []
        : [`endpoints were not compared, because these steps are not done: ${names}`],
  };
};

function withCause(cause: string | undefined): (finding: DriftFinding) => DriftFinding {
  return (finding) => (finding.kind === 'failing' && cause !== undefined ? { ...finding, cause } : finding);
}

/** Objects of a cluster are compared field by field by another source, except for patches. */
function isNotOfCluster({ kind, check }: CheckResult): boolean {
  return kind !== 'cluster' || check.startsWith('patch ');
}

/** System changes since the last confirmed pass that no step or attempt made. */
const systemSource: DriftSource = async ({ context, session, baseline }) => {
  if (!baseline) return { findings: touchesBox(session) ? [NO_BASELINE] : [], looked: [] };
  const { world, signal } = context;
  const key = await fileHashKey(world, { readOnly: true });
  const now = await observeBox(session.box, { scopes: BASELINE_SCOPES, key, signal });
  const changes = unaccountedChanges(
    compareSnapshots(baseline.snapshot, now),
    changesOfAttempts(context, session, baseline),
  );
  const foreign = changes.filter(({ subject }) => !isOwnTimer(session, subject));
  return {
    findings: [...driftOfChanges(foreign), ...unreadScopes(baseline.snapshot, now)],
    looked: BASELINE_SCOPES.flatMap((source) => {
      const count = now.facts[source]?.length;
      return count === undefined ? [] : [{ source, count }];
    }),
  };
};

/** A timer or service that `schedule install` wrote for this document: the person asked for it. */
function isOwnTimer({ runbook, document }: Session, subject: string): boolean {
  const key = scheduleKey(document.path);
  const name = subject.slice(subject.lastIndexOf('/') + 1).replace(/\.(?:timer|service)$/, '');
  return runbook.schedule.some((task) => scheduleUnitName({ key, task }) === name);
}

const NO_BASELINE: DriftFinding = {
  source: 'system',
  subject: 'packages, services, listeners, files and users',
  kind: 'unknown',
  detail:
    'no baseline exists to compare with, because it was removed or could not be stored; `runbook drift --baseline` takes one now',
};

/** A scope that was not read at both times is not known to be unchanged. */
function unreadScopes(before: Snapshot, now: Snapshot): DriftFinding[] {
  return BASELINE_SCOPES.flatMap((scope): DriftFinding[] => {
    const bad = [before, now].find(
      ({ facts, more }) => facts[scope] === undefined || more[scope] !== undefined,
    );
    if (!bad) return [];
    const reason = bad.unavailable.find((each) => each.scope === scope)?.reason ?? 'it has too many entries';
    return [{ source: scope, subject: '(all)', kind: 'unknown', detail: reason }];
  });
}

/** Changes that an agent made since, step by step, are not drift either. */
function changesOfAttempts({ world }: OperationContext, session: Session, { snapshot }: Baseline) {
  const store = AgentStore.open(world, session.document, session.box.identity, true);
  const since = Date.parse(snapshot.at);
  return store.loop.attempts.filter(({ startedAt }) => startedAt >= since).flatMap(({ changed }) => changed);
}

/** Measures facts again. Their commands are code, so they run only if a person has approved them. */
const factSource: DriftSource = async ({ context, session }) => {
  const measurable = session.runbook.facts.filter(({ command }) => command !== undefined);
  const findings: DriftFinding[] = [];
  for (const fact of measurable)
    findings.push(...driftOfFact(session.approved ? await measure(context, session, fact) : fact.name));
  return { findings, looked: [{ source: 'facts', count: measurable.length }] };
};

/** Every source, in the order of reports. */
export const driftSources: readonly DriftSource[] = [stepSource, clusterSource, systemSource, factSource];
