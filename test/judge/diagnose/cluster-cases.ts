import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import {
  ObservationBuilder,
  READING_ORDER,
  type ReadKind,
} from '../../../src/cluster/observe/observation-builder.ts';
import type { RawObject } from '../../../src/cluster/observe/raw.ts';
import type { PullSecret } from '../../../src/cluster/observe/registries.ts';
import { ClusterFact, type NewClusterFact } from '../../../src/model/cluster/cluster-facts.ts';
import type { ConnectRow } from '../../../src/model/facts/connect-row.ts';
import type { Facts, Snapshot } from '../../../src/model/facts/snapshot.ts';
import type { RecordedFailure } from './recorded-failures.ts';

/** A case in test/judge/diagnose/cluster: objects as the API server returns them, and their expected first finding. */
export interface ClusterCase extends RecordedFailure {
  /** The scenario that it represents. */
  readonly story?: string;
  readonly objects: readonly RawObject[];
  /** Codes that must not appear. */
  readonly not: readonly string[];
}

interface Written {
  readonly title: string;
  readonly from: string;
  readonly story?: string;
  readonly expect: RecordedFailure['expect'];
  readonly not?: readonly string[];
  readonly objects?: readonly RawObject[];
  /** Facts from other observations: logs, probe calls, image contents. */
  readonly cluster?: readonly NewClusterFact[];
  readonly secrets?: Readonly<Record<string, PullSecret>>;
  /** Facts of the box: `listeners {…}`. */
  readonly facts?: readonly string[];
  readonly step?: string;
  readonly output?: string;
  readonly exit?: number;
  readonly checks?: readonly [verdict: string, kind: string, check: string, observed: string][];
  readonly matrix?: readonly ConnectRow[];
  readonly measurements?: readonly { name: string; value: string }[];
}

const folder = new URL('./cluster/', import.meta.url);
const at = '2026-11-21T10:00:05.000Z';

/** Every case of test/judge/diagnose/cluster/*.yaml, in order. */
export function clusterCases(): ClusterCase[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files.sort().flatMap((file) => {
    const cases = parse(readFileSync(new URL(file, folder), 'utf8')) as Written[];
    return cases.map((each) => toCase(file, each));
  });
}

function toCase(file: string, written: Written): ClusterCase {
  const { title, from, story, expect, objects = [] } = written;
  return {
    file,
    title,
    from,
    ...(story !== undefined && { story }),
    expect,
    objects,
    not: written.not ?? [],
    input: {
      attempt: 'a1',
      at,
      output: written.output ?? '',
      checks: (written.checks ?? []).map(([verdict, kind, check, observed]) => ({
        ...{ check, observed, expected: '', class: kind, verdict: verdict as 'fail' },
      })),
      ...(written.exit !== undefined && { end: { kind: 'exit', code: written.exit } }),
      step: { text: written.step ?? '' },
      ...(written.matrix && { matrix: written.matrix }),
      ...(written.measurements && { measurements: written.measurements }),
      snapshot: snapshotOf(written),
    },
  };
}

/** The snapshot that an observation of the box and its cluster would have produced. */
function snapshotOf({ objects = [], cluster = [], facts = [], secrets = {} }: Written): Snapshot {
  const builder = new ObservationBuilder();
  const order = (each: RawObject): number => READING_ORDER.indexOf(each.kind as ReadKind);
  for (const each of [...objects].sort((a, b) => order(a) - order(b))) {
    builder.addObject(each.kind as ReadKind, each);
  }
  for (const each of cluster) builder.add(each);
  const seen = builder.facts({ pods: true, allPods: true }, new Map(Object.entries(secrets))).facts;
  const all: Record<string, unknown[]> = {};
  let last = 0;
  const add = (scope: string, fact: object): void => {
    all[scope] = [...(all[scope] ?? []), { id: `ev-after-${(++last).toString(36)}`, ...fact }];
  };
  for (const line of facts) add(line.slice(0, line.indexOf(' ')), JSON.parse(line.slice(line.indexOf(' '))));
  for (const each of seen) add('kubernetes', each);
  // Every kept fact must have the stored form.
  for (const each of all.kubernetes ?? []) ClusterFact.parse(each);
  return { schema: 1, id: 'sn-after', at, ms: 1, scopes: [], facts: all as Facts, more: {}, unavailable: [] };
}
