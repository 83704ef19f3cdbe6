import type { ChildProcess } from 'node:child_process';
import type { Diagnostic } from '../../model/diagnostic.ts';

/** A way to run programs on another box: an ssh connection, or an engine's exec. */
export interface BoxLink {
  readonly kind: 'ssh' | 'container';
  /** For messages: `ssh://root@host`, `container:web`. */
  readonly name: string;
  /** Milliseconds within which a session has to greet. */
  readonly greetingMs: number;
  /** Most sessions that may be open at once. */
  readonly mostSessions: number;
  /** Starts `sh -c COMMAND` there, its three streams being ours. The command needs no quoting of its own. */
  start(command: string): ChildProcess;
  /** The same on the person's terminal. */
  startOnTerminal(command: string): ChildProcess;
  /** What the end of a session before its greeting means, by its exit code and what it said. */
  explain(code: number | undefined, said: string): Diagnostic;
  /** Removes what the link keeps on this machine; sessions end by themselves. */
  close(): Promise<void>;
}
