import type { Duplex } from 'node:stream';
import type { BoxState } from './box-state.ts';
import type { Probe, Verdict } from './check.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { OwnProgram } from './own-program.ts';
import type { ShellRequest, ShellResult } from './shell.ts';

/** The identity of a box: a random id stored on the box outside the project. */
export interface BoxIdentity {
  readonly id: string;
  /** Display name: `local`, a host name or a container name. */
  readonly name: string;
}

/** What a file action and the file probe need to know. An `undefined` answer means that the file does not exist. */
export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'other';
  /** Permission bits, such as 0o644. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly bytes: number;
}

/** A background process that a step left running. `start` distinguishes it from another process that reuses its pid. */
export interface BackgroundProcess {
  readonly pid: number;
  readonly start: string;
  /** Path of its output. */
  readonly log: string;
}

/** What a probe may read in addition to the box itself. */
export interface ProbeContext {
  /** Variables for a probe: the front matter's env (PATH, KUBECONFIG) overrides the box's. */
  readonly env: Readonly<Record<string, string>>;
  /** Recorded facts by name. */
  readonly facts: ReadonlyMap<string, string>;
  /** Base of relative paths. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  /** An agent wrote the check and no person approved it; absent: a person did, or the document. */
  readonly evaluatedBy?: 'agent';
}

/**
 * Whether running code here needs a person's approval. `sandbox`: launched by runbook, so drafts run. `guarded`: this
 * machine, ssh hosts and other containers.
 */
export type BoxPolicy = 'sandbox' | 'guarded';

/**
 * How a program ended. `code` is 124 after a timeout, 127 if the program does not exist, 255 if the connection to the
 * box was lost.
 */
export interface ProgramResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Options of `Box.connect`. */
export interface ConnectOptions {
  /** Milliseconds in which the connection must open; default 10 seconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The machine that a runbook works on: this one, a container or an ssh host. All implement the same interface. */
export interface Box {
  readonly identity: BoxIdentity;
  readonly kind: 'local' | 'container' | 'ssh';
  readonly policy: BoxPolicy;
  /**
   * The base of relative paths and the first fence's directory. Locally the document's folder; on other boxes its
   * workspace.
   */
  readonly folder: string;
  /** What a person should know before anything runs on the box, such as a clock that is wrong. */
  readonly remarks?: readonly Diagnostic[];
  /** The state that runbook stores on the box. */
  readonly state: BoxState;
  /** Environment that every fence starts from. */
  readonly baseline: Readonly<Record<string, string>>;
  /** Runs one fence to its end. Several may run at once. */
  run(request: ShellRequest): Promise<ShellResult>;
  /** Runs one fence on the person's terminal; rejects without a terminal. */
  interact(request: ShellRequest): Promise<ShellResult>;
  /** Starts a fence in its own session and returns once it runs. */
  background(request: ShellRequest, log: string): Promise<BackgroundProcess>;
  alive(process: BackgroundProcess): Promise<boolean>;
  /** Stops the whole session of a background process and waits for its end. */
  stop(process: BackgroundProcess): Promise<void>;
  read(path: string): Promise<Buffer | undefined>;
  status(path: string): Promise<FileStatus | undefined>;
  /** Whether the file belongs to `user`, `user:group` or `:group` (names or numbers). */
  owns(owner: string, status: FileStatus): Promise<boolean>;
  /** Writes atomically: temporary file, fsync, rename. Follows symlinks and creates parent folders. */
  write(path: string, content: Buffer, options: { mode: number; owner?: string }): Promise<void>;
  /** Runs one of the engine's own programs to its end, in one round trip. Never throws: a failure is a result. */
  exec(program: OwnProgram): Promise<ProgramResult>;
  /**
   * A TCP connection from the box itself, open when this resolves.
   *
   * @throws an error with the system's `code` (ECONNREFUSED, ETIMEDOUT, ENOTFOUND, …), or ENOTSUP if this box cannot
   * forward connections.
   */
  connect(host: string, port: number, options?: ConnectOptions): Promise<Duplex>;
  /** Evaluates a typed probe once. Never throws: a probe that cannot be evaluated is `unknown`. */
  ask(probe: Probe, context: ProbeContext): Promise<Verdict>;
  /**
   * Resolves when the probe's answer may have changed (file event, process exit, back-off step), or at the deadline.
   */
  changed(probe: Probe, context: ProbeContext, attempt: number, deadline: number): Promise<void>;
  /**
   * The Kubernetes cluster that this environment selects on the box. Shares its connections with the probes.
   *
   * @throws ClusterError (cluster/errors) without a kubeconfig, or for a context that the person has not allowed.
   */
  cluster?(context: Pick<ProbeContext, 'env' | 'folder'>): Promise<Cluster>;
  /** Ends helper processes. Processes that steps left running continue. */
  close(): Promise<void>;
}
