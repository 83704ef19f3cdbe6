import { pluralize } from '../../base/pluralize.ts';
import type { TelemetryReport } from '../../model/reports/telemetry-report.ts';
import { cleanLine } from './text/clean.ts';

/** `telemetry send`. */
export function renderTelemetry({ pass, spans, logs, failures }: TelemetryReport): string {
  const what =
    pass === undefined ? 'drift' : `${pass}: ${pluralize(spans, 'span')}, ${pluralize(logs, 'log record')}`;
  return failures.length === 0
    ? `sent ${what}`
    : [`not all of ${what} arrived:`, ...failures.map((each) => `  ${cleanLine(each)}`)].join('\n');
}
