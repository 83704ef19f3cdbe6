import type { AgentResource } from './resource.ts';
import type { AgentTool, Toolset } from './tool.ts';

/** A row of the one list of tools. It is light, so that the server answers `initialize` before any tool is loaded. */
export interface AgentToolRow {
  readonly name: string;
  readonly toolset: Toolset;
  readonly effect: AgentTool['effect'];
  readonly load: () => Promise<AgentTool>;
}

/** Every tool, in the order in which clients see them: the order of the loop. */
export const agentTools: readonly AgentToolRow[] = [
  row('runbook_read', 'read', async () => (await import('./tools/runbook-read.ts')).runbookRead),
  row('env_observe', 'read', async () => (await import('./tools/env-observe.ts')).envObserve),
  row('apply_step', 'act', async () => (await import('./tools/apply-step.ts')).applyStep),
  row('verify', 'read', async () => (await import('./tools/verify.ts')).verify),
  row('problem_resolve', 'write', async () => (await import('./tools/problem-resolve.ts')).problemResolve),
  row('env_save', 'write', async () => (await import('./tools/env-save.ts')).envSave),
  row('find_fix', 'read', async () => (await import('./tools/find-fix.ts')).findFix),
  row('replay', 'act', async () => (await import('./tools/replay.ts')).replay),
  row('job_read', 'read', async () => (await import('./tools/job-read.ts')).jobRead),
  row('job_cancel', 'act', async () => (await import('./tools/job-read.ts')).jobCancel),
  row('escalate', 'write', async () => (await import('./tools/escalate.ts')).escalate),
  boxes('env_launch', 'act', async () => (await import('./tools/boxes.ts')).envLaunch),
  boxes('env_list', 'read', async () => (await import('./tools/boxes.ts')).envList),
  boxes('env_status', 'read', async () => (await import('./tools/boxes.ts')).envStatus),
  boxes('env_logs', 'read', async () => (await import('./tools/boxes.ts')).envLogs),
  boxes('env_stop', 'act', async () => (await import('./tools/boxes.ts')).envStop),
  boxes('env_restart', 'act', async () => (await import('./tools/boxes.ts')).envRestart),
  boxes('env_destroy', 'act', async () => (await import('./tools/boxes.ts')).envDestroy),
  boxes('env_sync', 'act', async () => (await import('./tools/boxes.ts')).envSync),
  boxes('env_expose', 'act', async () => (await import('./tools/boxes.ts')).envExpose),
  boxes('env_unexpose', 'act', async () => (await import('./tools/boxes.ts')).envUnexpose),
  boxes('parity', 'read', async () => (await import('./tools/parity.ts')).parity),
];

/** Every resource, in the order in which clients see them. */
export const agentResources: readonly (() => Promise<AgentResource>)[] = [
  async () => (await import('./resources.ts')).documentResource,
  async () => (await import('./resources.ts')).stepResource,
  async () => (await import('./resources.ts')).jobLogResource,
  async () => (await import('./resources.ts')).snapshotResource,
];

/** The life of boxes, offered where the person who started the server asked for it. */
function boxes(name: string, effect: AgentTool['effect'], load: () => Promise<unknown>): AgentToolRow {
  return { ...row(name, effect, load), toolset: 'boxes' };
}

/** The core of the loop. A tool's own types end here: from now on its schemas speak for it. */
function row(name: string, effect: AgentTool['effect'], load: () => Promise<unknown>): AgentToolRow {
  return { name, toolset: 'core', effect, load: load as () => Promise<AgentTool> };
}
