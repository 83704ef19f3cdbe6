import type { Evidence, Finding } from '../../model/finding.ts';
import type { ShellResult } from '../../model/shell.ts';
import type { DiagnosisInput } from './diagnosis-input.ts';
import { checkEvidence, exitEvidence, lineEvidence, logEvidence, rowEvidence } from './failure-context.ts';

/**
 * The evidence of the attempt itself that findings cite: its end, its checks, rows of the connection matrix and lines
 * of its output. Pure.
 */
export function attemptEvidence(input: DiagnosisInput, findings: readonly Finding[]): Evidence[] {
  const cited = new Set(findings.flatMap(({ evidence }) => evidence));
  const all = [
    ...endOf(input),
    ...checksOf(input),
    ...rowsOf(input),
    ...linesOf(input),
    ...logLinesOf(input),
    ...packetRulesOf(input),
    ...textFaultsOf(input),
    ...pathsOf(input),
  ];
  return all.filter(({ id }) => cited.has(id));
}

function endOf(input: DiagnosisInput): Evidence[] {
  if (input.end === undefined) return [];
  return [
    {
      id: exitEvidence(input),
      kind: 'exit',
      summary: describeEnd(input.end),
      at: input.at,
      data: { ...input.end },
    },
  ];
}

function describeEnd(end: ShellResult['end']): string {
  switch (end.kind) {
    case 'exit':
      return `exit code ${end.code}`;
    case 'timeout':
      return `stopped by its time limit after ${end.afterMs / 1000} s`;
    case 'aborted':
      return 'aborted';
    case 'disconnected':
      return end.reason;
    case 'unstartable':
      return `could not be started: ${end.reason}`;
  }
}

function checksOf(input: DiagnosisInput): Evidence[] {
  return input.checks.map(({ check, verdict, observed, expected, class: kind }, index) => ({
    id: checkEvidence(input, index),
    kind: 'check',
    summary: `${verdict}: ${check}: ${observed}`,
    at: input.at,
    data: { check, verdict, observed, expected, class: kind },
  }));
}

function rowsOf(input: DiagnosisInput): Evidence[] {
  return (input.matrix ?? []).map((row, index) => ({
    id: rowEvidence(input, index),
    kind: 'connect',
    summary: `from ${row.vantage} to ${row.host}:${row.port}: ${row.result} in ${row.ms} ms`,
    at: input.at,
    data: { ...row },
  }));
}

function linesOf(input: DiagnosisInput): Evidence[] {
  return input.output.split(/\r\n|\n/).map((text, index) => ({
    id: lineEvidence(input, index),
    kind: 'output',
    summary: text.trim().slice(0, 300),
    at: input.at,
    data: { line: index + 1, text: text.slice(0, 1000) },
  }));
}

function logLinesOf(input: DiagnosisInput): Evidence[] {
  return (input.logs ?? []).flatMap(({ path, first, lines }, log) =>
    lines.map((text, index) => ({
      id: logEvidence(input, log, index),
      kind: 'log',
      summary: `${path}${first === undefined ? '' : `:${first + index}`}: ${text.trim().slice(0, 300)}`,
      at: input.at,
      data: { path, ...(first !== undefined && { line: first + index }), text: text.slice(0, 1000) },
    })),
  );
}

function packetRulesOf({ packetRules = [] }: DiagnosisInput): Evidence[] {
  return packetRules.map(({ id, at, ...data }) => ({
    id,
    at,
    kind: 'packet-rule',
    summary: `${data.tool} ${data.verdict}s port ${data.port}: ${data.rule}`,
    data,
  }));
}

function textFaultsOf({ textFaults = [] }: DiagnosisInput): Evidence[] {
  return textFaults.map(({ id, at, ...data }) => ({
    id,
    at,
    kind: 'text-fault',
    summary: `${data.path}: ${data.fault === 'crlf' ? 'Windows line ends' : 'byte order mark'}`,
    data,
  }));
}

function pathsOf({ paths = [] }: DiagnosisInput): Evidence[] {
  return paths.map(({ id, at, ...data }) => {
    const gone = data.brokenLink
      ? `is a link to ${data.brokenLink.target}, which does not exist`
      : 'does not exist';
    const is = [data.kind, data.access, data.attribute].filter((word) => word !== undefined).join(', ');
    return { id, at, kind: 'path', summary: `${data.path}: ${data.kind === undefined ? gone : is}`, data };
  });
}
