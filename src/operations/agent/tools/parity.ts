import { z } from 'zod';
import { parseBoxTarget } from '../../../model/box-target.ts';
import { usageError } from '../../../model/diagnostic.ts';
import { PARITY_SCOPES, type ParityClass, type ParityReport } from '../../../model/reports/parity.ts';
import type { World } from '../../../world.ts';
import { allowedHosts } from '../../confine/allowed-hosts.ts';
import { compareTargets } from '../../parity/compare-targets.ts';
import { prepare } from '../../session/session.ts';
import { defineTool } from '../tool.ts';
import { withoutOutput } from '../workspace.ts';

const row = z.object({
  scope: z.string(),
  subject: z.string(),
  class: z.string(),
  a: z.string().optional(),
  b: z.string().optional(),
  because: z.string().optional(),
});

const count = z.object({
  scope: z.string(),
  equal: z.number(),
  expected: z.number(),
  differs: z.number(),
  unknown: z.number(),
});

const box = z.string().max(200);

const ORDER: readonly ParityClass[] = ['differs', 'unknown', 'expected'];

/** Two boxes side by side, for an agent: what is left to bring over, or to declare. */
export const parityTool = defineTool({
  dotted: 'parity',
  title: 'Compare two boxes',
  description: `Measures two boxes in the same way and reports differences (parity); changes neither. a and b: a launched box, container:NAME, or local. Compared are ${Object.keys(PARITY_SCOPES).join(', ')}. What could not be measured on both is unknown, never equal. expect declares what may differ: FIRST=SECOND for names and addresses, SCOPE:PATTERN such as packages:linux-*. Shell checks and fact commands are asked only where a person has approved the document.`,
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: true },
  input: z.object({
    a: box.describe('the box as it should be'),
    b: box.describe('the box that is compared with it'),
    expect: z.array(z.string().max(500)).max(100).optional(),
  }),
  output: z.object({
    verdict: z.string(),
    counts: z.array(count),
    rows: z.array(row),
    unused: z.array(z.string()),
    next: z.string(),
  }),
  run: async (context, { a, b, expect = [] }) => {
    for (const target of [a, b]) await refuseForeign(target, context.world);
    const prepared = await prepare(withoutOutput(context), { file: context.file, loose: false });
    const request = { a, b, expect, input: {}, yes: false };
    const { report } = await compareTargets(withoutOutput(context), request, prepared);
    return {
      verdict: report.verdict,
      counts: report.counts.map((each) => ({ ...each })),
      rows: ORDER.flatMap((kind) => report.rows.filter((each) => each.class === kind)).map((each) => ({
        ...each,
      })),
      unused: [...report.unused],
      next: nextOf(report),
    };
  },
});

/** A model does not choose where this machine logs in; a person does, as for probes. */
async function refuseForeign(text: string, world: World): Promise<void> {
  const target = parseBoxTarget(text);
  if ('message' in target) throw usageError(target.code, target.message, target.remedy);
  if (target.kind !== 'ssh' || (await allowedHosts(world)).has(target.host.toLowerCase())) return;
  throw usageError(
    'host-not-allowed',
    `An agent may compare only hosts that a person has listed. ${text} is not listed.`,
    'A person can add it to allowed-hosts in their state folder.',
  );
}

function nextOf({ verdict, rows, b }: ParityReport): string {
  const first = rows.find((each) => each.class === (verdict === 'differs' ? 'differs' : 'unknown'));
  if (verdict === 'equal' || !first) return 'The boxes are equal, except for declared differences.';
  if (verdict === 'unknown')
    return `Nothing differs, but something could not be measured: ${first.because ?? first.subject}.`;
  return `Start with ${first.scope} ${first.subject}: make it a step and replay it on ${b}, or declare it under expect.`;
}
