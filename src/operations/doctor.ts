import { z } from 'zod';
import { EXIT } from '../model/diagnostic.ts';
import type { DoctorCheck, DoctorReport } from '../model/reports/doctor.ts';
import { claudeChecks } from './doctor/claude-checks.ts';
import { clusterCheck } from './doctor/cluster-check.ts';
import { folderChecks } from './doctor/folder-checks.ts';
import { programChecks } from './doctor/program-checks.ts';
import { defineOperation } from './operation.ts';

/** Says what this machine can do, and how to fix what it cannot. */
export const doctor = defineOperation({
  description:
    'Looks for node, bash, git, a container engine, ssh, Kubernetes contexts, Claude Code and its configuration in this folder,\n' +
    'and checks who may read the folders in which runbook keeps its state. Starts only programs that print their version or list\n' +
    'containers. Exit code 3 if something is broken that runbook itself needs.',
  examples: ['runbook doctor', 'runbook doctor --json'],
  input: z.object({}),
  run: async ({ world }): Promise<DoctorReport> => {
    const found = await Promise.all([
      programChecks(world),
      clusterCheck(world),
      claudeChecks(world),
      folderChecks(world),
    ]);
    const checks = found.flat();
    const count = (verdict: DoctorCheck['verdict']) =>
      checks.filter((each) => each.verdict === verdict).length;
    return { checks, summary: { ok: count('ok'), missing: count('missing'), broken: count('broken') } };
  },
  exit: ({ summary }) => (summary.broken > 0 ? EXIT.person : EXIT.done),
});
