import { z } from 'zod';
import { listPasses } from '../../journal/passes/read-record.ts';
import { EXIT, runbookError } from '../../model/diagnostic.ts';
import type { TelemetryReport } from '../../model/reports/telemetry-report.ts';
import { isTelemetryOn, traceContextOf } from '../../telemetry/trace-context.ts';
import type { World } from '../../world.ts';
import { readDocument } from '../document/document.ts';
import { configurationOrNone } from '../notify/configuration.ts';
import { defineOperation } from '../operation.ts';
import { findPassRecord } from '../record/record-of.ts';
import { fileOption } from '../session/session-flags.ts';
import { vcsOf } from './vcs-of.ts';

const input = z.object({
  pass: z
    .string()
    .optional()
    .describe('the pass (else the newest)')
    .meta({ positional: true, placeholder: 'PASS' }),
  ...fileOption,
  drift: z.coerce
    .number()
    .optional()
    .describe('send this number of differences instead of a pass')
    .meta({ placeholder: 'COUNT', hidden: true }),
  box: z.string().default('').describe('where they are').meta({ placeholder: 'BOX', hidden: true }),
});

/** Runs as its own process after a pass; a person may send an earlier pass again. */
export const sendTelemetry = defineOperation({
  description:
    'Sends the trace, metrics and logs of a recorded pass to OTEL_EXPORTER_OTLP_ENDPOINT. A pass starts it automatically if that\n' +
    'variable is set, and does not wait for it.',
  examples: ['OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 runbook telemetry send'],
  input,
  run: async ({ world }, { pass, file, drift, box }): Promise<TelemetryReport> => {
    if (!isTelemetryOn(world.env)) throw noReceiver();
    const { folder, path, runbook } = await readDocument(world.cwd, file);
    if (drift !== undefined) {
      const { sendDrift } = await import('../../telemetry/send-drift.ts');
      const failures = await sendDrift(world.version, { name: runbook.name, box, differences: drift });
      return { file, spans: 0, logs: 0, failures };
    }
    const { head, lines, end } = await findPassRecord(folder, pass);
    const { sendPass } = await import('../../telemetry/send-pass.ts');
    const sent = await sendPass(world.version, {
      ...{ head, lines, end },
      place: traceContextOf(world.env, { folder, id: head.id }),
      active: (await listPasses(folder)).filter(({ outcome }) => outcome === 'running').length,
      attributes: { ...pageOf(world), ...(await vcsOf(path)) },
    });
    return { file, pass: head.id, ...sent };
  },
  exit: ({ failures }) => (failures.length > 0 ? EXIT.failed : EXIT.done),
});

/** Where the person publishes the page. */
function pageOf(world: World): Record<string, string> {
  const page = configurationOrNone(world)?.page;
  return page === undefined ? {} : { 'cicd.pipeline.run.url.full': page };
}

function noReceiver() {
  const message = 'OTEL_EXPORTER_OTLP_ENDPOINT must name a receiver, and OTEL_SDK_DISABLED must not be true.';
  const remedy = 'Set it, for example to http://127.0.0.1:4318.';
  return runbookError({ code: 'no-receiver', message, remedy }, EXIT.usage);
}
