import type { Finding } from '../../model/finding.ts';

/** Findings that become more precise after inspecting the file that they are about. */
const ABOUT_PROGRAMS = new Set(['interpreter-missing', 'exec-format', 'program-missing', 'not-executable']);

/** Programs that should be inspected with `inspectProgram` before a second diagnosis, at most eight. Pure. */
export function namedPrograms(findings: readonly Finding[]): string[] {
  const named = findings
    .filter(({ code }) => ABOUT_PROGRAMS.has(code))
    .flatMap(({ subject }) => subject ?? []);
  return [...new Set(named)].slice(0, 8);
}
