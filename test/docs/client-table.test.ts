import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withClientTable } from '../clients/support/client-table.ts';

test('docs/agents.md has the versions and results of the last run of the clients (UPDATE=1 npm run test:clients)', () => {
  const page = readFileSync(new URL('../../docs/agents.md', import.meta.url), 'utf8');
  expect(page).toBe(withClientTable(page));
  expect(page).not.toMatch(/(fails|not tried) \|/);
});
