import { z } from 'zod';
import { fileFlag, fleetFlags, inputFlags } from '../session/session-flags.ts';

/** Flags of `runbook submit`. */
export const submitInput = z.object({
  ...fileFlag,
  ...inputFlags,
  engine: z.enum(['argo']).default('argo').describe('workflow engine').meta({ placeholder: 'ENGINE' }),
  targets: z
    .string()
    .optional()
    .describe('inventory of the boxes; default: the cluster itself')
    .meta({ placeholder: 'INVENTORY' }),
  image: z
    .string()
    .describe('image that contains runbook and ssh, preferably with its digest')
    .meta({ placeholder: 'IMAGE' }),
  namespace: z.string().default('argo').describe('namespace of the workflow').meta({ placeholder: 'NAME' }),
  serviceAccount: z
    .string()
    .optional()
    .describe('service account to use instead of a created one')
    .meta({ placeholder: 'NAME' }),
  claim: z
    .string()
    .optional()
    .describe('claim for the journals instead of a created one')
    .meta({ placeholder: 'NAME' }),
  secret: z
    .string()
    .optional()
    .describe('Secret with the secret inputs (default: the name of the template)')
    .meta({ placeholder: 'NAME' }),
  sshSecret: z
    .string()
    .optional()
    .describe('Secret that is mounted as ~/.ssh (default: the same with -ssh)')
    .meta({ placeholder: 'NAME' }),
  ...fleetFlags(),
  deadline: z
    .string()
    .default('24h')
    .describe('end the workflow after this time, including time waiting for people')
    .meta({ placeholder: 'TIME' }),
  dryRun: z.boolean().default(false).describe('print the objects as YAML; send nothing'),
  detach: z.boolean().default(false).describe('do not follow the workflow to its end'),
  yes: z.boolean().default(false).describe('approve this one run of the document'),
});

export type SubmitInput = z.infer<typeof submitInput>;
