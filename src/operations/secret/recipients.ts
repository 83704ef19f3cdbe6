import { z } from 'zod';
import { EXIT } from '../../model/diagnostic.ts';
import type { SecretReport } from '../../model/reports/secret-report.ts';
import { defineOperation } from '../operation.ts';
import { fileOption } from '../session/session-flags.ts';
import { openStore, openValues, recipientsFor, refused, storeValues } from './secret-store.ts';

const key = z.string().regex(/^age1[a-z0-9]+$/, 'must be a public key, age1…');

/** Who can decrypt. A change encrypts every value again. */
export const secretRecipients = defineOperation({
  description:
    'Without flags, lists them. A change decrypts every value with your identity and encrypts it again. A removed recipient can\n' +
    'still decrypt earlier versions of the file: rotate the secrets.',
  examples: ['runbook secret recipients', 'runbook secret recipients --add age1…'],
  input: z.object({
    ...fileOption,
    add: z.array(key).default([]).describe('a public key to add').meta({ placeholder: 'KEY' }),
    remove: z.array(key).default([]).describe('a public key to remove').meta({ placeholder: 'KEY' }),
  }),
  run: async ({ world }, { file, add, remove }): Promise<SecretReport> => {
    const store = await openStore(world, file);
    const names = [...store.file.values.keys()];
    if (add.length + remove.length === 0)
      return { file, did: 'listed', names, recipients: store.file.recipients, steps: [] };
    const { recipients: before, created } = await recipientsFor(world, store);
    const recipients = [...new Set([...before, ...add])].filter((each) => !remove.includes(each));
    if (recipients.length === 0)
      throw refused(
        'no-recipient',
        'At least one recipient must remain.',
        'Add another one first.',
        EXIT.usage,
      );
    await storeValues(store, await openValues(world, store, names), recipients);
    return { file, did: 'recipients', names, recipients, steps: [], ...(created ? { created } : {}) };
  },
  exit: () => EXIT.done,
});
