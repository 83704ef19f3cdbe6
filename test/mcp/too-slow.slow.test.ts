import { expect, test } from 'vitest';
import { opened, rawServer } from './support/raw-server.ts';
import { standIn } from './support/stand-in.ts';

const server = standIn();

test('abandons a tool that ignores its abort signal, and keeps serving', async () => {
  const raw = await rawServer(server.command());
  await opened(raw);
  const started = performance.now();
  const stuck = raw.ask({
    id: 1,
    method: 'tools/call',
    params: { name: 'refuse', arguments: { how: 'never' } },
  });
  const quick = await raw.ask({ id: 2, method: 'tools/call', params: { name: 'env_echo', arguments: {} } });
  expect(quick.result.structuredContent).toMatchObject({ text: '' });
  const { result } = await stuck;
  expect(result.isError).toBe(true);
  expect(result.content[0].text).toMatch(/^too-slow: refuse did not finish within 60 seconds\./);
  expect(performance.now() - started).toBeGreaterThan(60_000);
  const leaving = performance.now();
  expect(await raw.end()).toBe(0);
  expect(performance.now() - leaving).toBeLessThan(8_000);
});
