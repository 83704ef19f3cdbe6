import type { AgentStore } from '../../journal/agent/store.ts';
import { attemptEvidence } from '../../judge/diagnose/attempt-evidence.ts';
import { diagnose } from '../../judge/diagnose/diagnose.ts';
import type { DiagnosisInput } from '../../judge/diagnose/diagnosis-input.ts';
import { namedPrograms } from '../../judge/diagnose/named-programs.ts';
import type { ProgramFact } from '../../model/facts/program-fact.ts';
import type { Scope, Snapshot } from '../../model/facts/snapshot.ts';
import type { Evidence, Finding } from '../../model/finding.ts';
import { inspectProgram } from '../../observe/programs/inspect-program.ts';
import type { World } from '../../world.ts';
import { failureFacts } from '../diagnosis/failure-facts.ts';
import { speaksOfKubernetes } from '../session/cluster-observation.ts';
import { evidenceIn } from './watch.ts';

/** The mundane checklist, run: what explains a failure, and the evidence behind it. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
  /** What could not be looked at. */
  readonly unchecked: readonly string[];
}

/** Items of the checklist that a failure is always held against. */
const LOOKED_AT: readonly Scope[] = ['listeners', 'processes', 'disk', 'memory'];

/** Diagnoses; if findings name programs, inspects them and diagnoses again. */
export async function runChecklist(
  given: DiagnosisInput,
  { world, folder, store }: { world: World; folder: string; store: AgentStore },
): Promise<Diagnosis> {
  const input = { ...given, ...(await failureFacts(given, { folder, home: world.env.HOME ?? '/root' })) };
  const first = diagnose(input);
  const programs = namedPrograms(first).map((name) => inspectProgram(name, { env: world.env, folder }));
  const sharper = { ...input, programs };
  const findings = programs.length === 0 ? first : diagnose(sharper);
  const cited = findings.flatMap(({ evidence }) => evidence);
  return {
    findings,
    evidence: [
      ...attemptEvidence(sharper, findings),
      ...programs.filter(({ id }) => cited.includes(id)).map(programEvidence),
      ...(await evidenceIn(store, cited)),
    ],
    unchecked: unchecked(input),
  };
}

function unchecked({ snapshot, step }: DiagnosisInput): string[] {
  if (!snapshot) return [...LOOKED_AT];
  const missing: string[] = LOOKED_AT.filter((scope) => snapshot.facts[scope] === undefined);
  const cluster = speaksOfKubernetes(step?.text ?? '') && !hasClusterFacts(snapshot);
  return cluster ? [...missing, 'kubernetes'] : missing;
}

/** Whether the cluster answered: names of contexts alone say nothing of what is in it. */
function hasClusterFacts({ facts, unavailable }: Snapshot): boolean {
  const answered = (facts.kubernetes ?? []).some(({ kind }) => kind !== 'context');
  return answered || !unavailable.some(({ scope }) => scope === 'kubernetes');
}

function programEvidence({ id, at, ...data }: ProgramFact): Evidence {
  const found = data.path === undefined ? 'does not exist' : `is ${data.path}`;
  return { id, at, kind: 'program', summary: `program ${data.name}: ${found}`, data };
}
