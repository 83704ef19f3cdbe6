import type { Duplex } from 'node:stream';
import type { BoxState } from './box-state.ts';
import type { Probe, Verdict } from './check.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { ShellRequest, ShellResult } from './shell.ts';

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

/**
 * Whether what runs here needs a person's word. `sandbox`: a box that runbook launched, so drafts run. `guarded`: this
 * machine, ssh hosts and other containers.
 */
export type BoxPolicy = 'sandbox' | 'guarded';

/** A program for the engine itself, not one of the document's: it reads, or it carries what the engine writes. */
export interface Program {
  /** What to run: an argument list, or the text of a POSIX shell script. */
  readonly run: readonly string[] | string;
  /** Its standard input; nothing, if none is given. */
  readonly input?: Buffer | string;
  /** Milliseconds; 60 seconds if none are given. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** How a program ended. `code` is 124 after a timeout, 127 where there is no such program, 255 where the box is lost. */
export interface ProgramResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** How a connection is made. */
export interface ConnectOptions {
  /** Milliseconds until it has to be open; 10 seconds if none are given. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The machine that a runbook works on: this one, a container or an ssh host. All answer the same questions. */
export interface Box {
  readonly identity: BoxIdentity;
  readonly kind: 'local' | 'container' | 'ssh';
  readonly policy: BoxPolicy;
  /** On the box: where relative paths and the first fence start. Here the document's folder, elsewhere its workspace. */
  readonly folder: string;
  /** What a person should know of it before anything runs there, such as a clock that is far off. */
  readonly remarks?: readonly Diagnostic[];
  /** What the box keeps of runbook itself. */
  readonly state: BoxState;
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
  /** Runs a program of the engine's own to its end, in one round trip. Never throws: a failure is a result. */
  exec(program: Program): Promise<ProgramResult>;
  /**
   * A TCP connection as the box itself would make it, open when this resolves.
   * @throws an error with the system's `code` (ECONNREFUSED, ETIMEDOUT, ENOTFOUND, …), or ENOTSUP: this box cannot lend one
   */
  connect(host: string, port: number, options?: ConnectOptions): Promise<Duplex>;
  /** Asks a typed probe once. Never throws: what cannot be asked is `unknown`. */
  ask(probe: Probe, context: ProbeContext): Promise<Verdict>;
  /** Resolves when the probe's answer may have changed (a file event, a process exit, a back-off step), or at the deadline. */
  changed(probe: Probe, context: ProbeContext, attempt: number, deadline: number): Promise<void>;
  /**
   * The Kubernetes cluster that this environment names on the box, its connections shared with the probes.
   * @throws ClusterTrouble (cluster/trouble): no kubeconfig, or a context that the person has not allowed
   */
  cluster?(context: Pick<ProbeContext, 'env' | 'folder'>): Promise<Cluster>;
  /** Ends helper processes; what steps left running stays. */
  close(): Promise<void>;
}
