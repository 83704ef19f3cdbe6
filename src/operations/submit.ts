import { argoObjects } from '../export/argo/objects.ts';
import { asYaml } from '../export/as-yaml.ts';
import { EXIT, type ExitCode } from '../model/diagnostic.ts';
import type { SubmitReport } from '../model/reports/submit-report.ts';
import { requireApproval } from './approval/approval.ts';
import { announceFleet } from './fleet/announce.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { prepare } from './session/session.ts';
import { followWorkflow } from './submit/follow.ts';
import { type SubmitInput, submitInput } from './submit/input.ts';
import { sendObjects } from './submit/send.ts';
import { submissionOf, submissionTarget } from './submit/submission.ts';
import { withCluster } from './submit/with-cluster.ts';

/** Runs the same engine in pods, one box each, ordered by a workflow engine. */
export const submit = defineOperation({
  description:
    'Converts the runbook to an Argo WorkflowTemplate and a Workflow: a task per step in the order of their needs, one step at\n' +
    'a time per box, a pause when a person is needed, secrets only by reference. Sends it with server-side apply to the\n' +
    'cluster of KUBECONFIG, and follows it with a watch.',
  examples: [
    'runbook submit --targets inventory.yaml --image registry.example/runbook@sha256:… --dry-run',
    'runbook submit --targets inventory.yaml --image registry.example/runbook@sha256:… --canary 1',
  ],
  input: submitInput,
  run: (context, flags) => runSubmit(context, flags),
  exit: exitOf,
});

async function runSubmit(context: OperationContext, flags: SubmitInput): Promise<SubmitReport> {
  const prepared = await prepare(context, { file: flags.file, loose: false });
  const submission = await submissionOf(context, prepared, flags);
  const objects = argoObjects(submission);
  const report: SubmitReport = {
    file: prepared.runbook.file,
    engine: flags.engine,
    namespace: flags.namespace,
    workflow: objects.at(-1)!.metadata.name,
    targets: submission.targets.map(({ name }) => name),
  };
  if (flags.dryRun) return { ...report, yaml: asYaml(objects) };
  await requireApproval(context, prepared, flags, submissionTarget(submission, flags.targets));
  return await withCluster(context, prepared.document.folder, async (cluster) => {
    await sendObjects(cluster, objects, context.signal);
    if (flags.detach) return report;
    announceFleet(context, submission);
    const deadline = context.world.now() + submission.deadlineSeconds * 1000;
    return { ...report, ended: await followWorkflow(context, cluster, { ...report, deadline }) };
  });
}

function exitOf({ ended }: SubmitReport): ExitCode {
  return ended === undefined || ended.phase === 'Succeeded' ? EXIT.done : EXIT.failed;
}
