import { z } from 'zod';
import { EXIT } from '../../model/diagnostic.ts';
import type { SecretReport } from '../../model/reports/secret-report.ts';
import { defineOperation } from '../operation.ts';
import { fileOption } from '../session/session-flags.ts';
import { secretName, valueFrom } from './secret-flags.ts';
import {
  askValue,
  openStore,
  recipientsFor,
  requireStored,
  stepsUsing,
  storeValues,
} from './secret-store.ts';

const input = z.object({ ...secretName, ...fileOption, ...valueFrom });

/** Encrypts a value next to the document. */
export const setSecret = defineOperation({
  description:
    'Asks for the value without echo, or reads it from --from, and writes it encrypted with age into secrets.age.env, which\n' +
    'may be committed. The first use creates an identity in ~/.config/age/keys.txt if you have none: keep a copy of it.',
  examples: ['runbook secret set REGISTRY_PASS', 'runbook secret set REGISTRY_PASS --from /dev/stdin'],
  input,
  run: async ({ world }, { name, file, from }): Promise<SecretReport> => {
    const store = await openStore(world, file);
    const value = await askValue(world, name, from);
    const { recipients, created } = await recipientsFor(world, store);
    await storeValues(store, { [name]: value }, recipients);
    const steps = stepsUsing(store.document, name);
    return { file, did: 'set', names: [name], recipients, steps, ...(created ? { created } : {}) };
  },
  exit: () => EXIT.done,
});

/** The same for a secret that is stored already. */
export const rotateSecret = defineOperation({
  description: 'Steps that use the secret run again in the next pass, because their inputs changed.',
  examples: ['runbook secret rotate REGISTRY_PASS'],
  input,
  run: async ({ world }, { name, file, from }): Promise<SecretReport> => {
    const store = await openStore(world, file);
    requireStored(store.file, name);
    const value = await askValue(world, name, from);
    await storeValues(store, { [name]: value }, store.file.recipients);
    const steps = stepsUsing(store.document, name);
    return { file, did: 'rotated', names: [name], recipients: store.file.recipients, steps };
  },
  exit: () => EXIT.done,
});
