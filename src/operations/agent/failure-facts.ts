import { readFileSync } from 'node:fs';
import type { DiagnosisInput } from '../../judge/diagnose/diagnosis-input.ts';
import type { NamedProcess } from '../../model/facts/named-process.ts';
import { packetRules } from '../../observe/ports/packet-rules.ts';
import { textFaults } from '../../observe/text-faults.ts';
import { tryRead } from '../../observe/try-read.ts';

const MAX_FACTS = 5;

/** Measures what a failure makes worth measuring: packet rules of ports that do not answer, and processes named by pid. */
export async function failureFacts(
  input: DiagnosisInput,
  { folder, home }: { folder: string; home: string },
): Promise<Pick<DiagnosisInput, 'processes' | 'packetRules' | 'textFaults'>> {
  return {
    processes: namedProcesses(input),
    packetRules: await packetRules(silentPorts(input)),
    textFaults: textFaults(input.step?.text ?? '', folder, home),
  };
}

/** Ports that refused or did not answer although something listens on them. */
function silentPorts({ output, checks, snapshot }: DiagnosisInput): number[] {
  const listening = new Set(snapshot?.facts.listeners?.map(({ port }) => port) ?? []);
  const failed = checks.filter(({ class: kind }) => kind === 'refused' || kind === 'timeout');
  const complaints = output.split('\n').filter((line) => /refused|timed out|connect/i.test(line));
  const text = [...failed.map(({ check }) => check), ...complaints].join('\n');
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
