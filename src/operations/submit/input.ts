import { z } from 'zod';
import { fileFlag, fleetFlags, inputFlags } from '../session/session-flags.ts';

/** Flags of `runbook submit`. */
export const submitInput = z.object({
  ...fileFlag,
  ...inputFlags,
  engine: z.enum(['argo']).default('argo').describe('what runs it').meta({ placeholder: 'ENGINE' }),
  targets: z
    .string()
    .optional()
    .describe('the boxes, as an inventory; without it the cluster itself')
    .meta({ placeholder: 'INVENTORY' }),
  image: z
    .string()
    .describe('image with runbook and ssh in it, best with its digest')
    .meta({ placeholder: 'IMAGE' }),
  namespace: z.string().default('argo').describe('where the workflow runs').meta({ placeholder: 'NAME' }),
  serviceAccount: z
    .string()
    .optional()
    .describe('run as this account instead of one made for it')
    .meta({ placeholder: 'NAME' }),
  claim: z
    .string()
    .optional()
    .describe('keep the journals on this claim instead of one made for it')
    .meta({ placeholder: 'NAME' }),
  secret: z
    .string()
    .optional()
    .describe('Secret with the secret inputs (default: the name of the template)')
    .meta({ placeholder: 'NAME' }),
  sshSecret: z
    .string()
    .optional()
    .describe('Secret that becomes ~/.ssh (default: the same with -ssh)')
    .meta({ placeholder: 'NAME' }),
  ...fleetFlags(),
  deadline: z
    .string()
    .default('24h')
    .describe('end the workflow after this long, waiting for people included')
    .meta({ placeholder: 'TIME' }),
  dryRun: z.boolean().default(false).describe('print the objects as YAML; send nothing'),
  detach: z.boolean().default(false).describe('do not follow the workflow to its end'),
  yes: z.boolean().default(false).describe('approve this one run of what the document says'),
});

export type SubmitInput = z.infer<typeof submitInput>;
