import type { AgentTool, Toolset } from './agent/tool.ts';
import type { Operation } from './operation.ts';

/**
 * A verb. It is light on purpose: the root help, completion and the suggestion for an unknown verb need only names and summaries,
 * so the operation itself (with zod and all it imports) loads when it is chosen. A test compares name, summary and effect with the
 * loaded operation.
 */
export interface OperationRow {
  readonly name: string;
  readonly summary: string;
  readonly effect: Operation['effect'];
  readonly load: () => Promise<Operation>;
  /** How an agent calls it; absent: only people do. */
  readonly tool?: LoadedTool;
}

/** What only an agent calls. */
interface ToolOnlyRow {
  readonly effect: Operation['effect'];
  readonly tool: LoadedTool;
}

type LoadedTool = Pick<AgentToolRow, 'name' | 'toolset' | 'load'>;

/** A tool, as light as a verb: the server answers `initialize` before any tool is loaded. */
export interface AgentToolRow {
  readonly name: string;
  readonly toolset: Toolset;
  readonly effect: AgentTool['effect'];
  readonly load: () => Promise<AgentTool>;
}

/** The one list that both front ends read: how a person calls an operation, and how an agent does. */
const rows: readonly (OperationRow | ToolOnlyRow)[] = [
  {
    effect: 'read',
    tool: tool(
      'runbook_read',
      'core',
      async () => (await import('./agent/tools/runbook-read.ts')).runbookRead,
    ),
  },
  {
    effect: 'read',
    tool: tool('env_observe', 'core', async () => (await import('./agent/tools/env-observe.ts')).envObserve),
  },
  {
    effect: 'act',
    tool: tool('apply_step', 'core', async () => (await import('./agent/tools/apply-step.ts')).applyStep),
  },
  {
    name: 'doctor',
    summary: 'say what this machine can do, and how to fix what it cannot',
    effect: 'read',
    load: async () => (await import('./doctor.ts')).doctor as unknown as Operation,
  },
  {
    name: 'plan',
    summary: 'show what a replay would do, and what is missing for it',
    effect: 'read',
    load: async () => (await import('./plan.ts')).plan as unknown as Operation,
  },
  {
    name: 'verify',
    summary: 'run every check, change nothing',
    effect: 'read',
    load: async () => (await import('./verify.ts')).verify as unknown as Operation,
    tool: tool('verify', 'core', async () => (await import('./agent/tools/verify.ts')).verifyTool),
  },
  {
    effect: 'write',
    tool: tool(
      'problem_resolve',
      'core',
      async () => (await import('./agent/tools/problem-resolve.ts')).problemResolve,
    ),
  },
  {
    effect: 'write',
    tool: tool('env_save', 'core', async () => (await import('./agent/tools/env-save.ts')).envSave),
  },
  {
    effect: 'read',
    tool: tool('find_fix', 'core', async () => (await import('./agent/tools/find-fix.ts')).findFix),
  },
  {
    name: 'replay',
    summary: 'bring the box to what the runbook says, in one pass',
    effect: 'act',
    load: async () => (await import('./replay.ts')).replay as unknown as Operation,
    tool: tool('replay', 'core', async () => (await import('./agent/tools/replay.ts')).replayTool),
  },
  {
    effect: 'read',
    tool: tool('job_read', 'core', async () => (await import('./agent/tools/job-read.ts')).jobRead),
  },
  {
    effect: 'act',
    tool: tool('job_cancel', 'core', async () => (await import('./agent/tools/job-read.ts')).jobCancel),
  },
  {
    effect: 'write',
    tool: tool('escalate', 'core', async () => (await import('./agent/tools/escalate.ts')).escalate),
  },
  {
    name: 'prove',
    summary: 'replay on a clean box, twice, and write the certificate',
    effect: 'act',
    load: async () => (await import('./prove.ts')).prove as unknown as Operation,
  },
  {
    name: 'status',
    summary: 'show the recorded state of each step on this box',
    effect: 'read',
    load: async () => (await import('./status.ts')).status as unknown as Operation,
  },
  {
    name: 'undo',
    summary: 'run the Undo parts in reverse for what was done here',
    effect: 'act',
    load: async () => (await import('./undo.ts')).undo as unknown as Operation,
  },
  {
    name: 'submit',
    summary: 'run a runbook on many boxes from within a cluster, as an Argo Workflow',
    effect: 'act',
    load: async () => (await import('./submit.ts')).submit as unknown as Operation,
  },
  {
    name: 'export',
    summary: 'write the document in another format, such as a shell script or a Helm chart',
    effect: 'read',
    load: async () => (await import('./export.ts')).exportDocument as unknown as Operation,
  },
  {
    name: 'drift',
    summary: 'report what changed on the box since the last pass',
    effect: 'read',
    load: async () => (await import('./drift.ts')).drift as unknown as Operation,
  },
  {
    name: 'parity',
    summary: 'compare two boxes: what differs, what is expected to differ, what is unknown',
    effect: 'read',
    load: async () => (await import('./parity.ts')).parity as unknown as Operation,
    tool: tool('parity', 'boxes', async () => (await import('./agent/tools/parity.ts')).parityTool),
  },
  {
    name: 'chaos',
    summary: 'inject faults into a throw-away box during a pass, and measure the recovery',
    effect: 'act',
    load: async () => (await import('./chaos.ts')).chaos as unknown as Operation,
  },
  {
    name: 'facts',
    summary: 'measure the facts again and report changes',
    effect: 'act',
    load: async () => (await import('./facts.ts')).facts as unknown as Operation,
  },
  {
    name: 'lint',
    summary: 'report errors and risks in a runbook',
    effect: 'read',
    load: async () => (await import('./lint.ts')).lint as unknown as Operation,
  },
  {
    name: 'diff',
    summary: 'compare two runbooks or sites step by step, with the reason of each difference',
    effect: 'read',
    load: async () => (await import('./diff.ts')).diff as unknown as Operation,
  },
  {
    name: 'page',
    summary: 'write the document as one web page, with the state of each step',
    effect: 'read',
    load: async () => (await import('./page.ts')).page as unknown as Operation,
  },
  {
    name: 'history',
    summary: 'list the recorded passes, or show one',
    effect: 'read',
    load: async () => (await import('./history.ts')).history as unknown as Operation,
  },
  {
    name: 'logs',
    summary: 'print the recorded output of a pass, or of one step',
    effect: 'read',
    load: async () => (await import('./logs.ts')).logs as unknown as Operation,
  },
  {
    name: 'schedule list',
    summary: 'list the schedules of a document, with their last and next run',
    effect: 'read',
    load: async () => (await import('./schedule/list.ts')).list as unknown as Operation,
  },
  {
    name: 'schedule install',
    summary: 'install timers for the schedules of a document',
    effect: 'write',
    load: async () => (await import('./schedule/install.ts')).install as unknown as Operation,
  },
  {
    name: 'schedule remove',
    summary: 'remove the timers of a document',
    effect: 'write',
    load: async () => (await import('./schedule/remove.ts')).remove as unknown as Operation,
  },
  {
    name: 'schedule run',
    summary: 'run one schedule now, as a timer does',
    effect: 'act',
    load: async () => (await import('./schedule/run.ts')).run as unknown as Operation,
  },
  {
    name: 'notify test',
    summary: 'send a test message to your targets',
    effect: 'act',
    load: async () => (await import('./notify/test.ts')).notifyTest as unknown as Operation,
  },
  {
    name: 'notify deliver',
    summary: 'send the messages that wait',
    effect: 'write',
    load: async () => (await import('./notify/deliver.ts')).deliverNotifications as unknown as Operation,
  },
  {
    name: 'telemetry send',
    summary: 'send a recorded pass to an OpenTelemetry receiver',
    effect: 'write',
    load: async () => (await import('./telemetry/send.ts')).sendTelemetry as unknown as Operation,
  },
  {
    name: 'secret set',
    summary: 'encrypt a secret next to the document',
    effect: 'write',
    load: async () => (await import('./secret/set.ts')).setSecret as unknown as Operation,
  },
  {
    name: 'secret get',
    summary: 'show the value of a secret on your terminal',
    effect: 'read',
    load: async () => (await import('./secret/list.ts')).getSecret as unknown as Operation,
  },
  {
    name: 'secret list',
    summary: 'list the encrypted secrets of a document by name',
    effect: 'read',
    load: async () => (await import('./secret/list.ts')).listSecrets as unknown as Operation,
  },
  {
    name: 'secret rotate',
    summary: 'replace the value of a secret, and name the steps that use it',
    effect: 'write',
    load: async () => (await import('./secret/set.ts')).rotateSecret as unknown as Operation,
  },
  {
    name: 'secret recipients',
    summary: 'list, add or remove the public keys that can decrypt',
    effect: 'write',
    load: async () => (await import('./secret/recipients.ts')).secretRecipients as unknown as Operation,
  },
  {
    name: 'secret remove',
    summary: 'remove an encrypted secret',
    effect: 'write',
    load: async () => (await import('./secret/list.ts')).removeSecret as unknown as Operation,
  },
  {
    name: 'approve',
    summary: 'let this content run without asking again',
    effect: 'write',
    load: async () => (await import('./approve.ts')).approve as unknown as Operation,
  },
  {
    name: 'approvals list',
    summary: 'list what may run without asking you: approvals and leases',
    effect: 'read',
    load: async () => (await import('./approvals/list.ts')).approvalsList as unknown as Operation,
  },
  {
    name: 'approvals show',
    summary: 'show one approval with everything that it lets run',
    effect: 'read',
    load: async () => (await import('./approvals/show.ts')).approvalsShow as unknown as Operation,
  },
  {
    name: 'approvals revoke',
    summary: 'revoke an approval or a lease',
    effect: 'write',
    load: async () => (await import('./approvals/revoke.ts')).approvalsRevoke as unknown as Operation,
  },
  {
    name: 'resume',
    summary: 'let an agent continue with a problem that waits for you',
    effect: 'write',
    load: async () => (await import('./resume.ts')).resume as unknown as Operation,
  },
  {
    name: 'init',
    summary: 'write a first AUTODOCK.md for a folder',
    effect: 'write',
    load: async () => (await import('./init.ts')).init as unknown as Operation,
  },
  {
    name: 'box launch',
    summary: 'start a clean throw-away box in a container',
    effect: 'act',
    load: async () => (await import('./boxes/launch.ts')).boxLaunch as unknown as Operation,
    tool: tool('env_launch', 'boxes', async () => (await import('./boxes/launch.ts')).envLaunch),
  },
  {
    name: 'box list',
    summary: 'the boxes that were launched here',
    effect: 'read',
    load: async () => (await import('./boxes/list.ts')).boxList as unknown as Operation,
    tool: tool('env_list', 'boxes', async () => (await import('./boxes/list.ts')).envList),
  },
  {
    name: 'box status',
    summary: 'one box: its state, image, ports and names',
    effect: 'read',
    load: async () => (await import('./boxes/status.ts')).boxStatus as unknown as Operation,
    tool: tool('env_status', 'boxes', async () => (await import('./boxes/status.ts')).envStatus),
  },
  {
    name: 'box stop',
    summary: 'stop a box; its files stay',
    effect: 'act',
    load: async () => (await import('./boxes/stop.ts')).boxStop as unknown as Operation,
    tool: tool('env_stop', 'boxes', async () => (await import('./boxes/stop.ts')).envStop),
  },
  {
    name: 'box restart',
    summary: 'restart a box',
    effect: 'act',
    load: async () => (await import('./boxes/restart.ts')).boxRestart as unknown as Operation,
    tool: tool('env_restart', 'boxes', async () => (await import('./boxes/restart.ts')).envRestart),
  },
  {
    name: 'box destroy',
    summary: 'remove a box with everything that it wrote',
    effect: 'act',
    load: async () => (await import('./boxes/destroy.ts')).boxDestroy as unknown as Operation,
    tool: tool('env_destroy', 'boxes', async () => (await import('./boxes/destroy.ts')).envDestroy),
  },
  {
    name: 'box prune',
    summary: 'remove expired boxes and those that killed runs left',
    effect: 'act',
    load: async () => (await import('./boxes/prune.ts')).boxPrune as unknown as Operation,
  },
  {
    name: 'box ssh',
    summary: 'open a shell in a box',
    effect: 'act',
    load: async () => (await import('./boxes/ssh.ts')).boxSsh as unknown as Operation,
  },
  {
    name: 'box logs',
    summary: 'show the last lines of the newest logs of a box',
    effect: 'read',
    load: async () => (await import('./boxes/logs.ts')).boxLogs as unknown as Operation,
    tool: tool('env_logs', 'boxes', async () => (await import('./boxes/logs.ts')).envLogs),
  },
  {
    name: 'box sync',
    summary: 'copy the files of a folder to a box',
    effect: 'act',
    load: async () => (await import('./boxes/sync.ts')).boxSync as unknown as Operation,
    tool: tool('env_sync', 'boxes', async () => (await import('./boxes/sync.ts')).envSync),
  },
  {
    name: 'box grant',
    summary: 'let a box have secrets, by name',
    effect: 'write',
    load: async () => (await import('./boxes/grant.ts')).boxGrant as unknown as Operation,
  },
  {
    name: 'box expose',
    summary: 'make a port of a box reachable under a name',
    effect: 'act',
    load: async () => (await import('./boxes/expose.ts')).boxExpose as unknown as Operation,
    tool: tool('env_expose', 'boxes', async () => (await import('./boxes/expose.ts')).envExpose),
  },
  {
    name: 'box unexpose',
    summary: 'remove the names of a box from the proxy',
    effect: 'act',
    load: async () => (await import('./boxes/expose.ts')).boxUnexpose as unknown as Operation,
    tool: tool('env_unexpose', 'boxes', async () => (await import('./boxes/expose.ts')).envUnexpose),
  },
];

/** Every verb, in the order in which help lists them. */
export const operations: readonly OperationRow[] = rows.filter((row) => 'name' in row);

/** Every tool, in the order in which clients see them: the order of the agent's loop. */
export const agentTools: readonly AgentToolRow[] = rows.flatMap(({ effect, tool }) =>
  tool ? [{ ...tool, effect }] : [],
);

/** A tool's own types end here: from now on its schemas describe it. */
function tool(name: string, toolset: Toolset, load: () => Promise<unknown>): LoadedTool {
  return { name, toolset, load: load as () => Promise<AgentTool> };
}
