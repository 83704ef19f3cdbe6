import type { ChildProcess } from 'node:child_process';
import type { Diagnostic } from '../../model/diagnostic.ts';

/** Runs programs on another box, through an ssh connection or a container engine's exec. */
export interface BoxLink {
  readonly kind: 'ssh' | 'container';
  /** For messages: `ssh://root@host`, `container:web`. */
  readonly name: string;
  /** Milliseconds within which a session must send its greeting. */
  readonly greetingMs: number;
  /** Maximum number of sessions open at the same time. */
  readonly mostSessions: number;
  /** Starts `sh -c COMMAND` on the box with its three streams piped to us. The command must not need quoting. */
  start(command: string): ChildProcess;
  /** The same, on the person's terminal. */
  startOnTerminal(command: string): ChildProcess;
  /** Explains why a session ended before its greeting, from its exit code and its output. */
  explain(code: number | undefined, output: string): Diagnostic;
  /** Removes what the link keeps on this machine. Sessions end on their own. */
  close(): Promise<void>;
}
