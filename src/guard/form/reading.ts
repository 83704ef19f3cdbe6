import type { Size, Wait } from './knobs.ts';

/** What is learned while a script is read from top to bottom. */
export interface ScriptState {
  /** Variables with a value written in the script. */
  readonly variables: Map<string, string>;
  /** Those of them that a wait or a size is made of. */
  readonly usedByKnobs: Set<string>;
  readonly waits: Wait[];
  readonly sizes: Size[];
  /** Something inside could not be read. */
  unread: boolean;
  /** How many scripts inside scripts are being read. */
  depth: number;
}

/** Nothing read yet. */
export function newReading(): ScriptState {
  return { variables: new Map(), usedByKnobs: new Set(), waits: [], sizes: [], unread: false, depth: 0 };
}

/** What remains of a node: a command, a joint, or nothing (`gone`). */
export interface ScriptLine {
  readonly kind: 'command' | 'joint' | 'gone';
  readonly text: string;
  /** Only decides whether a waiting loop goes on. */
  readonly steers?: boolean;
  /** An assignment alone, to this variable. */
  readonly assigns?: string;
}

/** A knob's value, with variables replaced that are written in the same script; they then belong to the knob. */
export function resolve(text: string, reading: ScriptState): string {
  const known = (whole: string, braced?: string, fallback?: string, bare?: string): string => {
    const name = braced ?? bare ?? '';
    const value = reading.variables.get(name);
    if (value !== undefined) reading.usedByKnobs.add(name);
    return value ?? fallback ?? whole;
  };
  return text.replace(/\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g, known);
}

/** A time that is spent so often; nothing stays nothing, however often. */
export function repeated(ms: number, times: number): number {
  return ms === 0 ? 0 : ms * times;
}
