import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { applyStep, type RunbookOnCluster } from '../runbook-on-cluster.ts';

/** One kind of real trouble: a file of trouble/, made from the documentation of Kubernetes. */
export interface Trouble {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly check: string;
  /** What the first finding must say, as a pattern. */
  readonly truth: string;
  readonly objects: readonly object[];
}

/** What runbook said of it. */
export interface Judged {
  readonly name: string;
  readonly title: string;
  /** `false`: the first finding is about something else. `nothing`: a finding is missing. */
  readonly verdict: 'true' | 'false' | 'nothing';
  readonly code: string;
  readonly says: string;
}

const folder = join(import.meta.dirname, 'trouble');

/** Every file of trouble/, by name. */
export function troubles(): Trouble[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return files.sort().map((file) => ({
    name: file.replace(/\.yaml$/, ''),
    ...parse(readFileSync(join(folder, file), 'utf8')),
  }));
}

/** The step that brings the trouble into a namespace of its own, and waits for what can never be. */
export function stepOf({ name, check, objects }: Trouble): string {
  const namespace = `trouble-${name}`;
  const placed = JSON.parse(JSON.stringify(objects).replaceAll('NAMESPACE', namespace)) as Placed[];
  const own = placed.find(({ kind }) => kind === 'Namespace');
  const others = placed.filter((object) => object !== own);
  const all = [
    own ?? { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    ...others.map((object) => ({ ...object, metadata: { ...object.metadata, namespace } })),
  ];
  return applyStep('Bring it up', all, [check.replaceAll('NAMESPACE', namespace)]);
}

interface Placed {
  readonly kind: string;
  readonly metadata: object;
}

interface Finding {
  readonly code: string;
  readonly title: string;
  readonly remedy: string;
}

/** Replays it, and compares the first finding with the truth. */
export async function judge(trouble: Trouble, runbook: RunbookOnCluster): Promise<Judged> {
  const { text } = await runbook.run('replay', '--yes', '--json');
  const events = text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const ended = events.find(({ type }) => type === 'step-finished');
  const error = events.find(({ type }) => type === 'error');
  const failure = ended?.outcome?.failure;
  // What a fence is refused for is an answer, too, and so is a refusal before the first step.
  const refused = /^cluster-/.test(failure?.kind ?? '') ? [asFinding(failure)] : [];
  const diagnosed = (error?.diagnostics ?? []).map(asFinding);
  const [first] = [...(failure?.findings ?? []), ...refused, ...diagnosed] as Finding[];
  const said = first ? `${first.title} ${first.remedy}` : '';
  const isTrue = new RegExp(trouble.truth).test(said);
  return {
    name: trouble.name,
    title: trouble.title,
    verdict: first ? (isTrue ? 'true' : 'false') : 'nothing',
    code: first?.code ?? '',
    says: first?.title ?? ended?.outcome?.kind ?? text.slice(-300),
  };
}

function asFinding({ code, kind, message, remedy }: Record<string, string>): Finding {
  return { code: code ?? kind ?? '', title: message ?? '', remedy: remedy ?? '' };
}
