import type { Box, BoxIdentity } from './model/box.ts';
import type { BoxTarget } from './model/box-target.ts';

/**
 * Everything outside the program, behind one interface, so that operations name what they touch
 * and a test can replace what cannot be made to fail on demand. The real one is src/local-world.ts.
 */
export interface World {
  /** Where relative paths of the command line start. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Version of this program, for the journal. */
  readonly version: string;
  readonly folders: {
    /** On the box, outside every project: its identity, its lock, its counters. */
    readonly box: string;
    /** The person's own, outside every project: approvals, keys. */
    readonly person: string;
  };
  /** Milliseconds since the epoch. */
  now(): number;
  /** The person at the terminal; undefined without a terminal (piped, CI, MCP). */
  readonly person?: Person;
  /** Who this machine is, without opening it. `lookOnly` as in `OpenBox`. */
  identify(readOnly?: boolean): Promise<BoxIdentity>;
  /** Opens a file in the person's browser. False: this machine has no program for it, or no desktop. */
  openFile?(path: string): Promise<boolean>;
  /** Opens the box that a runbook works on. */
  openBox(options: OpenBox): Promise<Box>;
}

/** How a box is opened. */
export interface OpenBox {
  /** Which box; this machine if none is named. */
  readonly target?: BoxTarget;
  /** The document's folder. On this machine relative paths and the first fence start there; see `Box.folder`. */
  readonly folder: string;
  /** Variables that every fence gets in addition to the process's: front matter env, facts, inputs. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * What another box than this machine gets in their place, asked once it has said who it is and before anything of it is
   * sent: a secret goes only where a person let it.
   */
  readonly envFor?: (box: BoxIdentity) => Promise<Readonly<Record<string, string>>>;
  /** The person who may be asked for a password or about a host key. Without it, no one is asked. */
  readonly person?: Person;
  /** Nothing may be written, not even the id of a box that has none yet; it then has one for this process alone. */
  readonly readOnly?: boolean;
}

/** A terminal with somebody at it. */
export interface Person {
  /** Asks yes or no. */
  confirm(question: string): Promise<boolean>;
  /** Asks for a line; `secret`: without echo. */
  ask(question: string, options?: { secret?: boolean }): Promise<string>;
  /** One of several answers, by its first letter. */
  choose(question: string, answers: readonly string[]): Promise<string>;
  /** Shows a text in a pager, until the person closes it. */
  view?(text: string): Promise<void>;
  /** Lends the terminal to something that talks to the person itself (an interactive fence): nothing is drawn meanwhile. */
  withTerminal<T>(work: () => Promise<T>): Promise<T>;
}
