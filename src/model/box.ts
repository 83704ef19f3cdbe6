import type { Probe, Verdict } from './check.ts';
import type { ShellRequest, ShellResult, ShellState } from './shell.ts';

/** Who a box is: a random id written on the box outside the project. */
export interface BoxIdentity {
  readonly id: string;
  /** For people: `local`, a host name, a container's name. */
  readonly name: string;
}

/** What a file action and the file probe need to know. `undefined` answers mean: there is none. */
export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'other';
  /** Permission bits, such as 0o644. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly bytes: number;
}

/** A background process that a step left running. `start` tells a reused pid from the same process. */
export interface BackgroundProcess {
  readonly pid: number;
  readonly start: string;
  /** Where its output goes. */
  readonly log: string;
}

/** What a probe may look up besides the box itself. */
export interface ProbeContext {
  /** Variables that a probe sees: the front matter's env (PATH, KUBECONFIG) over the box's. */
  readonly env: Readonly<Record<string, string>>;
  /** Recorded facts by name. */
  readonly facts: ReadonlyMap<string, string>;
  /** Relative paths start here. */
  readonly folder: string;
  readonly signal?: AbortSignal;
}

/** The machine that a runbook works on. Local today; containers and ssh hosts answer the same questions. */
export interface Box {
  readonly identity: BoxIdentity;
  /** Environment that every fence starts from. */
  readonly baseline: Readonly<Record<string, string>>;
  /** Runs one fence to its end. Several may run at once. */
  run(request: ShellRequest): Promise<ShellResult>;
  /** Runs one fence with the person's terminal; rejects if there is none. */
  interact(request: ShellRequest): Promise<ShellResult>;
  /** Starts a fence in its own session and returns once it lives. */
  background(request: ShellRequest, log: string): Promise<BackgroundProcess>;
  alive(process: BackgroundProcess): Promise<boolean>;
  /** Ends the whole session of a background process, and waits for that. */
  stop(process: BackgroundProcess): Promise<void>;
  read(path: string): Promise<Buffer | undefined>;
  status(path: string): Promise<FileStatus | undefined>;
  /** Whether `user`, `user:group` or `:group` (names or numbers) is who the file belongs to. */
  owns(owner: string, status: FileStatus): Promise<boolean>;
  /** Atomic: temporary file, fsync, rename; symlinks are followed; parent folders are made. */
  write(path: string, content: Buffer, options: { mode: number; owner?: string }): Promise<void>;
  /** Asks a typed probe once. Never throws: what cannot be asked is `unknown`. */
  ask(probe: Probe, context: ProbeContext): Promise<Verdict>;
  /** Resolves when the probe's answer may have changed (a file event, a process exit, a back-off step), or at the deadline. */
  changed(probe: Probe, context: ProbeContext, attempt: number, deadline: number): Promise<void>;
  /** Ends helper processes; what steps left running stays. */
  close(): Promise<void>;
}

export type { ShellState };
