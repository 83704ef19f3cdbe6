import { z } from 'zod';
import { EXIT } from '../../model/diagnostic.ts';
import type { SecretReport } from '../../model/reports/secret-report.ts';
import { defineOperation } from '../operation.ts';
import { fileOption } from '../session/session-flags.ts';
import { secretName } from './secret-flags.ts';
import { openStore, openValues, refused, requireStored, storeValues } from './secret-store.ts';

/** Names only: nothing is decrypted. */
export const listSecrets = defineOperation({
  description: 'Shows names and recipients. Decrypts nothing.',
  examples: ['runbook secret list'],
  input: z.object(fileOption),
  run: async ({ world }, { file }): Promise<SecretReport> => {
    const { file: stored } = await openStore(world, file);
    return {
      file,
      did: 'listed',
      names: [...stored.values.keys()],
      recipients: stored.recipients,
      steps: [],
    };
  },
  exit: () => EXIT.done,
});

export const removeSecret = defineOperation({
  description:
    'Removes its line. Earlier versions of the file in git still contain it: change the secret where it is used.',
  examples: ['runbook secret remove REGISTRY_PASS'],
  input: z.object({ ...secretName, ...fileOption }),
  run: async ({ world }, { name, file }): Promise<SecretReport> => {
    const store = await openStore(world, file);
    requireStored(store.file, name);
    await storeValues(store, { [name]: undefined }, store.file.recipients);
    return { file, did: 'removed', names: [name], recipients: store.file.recipients, steps: [] };
  },
  exit: () => EXIT.done,
});

/** For a person at a terminal only, so that no log or agent gets the value. */
export const getSecret = defineOperation({
  description: 'Shows the value on a terminal only, so that it reaches neither a log nor an agent.',
  examples: ['runbook secret get REGISTRY_PASS'],
  input: z.object({ ...secretName, ...fileOption }),
  run: async ({ world }, { name, file }): Promise<SecretReport> => {
    if (!world.person) {
      const message = 'The value of a secret is shown on a terminal only, and none is attached.';
      throw refused('no-terminal', message, 'Run the same command in a terminal.', EXIT.person);
    }
    const store = await openStore(world, file);
    const { [name]: value } = await openValues(world, store, [name]);
    await world.person.ask(`${name} is: ${value}\nPress Enter:`);
    return { file, did: 'shown', names: [name], recipients: store.file.recipients, steps: [] };
  },
  exit: () => EXIT.done,
});
