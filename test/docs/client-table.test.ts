import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderClientTable } from '../clients/support/client-table.ts';

const page = new URL('../../docs/agents.md', import.meta.url);

test('docs/agents.md lists the clients and versions that are tested (UPDATE=1 rewrites it)', () => {
  const [start, end] = ['<!-- generated: clients -->', '<!-- /generated -->'];
  const text = readFileSync(page, 'utf8');
  const from = text.indexOf(start);
  expect(from).toBeGreaterThan(0);
  const wanted = `${text.slice(0, from + start.length)}\n\n${renderClientTable()}\n\n${text.slice(text.indexOf(end, from))}`;
  if (process.env.UPDATE === '1') writeFileSync(page, wanted);
  expect(readFileSync(page, 'utf8')).toBe(wanted);
});
