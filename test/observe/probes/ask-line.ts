import { parseCheckLine } from '../../../src/markdown/checks/check-grammar.ts';
import type { ProbeContext } from '../../../src/model/box.ts';
import type { Probe, Verdict } from '../../../src/model/check.ts';
import { runProbe } from '../../../src/observe/local-probes.ts';

/** The probe of a check line. */
export function probeOf(line: string): Probe {
  const { check, diagnostics } = parseCheckLine(line, { file: 'test.md', line: 1, column: 1 });
  if (!check) throw new Error(diagnostics[0]?.message);
  return check.probe;
}

export function contextOf(context: Partial<ProbeContext> = {}): ProbeContext {
  return { env: {}, facts: new Map(), folder: '/', ...context };
}

/** Evaluates the probe of a check line once. */
export function ask(line: string, context: Partial<ProbeContext> = {}): Promise<Verdict> {
  return runProbe(probeOf(line), contextOf(context));
}
