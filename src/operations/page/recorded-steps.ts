import { listDigests, type PassRecord, readRecord } from '../../journal/passes/read-record.ts';
import type { StepState } from '../../model/page.ts';
import type { PassDetail, PassDigest } from '../../model/pass-record.ts';
import { outputOf } from '../record/output-of.ts';
import { passDetail } from '../record/pass-detail.ts';

/** What the recorded passes say about a step. */
export type RecordedStep = Pick<StepState, 'checks' | 'output' | 'ms'>;

/** Characters of a step's output that a page holds: its end. */
const SHOWN_OUTPUT = 20_000;

/** Of all steps together, because a page of a thousand steps must still open. */
const SHOWN_IN_ALL = 1_000_000;

/**
 * Checks, output and duration of each step, each from the newest pass that has them. Only the records that are needed for it are
 * read, one at a time.
 */
export async function recordedSteps(
  folder: string,
  { box, name, steps }: { box: string; name: string; steps: readonly string[] },
): Promise<{
  readonly steps: ReadonlyMap<string, RecordedStep>;
  readonly digests: readonly PassDigest[];
  readonly lastPass?: PassDetail;
}> {
  const digests = (await listDigests(folder)).filter((pass) => pass.box === box && pass.name === name);
  const last = digests.find(({ verb, outcome }) => verb !== 'verify' && outcome !== 'refused')?.id;
  const wanted = wantedPasses(digests, steps);
  const found = new Map<string, RecordedStep>();
  let lastPass: PassDetail | undefined;
  const room = Math.min(SHOWN_OUTPUT, Math.ceil(SHOWN_IN_ALL / Math.max(1, steps.length)));
  for (const id of new Set([...(last === undefined ? [] : [last]), ...wanted.keys()])) {
    const record = await readRecord(folder, id);
    if (!record) continue;
    if (id === last) lastPass = passDetail(record);
    addPass(found, record, wanted.get(id) ?? NOTHING, room);
  }
  return { steps: found, digests, ...(lastPass ? { lastPass } : {}) };
}

/** Whose checks, and whose output, a pass is read for. */
interface Wanted {
  readonly checks: Set<string>;
  readonly output: Set<string>;
}

const NOTHING: Wanted = { checks: new Set(), output: new Set() };

function wantedPasses(digests: readonly PassDigest[], steps: readonly string[]): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  const open: Wanted = { checks: new Set(steps), output: new Set(steps) };
  const want = (pass: string, kind: keyof Wanted, step: string) => {
    if (!open[kind].delete(step)) return;
    const own = wanted.get(pass) ?? { checks: new Set(), output: new Set() };
    own[kind].add(step);
    wanted.set(pass, own);
  };
  for (const { id, verb, held, acted, failed } of digests) {
    for (const step of [...held, ...failed]) want(id, 'checks', step);
    if (verb !== 'verify') for (const step of [...acted, ...failed]) want(id, 'output', step);
  }
  return wanted;
}

function addPass(
  found: Map<string, RecordedStep>,
  { lines }: PassRecord,
  { checks, output }: Wanted,
  room: number,
): void {
  const texts = outputs(lines, output);
  const add = (step: string, more: Partial<RecordedStep>) =>
    found.set(step, { ...(found.get(step) ?? { checks: [], output: '' }), ...more });
  for (const line of lines) {
    if (line.type === 'verified' && checks.has(line.step)) add(line.step, { checks: line.checks });
    if (line.type !== 'step-finished' || line.outcome.kind === 'not-reached') continue;
    const { step, outcome } = line;
    const own = 'failure' in outcome ? outcome.failure.checks : outcome.checks;
    if (checks.has(step)) add(step, { checks: own });
    if (output.has(step)) add(step, { ms: outcome.ms, output: endOf(texts.get(step) ?? '', room, step) });
  }
}

/** The end of a step's output, with a line that says where the rest is. */
function endOf(text: string, room: number, step: string): string {
  if (text.length <= room) return text;
  return `[${text.length - room} characters before this: runbook logs ${step}]\n${text.slice(-room)}`;
}

/** The output of these steps, in one walk over the lines. */
function outputs(lines: PassRecord['lines'], wanted: ReadonlySet<string>): Map<string, string> {
  const own = new Map<string, PassRecord['lines'][number][]>();
  for (const line of lines)
    if ((line.type === 'output' || line.type === 'output-omitted') && wanted.has(line.step)) {
      const known = own.get(line.step);
      if (known) known.push(line);
      else own.set(line.step, [line]);
    }
  return new Map([...own].map(([step, its]) => [step, outputOf(its, { step })]));
}
