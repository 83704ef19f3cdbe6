import { pluralize } from '../../../base/pluralize.ts';
import { duration } from '../../../base/shown-duration.ts';
import type { ChaosReport, FaultResult } from '../../../model/reports/chaos.ts';
import { cleanLine } from '../text/clean.ts';
import { type Cell, type Page, table } from '../text/page.ts';
import type { Paint } from '../text/paint.ts';

const tones: Readonly<Record<FaultResult['outcome'], keyof Paint>> = {
  survived: 'good',
  recovered: 'good',
  lost: 'bad',
  skipped: 'faint',
};

/** `runbook chaos`: one row per fault, with the recovery time. */
export function renderChaos({ faults, seed }: ChaosReport, page: Page): string {
  const rows = faults.map(
    ({ outcome, fault, step, recoveredMs, message, hurt, passes, repeated }): Cell[] => [
      { text: outcome, paint: page.paint[tones[outcome]] },
      fault,
      `at ${cleanLine(step)}`,
      recoveredMs === undefined ? '' : duration(recoveredMs),
      cleanLine(
        outcome === 'skipped'
          ? message
          : [
              ...(outcome === 'survived' ? [] : [pluralize(passes, 'more pass', 'more passes'), hurt ?? '']),
              ...(outcome === 'lost' ? [message] : []),
              ...(repeated.length > 0 ? [`confirmed, but ran again: ${repeated.join(', ')}`] : []),
            ]
              .filter((part) => part !== '')
              .join('; '),
      ),
    ],
  );
  return `${table(rows, page, 0)}\n${page.paint.faint(`to repeat: --seed ${seed}`)}`;
}
