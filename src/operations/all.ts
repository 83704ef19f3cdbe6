import type { AgentTool, Toolset } from './agent/tool.ts';
import type { Operation } from './operation.ts';

/**
 * A verb. It is light on purpose: the root help, completion and the suggestion for an unknown verb need only names and summaries,
 * so the operation itself (with zod and all it imports) loads when it is chosen.
 */
export interface OperationRow extends Pick<Operation, 'name' | 'summary' | 'effect'> {
  readonly load: () => Promise<Operation>;
  /** How an agent calls it; absent: only people do. */
  readonly tool?: ToolRow;
}

/** What only an agent calls. */
interface ToolOnlyRow {
  readonly effect: Operation['effect'];
  readonly tool: ToolRow;
}

/** `load` gives everything of a tool that is not here. */
type ToolRow = Pick<AgentTool, 'name' | 'toolset'> & { readonly load: () => Promise<unknown> };

/** A tool, as light as a verb: the server answers `initialize` before any tool is loaded. */
export interface AgentToolRow extends Pick<AgentTool, 'name' | 'toolset' | 'effect'> {
  readonly load: () => Promise<AgentTool>;
}

/** The one list that both front ends read: how a person calls an operation, and how an agent does. */
const rows: readonly (OperationRow | ToolOnlyRow)[] = [
  agentOnly('read', 'runbook_read', async () => (await import('./agent/tools/runbook-read.ts')).runbookRead),
  agentOnly('read', 'env_observe', async () => (await import('./agent/tools/env-observe.ts')).envObserve),
  agentOnly('act', 'apply_step', async () => (await import('./agent/tools/apply-step.ts')).applyStep),
  verb('doctor', 'read', 'say what this machine can do, and how to fix what it cannot', {
    load: async () => (await import('./doctor.ts')).doctor,
  }),
  verb('plan', 'read', 'show what a replay would do, and what is missing for it', {
    load: async () => (await import('./plan.ts')).plan,
  }),
  verb('verify', 'read', 'run every check, change nothing', {
    load: async () => (await import('./verify.ts')).verify,
    tool: tool('verify', 'core', async () => (await import('./agent/tools/verify.ts')).verifyTool),
  }),
  agentOnly(
    'write',
    'problem_resolve',
    async () => (await import('./agent/tools/problem-resolve.ts')).problemResolve,
  ),
  agentOnly('write', 'env_save', async () => (await import('./agent/tools/env-save.ts')).envSave),
  agentOnly('read', 'find_fix', async () => (await import('./agent/tools/find-fix.ts')).findFix),
  verb('replay', 'act', 'bring the box to what the runbook says, in one pass', {
    load: async () => (await import('./replay.ts')).replay,
    tool: tool('replay', 'core', async () => (await import('./agent/tools/replay.ts')).replayTool),
  }),
  agentOnly('read', 'job_read', async () => (await import('./agent/tools/job-read.ts')).jobRead),
  agentOnly('act', 'job_cancel', async () => (await import('./agent/tools/job-read.ts')).jobCancel),
  agentOnly('write', 'escalate', async () => (await import('./agent/tools/escalate.ts')).escalate),
  verb('prove', 'act', 'replay on a clean box, twice, and write the certificate', {
    load: async () => (await import('./prove.ts')).prove,
  }),
  verb('status', 'read', 'show the recorded state of each step on this box', {
    load: async () => (await import('./status.ts')).status,
  }),
  verb('undo', 'act', 'run the Undo parts in reverse for what was done here', {
    load: async () => (await import('./undo.ts')).undo,
  }),
  verb('submit', 'act', 'run a runbook on many boxes from within a cluster, as an Argo Workflow', {
    load: async () => (await import('./submit.ts')).submit,
  }),
  verb('export', 'read', 'write the document in another format, such as a shell script or a Helm chart', {
    load: async () => (await import('./export.ts')).exportDocument,
  }),
  verb('drift', 'read', 'report what changed on the box since the last pass', {
    load: async () => (await import('./drift.ts')).drift,
  }),
  verb('parity', 'read', 'compare two boxes: what differs, what is expected to differ, what is unknown', {
    load: async () => (await import('./parity.ts')).parity,
    tool: tool('parity', 'boxes', async () => (await import('./agent/tools/parity.ts')).parityTool),
  }),
  verb('chaos', 'act', 'inject faults into a throw-away box during a pass, and measure the recovery', {
    load: async () => (await import('./chaos.ts')).chaos,
  }),
  verb('facts', 'act', 'measure the facts again and report changes', {
    load: async () => (await import('./facts.ts')).facts,
  }),
  verb('lint', 'read', 'report errors and risks in a runbook', {
    load: async () => (await import('./lint.ts')).lint,
  }),
  verb('diff', 'read', 'compare two runbooks or sites step by step, with the reason of each difference', {
    load: async () => (await import('./diff.ts')).diff,
  }),
  verb('page', 'read', 'write the document as one web page, with the state of each step', {
    load: async () => (await import('./page.ts')).page,
  }),
  verb('history', 'read', 'list the recorded passes, or show one', {
    load: async () => (await import('./history.ts')).history,
  }),
  verb('logs', 'read', 'print the recorded output of a pass, or of one step', {
    load: async () => (await import('./logs.ts')).logs,
  }),
  verb('schedule list', 'read', 'list the schedules of a document, with their last and next run', {
    load: async () => (await import('./schedule/list.ts')).list,
  }),
  verb('schedule install', 'write', 'install timers for the schedules of a document', {
    load: async () => (await import('./schedule/install.ts')).install,
  }),
  verb('schedule remove', 'write', 'remove the timers of a document', {
    load: async () => (await import('./schedule/remove.ts')).remove,
  }),
  verb('schedule run', 'act', 'run one schedule now, as a timer does', {
    load: async () => (await import('./schedule/run.ts')).run,
  }),
  verb('notify test', 'act', 'send a test message to your targets', {
    load: async () => (await import('./notify/test.ts')).notifyTest,
  }),
  verb('notify deliver', 'write', 'send the messages that wait', {
    load: async () => (await import('./notify/deliver.ts')).deliverNotifications,
  }),
  verb('telemetry send', 'write', 'send a recorded pass to an OpenTelemetry receiver', {
    load: async () => (await import('./telemetry/send.ts')).sendTelemetry,
  }),
  verb('secret set', 'write', 'encrypt a secret next to the document', {
    load: async () => (await import('./secret/set.ts')).setSecret,
  }),
  verb('secret get', 'read', 'show the value of a secret on your terminal', {
    load: async () => (await import('./secret/list.ts')).getSecret,
  }),
  verb('secret list', 'read', 'list the encrypted secrets of a document by name', {
    load: async () => (await import('./secret/list.ts')).listSecrets,
  }),
  verb('secret rotate', 'write', 'replace the value of a secret, and name the steps that use it', {
    load: async () => (await import('./secret/set.ts')).rotateSecret,
  }),
  verb('secret edit', 'write', 'change the encrypted secrets of a document in your editor', {
    load: async () => (await import('./secret/edit.ts')).editSecrets,
  }),
  verb('secret recipients', 'write', 'list, add or remove the public keys that can decrypt', {
    load: async () => (await import('./secret/recipients.ts')).secretRecipients,
  }),
  verb('secret remove', 'write', 'remove an encrypted secret', {
    load: async () => (await import('./secret/list.ts')).removeSecret,
  }),
  verb('approve', 'write', 'let this content run without asking again', {
    load: async () => (await import('./approve.ts')).approve,
  }),
  verb('approvals list', 'read', 'list what may run without asking you: approvals and leases', {
    load: async () => (await import('./approvals/list.ts')).approvalsList,
  }),
  verb('approvals show', 'read', 'show one approval with everything that it lets run', {
    load: async () => (await import('./approvals/show.ts')).approvalsShow,
  }),
  verb('approvals revoke', 'write', 'revoke an approval or a lease', {
    load: async () => (await import('./approvals/revoke.ts')).approvalsRevoke,
  }),
  verb('resume', 'write', 'let an agent continue with a problem that waits for you', {
    load: async () => (await import('./resume.ts')).resume,
  }),
  verb('init', 'write', 'write a first AUTODOCK.md for a folder', {
    load: async () => (await import('./init.ts')).init,
  }),
  verb('box launch', 'act', 'start a clean throw-away box in a container', {
    load: async () => (await import('./boxes/launch.ts')).boxLaunch,
    tool: tool('env_launch', 'boxes', async () => (await import('./boxes/launch.ts')).envLaunch),
  }),
  verb('box list', 'read', 'the boxes that were launched here', {
    load: async () => (await import('./boxes/list.ts')).boxList,
    tool: tool('env_list', 'boxes', async () => (await import('./boxes/list.ts')).envList),
  }),
  verb('box status', 'read', 'one box: its state, image, ports and names', {
    load: async () => (await import('./boxes/status.ts')).boxStatus,
    tool: tool('env_status', 'boxes', async () => (await import('./boxes/status.ts')).envStatus),
  }),
  verb('box stop', 'act', 'stop a box; its files stay', {
    load: async () => (await import('./boxes/stop.ts')).boxStop,
    tool: tool('env_stop', 'boxes', async () => (await import('./boxes/stop.ts')).envStop),
  }),
  verb('box restart', 'act', 'restart a box', {
    load: async () => (await import('./boxes/restart.ts')).boxRestart,
    tool: tool('env_restart', 'boxes', async () => (await import('./boxes/restart.ts')).envRestart),
  }),
  verb('box destroy', 'act', 'remove a box with everything that it wrote', {
    load: async () => (await import('./boxes/destroy.ts')).boxDestroy,
    tool: tool('env_destroy', 'boxes', async () => (await import('./boxes/destroy.ts')).envDestroy),
  }),
  verb('box prune', 'act', 'remove expired boxes and those that killed runs left', {
    load: async () => (await import('./boxes/prune.ts')).boxPrune,
  }),
  verb('box ssh', 'act', 'open a shell in a box', {
    load: async () => (await import('./boxes/ssh.ts')).boxSsh,
  }),
  verb('box logs', 'read', 'show the last lines of the newest logs of a box', {
    load: async () => (await import('./boxes/logs.ts')).boxLogs,
    tool: tool('env_logs', 'boxes', async () => (await import('./boxes/logs.ts')).envLogs),
  }),
  verb('box sync', 'act', 'copy the files of a folder to a box', {
    load: async () => (await import('./boxes/sync.ts')).boxSync,
    tool: tool('env_sync', 'boxes', async () => (await import('./boxes/sync.ts')).envSync),
  }),
  verb('box grant', 'write', 'let a box have secrets, by name', {
    load: async () => (await import('./boxes/grant.ts')).boxGrant,
  }),
  verb('box expose', 'act', 'make a port of a box reachable under a name', {
    load: async () => (await import('./boxes/expose.ts')).boxExpose,
    tool: tool('env_expose', 'boxes', async () => (await import('./boxes/expose.ts')).envExpose),
  }),
  verb('box unexpose', 'act', 'remove the names of a box from the proxy', {
    load: async () => (await import('./boxes/expose.ts')).boxUnexpose,
    tool: tool('env_unexpose', 'boxes', async () => (await import('./boxes/expose.ts')).envUnexpose),
  }),
];

/** Every verb, in the order in which help lists them. */
export const operations: readonly OperationRow[] = rows.filter((row) => 'name' in row);

/** Every tool, in the order in which clients see them: the order of the agent's loop. */
export const agentTools: readonly AgentToolRow[] = rows.flatMap(({ effect, tool }) => {
  if (!tool) return [];
  const row = { name: tool.name, toolset: tool.toolset, effect };
  return [{ ...row, load: async () => ({ ...((await tool.load()) as AgentTool), ...row }) }];
});

/** The row of a verb. Its own types end here: from now on its schema describes it. */
export function verb(
  name: string,
  effect: Operation['effect'],
  summary: string,
  { load, tool }: { readonly load: () => Promise<unknown>; readonly tool?: ToolRow },
): OperationRow {
  const row = { name, effect, summary };
  return { ...row, ...(tool && { tool }), load: async () => ({ ...((await load()) as Operation), ...row }) };
}

function tool(name: string, toolset: Toolset, load: ToolRow['load']): ToolRow {
  return { name, toolset, load };
}

function agentOnly(effect: Operation['effect'], name: string, load: ToolRow['load']): ToolOnlyRow {
  return { effect, tool: tool(name, 'core', load) };
}
