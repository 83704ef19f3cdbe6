import { readFileSync } from 'node:fs';
import type { DiagnosisInput } from '../../judge/diagnose/diagnosis-input.ts';
import { pathIn } from '../../judge/diagnose/storage.ts';
import type { NamedProcess } from '../../model/facts/named-process.ts';
import { inspectPaths } from '../../observe/inspect-paths.ts';
import { packetRules } from '../../observe/ports/packet-rules.ts';
import { textFaults } from '../../observe/text-faults.ts';
import { tryRead } from '../../observe/try-read.ts';

const MAX_FACTS = 5;

/** Measures what a failure makes worth measuring: packet rules of ports that do not answer, and processes named by pid. */
export async function failureFacts(
  input: DiagnosisInput,
  { folder, home }: { folder: string; home: string },
): Promise<Pick<DiagnosisInput, 'paths' | 'processes' | 'packetRules' | 'textFaults'>> {
  return {
    paths: await inspectPaths(namedPaths(input), { folder, attributes: isNotPermitted(input) }),
    processes: namedProcesses(input),
    packetRules: await packetRules(silentPorts(input)),
    textFaults: textFaults(input.step?.text ?? '', folder, home),
  };
}

/** Paths that complaints about files name, and those of failed checks. */
function namedPaths({ output, checks, logs = [] }: DiagnosisInput): string[] {
  const spoken = [...output.split('\n').slice(-200), ...logs.flatMap(({ lines }) => lines)];
  const complaints = spoken.filter((line) =>
    /no such file|does not exist|denied|not permitted|not a directory|is a directory|read-only/i.test(line),
  );
  const checked = checks.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check);
  const named = [...complaints, ...checked].flatMap((line) => pathIn(line.slice(0, 1000)) ?? []);
  return [...new Set(named)].slice(-MOST_PATHS);
}

const MOST_PATHS = 8;

/** Only EPERM can come from an attribute of the file. */
function isNotPermitted({ output, logs = [] }: DiagnosisInput): boolean {
  return [output, ...logs.flatMap(({ lines }) => lines)].some((text) => /not permitted|EPERM/i.test(text));
}

/** Ports that refused or did not answer although something listens on them. */
function silentPorts({ output, checks, snapshot, step }: DiagnosisInput): number[] {
  const listening = new Set(snapshot?.facts.listeners?.map(({ port }) => port) ?? []);
  const failed = checks.filter(({ class: kind }) => kind === 'refused' || kind === 'timeout');
  const complaints = output.split('\n').filter((line) => /refused|timed out|connect/i.test(line));
  // A client that reports only a time-out tried one of the addresses in the step.
  const tried = complaints.length > 0 ? ((step?.text ?? '').match(/\bhttps?:\/\/[^\s'"]{1,200}/g) ?? []) : [];
  const text = [...failed.map(({ check }) => check), ...complaints, ...tried].join('\n');
  const ports = [...text.matchAll(/(?:\bport |:)(\d{2,5})\b/g)].map(([, port]) => Number(port));
  return [...new Set(ports)].filter((port) => listening.has(port)).slice(0, MAX_FACTS);
}

function namedProcesses({ output, logs = [] }: DiagnosisInput): NamedProcess[] {
  const text = [output.slice(-16_000), ...logs.flatMap(({ lines }) => lines)].join('\n');
  const pids = [...text.matchAll(/\b(?:pid|process)\W{0,4}(\d{2,7})\b/gi)].map(([, pid]) => Number(pid));
  return [...new Set(pids)].slice(-MAX_FACTS).map((pid) => {
    const name = tryRead(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
    return name.kind === 'read' ? { pid, name: name.value } : { pid };
  });
}
