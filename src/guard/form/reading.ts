import type { ScriptWait, Size } from './knobs.ts';

/** What is learned while a script is read from top to bottom. */
export interface ScriptState {
  /** Variables with a literal value in the script. */
  readonly variables: Map<string, string>;
  /** Those that are used in a wait or a size. */
  readonly usedByKnobs: Set<string>;
  readonly waits: ScriptWait[];
  readonly sizes: Size[];
  /** Part of the script could not be parsed. */
  unread: boolean;
  /** The current nesting depth of scripts. */
  depth: number;
}

/** The initial state. */
export function newReading(): ScriptState {
  return { variables: new Map(), usedByKnobs: new Set(), waits: [], sizes: [], unread: false, depth: 0 };
}

/** What remains of a node: a command, a connector, or nothing (`gone`). */
export interface ScriptLine {
  readonly kind: 'command' | 'joint' | 'gone';
  readonly text: string;
  /** It only decides whether a waiting loop continues. */
  readonly steers?: boolean;
  /** The variable, if the line is only an assignment. */
  readonly assigns?: string;
}

/**
 * Resolves variables in an option's value that have a literal value in the script. They are then part of the option.
 */
export function resolve(text: string, reading: ScriptState): string {
  const known = (whole: string, braced?: string, fallback?: string, bare?: string): string => {
    const name = braced ?? bare ?? '';
    const value = reading.variables.get(name);
    if (value !== undefined) reading.usedByKnobs.add(name);
    return value ?? fallback ?? whole;
  };
  return text.replace(/\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g, known);
}

/** A time that is spent several times; zero stays zero. */
export function repeated(ms: number, times: number): number {
  return ms === 0 ? 0 : ms * times;
}
