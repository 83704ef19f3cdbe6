import { z } from 'zod';
import { exposePort, unexposePort } from '../../boxes/expose.ts';
import { requireBox } from '../../boxes/find-box.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { ExposeReport } from '../../model/reports/report.ts';
import { operationTool } from '../agent/operation-tool.ts';
import { defineOperation } from '../operation.ts';
import { boxArgument, portSchema } from './box-flags.ts';
import { ACTS, boxName, ENDS } from './box-tools.ts';

/** Serves a port of a box under a name. */
export const boxExpose = defineOperation({
  description:
    'If Caddy runs on this machine (admin API at CADDY_ADMIN, default localhost:2019), it serves the name with a certificate that\n' +
    'it obtains: its own for *.localhost, a public one for a public name. Otherwise the report says where the port can be reached\n' +
    'without a name.',
  examples: ['runbook box expose web 80', 'runbook box expose web 2746 --as argo.example.org'],
  input: z.object({
    ...boxArgument,
    port: portSchema.describe('the port inside the box').meta({ positional: true, placeholder: 'PORT' }),
    as: z.string().optional().describe('the name; default: BOX.localhost').meta({ placeholder: 'HOST' }),
  }),
  run: async ({ world }, { box: name, port, as }): Promise<ExposeReport> => {
    const box = await requireBox(name);
    const admin = world.env.CADDY_ADMIN;
    const exposed = await exposePort(box, port, {
      host: as ?? `${name}.localhost`,
      ...(admin ? { admin } : {}),
    });
    return { box: name, exposed };
  },
  exit: () => EXIT.done,
});

/** Removes the names. */
export const boxUnexpose = defineOperation({
  description: 'Removes the routes that `box expose` added to Caddy, for one port or for the whole box.',
  examples: ['runbook box unexpose web', 'runbook box unexpose web 80'],
  input: z.object({
    ...boxArgument,
    port: portSchema.optional().describe('only this port').meta({ positional: true, placeholder: 'PORT' }),
  }),
  run: async ({ world }, { box, port }): Promise<ExposeReport> => ({
    box,
    unexposed: await unexposePort(box, world.env.CADDY_ADMIN, port),
  }),
  exit: () => EXIT.done,
});

const port = z.int().min(1).max(65_535).describe('inside the box');

export const envExpose = operationTool(boxExpose, {
  dotted: 'env.expose',
  title: 'Expose a port of a box',
  description:
    'Makes a port of a box reachable as https://BOX.localhost/ or another name below localhost, through the Caddy of this machine where one runs; else says where the port is reached (env.expose). A public name takes a person: runbook box expose --as.',
  hints: ACTS,
  input: z.object({
    box: boxName,
    port,
    as: z
      .string()
      .max(253)
      .regex(/^(?:[a-z0-9-]+\.)+localhost$/, 'is not below localhost: a public name takes a person')
      .optional(),
  }),
  output: z.object({ port: z.number(), url: z.string(), by: z.string() }),
  answer: ({ exposed }) => exposed!,
});

export const envUnexpose = operationTool(boxUnexpose, {
  dotted: 'env.unexpose',
  title: 'Unexpose a box',
  description: 'Takes the names of a box out of the proxy, of one port or of all (env.unexpose).',
  hints: ENDS,
  input: z.object({ box: boxName, port: port.optional() }),
  output: z.object({ unexposed: z.array(z.string()) }),
  answer: ({ unexposed = [] }) => ({ unexposed: [...unexposed] }),
});
