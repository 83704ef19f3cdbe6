import { readdirSync, readFileSync } from 'node:fs';
import type { DiagnosisInput } from '../../../src/judge/diagnose/diagnosis-input.ts';
import type { ConnectRow } from '../../../src/model/facts/connect-row.ts';
import type { NamedProcess } from '../../../src/model/facts/named-process.ts';
import type { PacketRule } from '../../../src/model/facts/packet-rule.ts';
import type { PathFact } from '../../../src/model/facts/path-fact.ts';
import type { ProgramFact } from '../../../src/model/facts/program-fact.ts';
import type { Facts, Snapshot } from '../../../src/model/facts/snapshot.ts';
import type { TextFault } from '../../../src/model/facts/text-fault.ts';
import type { NewLines } from '../../../src/model/new-lines.ts';
import { clusterCases } from './cluster-cases.ts';

/** A recorded failure and its expected first finding. */
export interface RecordedFailure {
  readonly file: string;
  readonly title: string;
  /**
   * `recorded`: by running the program; `documented`: as its authors or users publish it; `made`: written for this
   * test.
   */
  readonly from: string;
  readonly expect: { readonly code: string; readonly subject?: string; readonly says?: string };
  readonly input: DiagnosisInput;
}

const folder = new URL('./fixtures/', import.meta.url);
const at = '2026-11-21T10:00:05.000Z';

/** Every case of test/judge/diagnose/fixtures/*.txt in order, then those of clusters. */
export function recordedFailures(): RecordedFailure[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  const own = files.sort().flatMap((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    return text
      .split(/^=== /m)
      .slice(1)
      .map((part) => parseCase(file, part));
  });
  return [...own, ...clusterCases()];
}

/** Title, then `key: value` lines up to `---`, then the output. */
function parseCase(file: string, part: string): RecordedFailure {
  const [head = '', output = ''] = split(part, '\n---\n');
  const [title = '', ...lines] = head.split('\n');
  const values = (key: string): string[] =>
    lines.filter((line) => line.startsWith(`${key}: `)).map((line) => line.slice(key.length + 2));
  const [code = '', ...rest] = values('expect')[0]!.split(' | ');
  const [subject, says] = rest;
  const exit = values('exit')[0];
  const timeout = values('timeout')[0];
  const started = values('started')[0];
  const input: DiagnosisInput = {
    attempt: 'a1',
    at,
    output: output.replace(/\n+$/, '\n'),
    checks: values('check').map((line) => {
      const [verdict, kind, check, observed] = line.split(' | ');
      return {
        verdict: verdict as 'fail',
        class: kind!,
        check: check!,
        observed: observed ?? '',
        expected: '',
      };
    }),
    ...(exit !== undefined && { end: { kind: 'exit', code: Number(exit) } }),
    ...(timeout !== undefined && { end: { kind: 'timeout', afterMs: Number(timeout) } }),
    ...(values('unstartable').length > 0 && {
      end: { kind: 'unstartable', reason: values('unstartable')[0]! },
    }),
    ...(started !== undefined && { startedAt: started }),
    step: { text: values('step').join('\n'), interpreter: [values('interpreter')[0] ?? 'bash'] },
    ...(values('fact').length > 0 && { snapshot: snapshot('sn-after', values('fact')) }),
    ...(values('before').length > 0 && { before: snapshot('sn-before', values('before')) }),
    ...(values('program').length > 0 && {
      programs: values('program').map(
        (json, index): ProgramFact => ({ id: `ev-program-${index}`, at, ...JSON.parse(json) }),
      ),
    }),
    ...(values('log').length > 0 && { logs: logsOf(values('log')) }),
    ...(values('process').length > 0 && {
      processes: values('process').map((json) => JSON.parse(json) as NamedProcess),
    }),
    ...(values('rule').length > 0 && {
      packetRules: values('rule').map(
        (json, index): PacketRule => ({ id: `ev-rule-${index}`, at, ...JSON.parse(json) }),
      ),
    }),
    ...(values('fault').length > 0 && {
      textFaults: values('fault').map(
        (json, index): TextFault => ({ id: `ev-fault-${index}`, at, ...JSON.parse(json) }),
      ),
    }),
    ...(values('path').length > 0 && {
      paths: values('path').map(
        (json, index): PathFact => ({ id: `ev-path-${index}`, at, ...JSON.parse(json) }),
      ),
    }),
    ...(values('row').length > 0 && { matrix: values('row').map((json) => JSON.parse(json) as ConnectRow) }),
  };
  const expect = { code, ...(subject && { subject }), ...(says && { says }) };
  return { file, title, from: values('from')[0]!, expect, input };
}

/** `app.log:3 | text`: a new line of a log file. */
function logsOf(lines: readonly string[]): NewLines[] {
  return lines.map((line) => {
    const [where = '', text = ''] = split(line, ' | ');
    const [path = '', first = '1'] = where.split(':');
    return { path, first: Number(first), lines: [text] };
  });
}

function snapshot(id: string, lines: readonly string[]): Snapshot {
  const facts: Record<string, unknown[]> = {};
  for (const [index, line] of lines.entries()) {
    const [scope, json] = split(line, ' ');
    facts[scope!] = [...(facts[scope!] ?? []), { id: `ev-${id}-${index}`, ...JSON.parse(json!) }];
  }
  return { schema: 1, id, at, ms: 1, scopes: [], facts: facts as Facts, more: {}, unavailable: [] };
}

function split(text: string, mark: string): string[] {
  const index = text.indexOf(mark);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + mark.length)];
}
