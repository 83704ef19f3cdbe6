import { expect, test } from 'vitest';
import { fence, openBox, temporaryFolder } from './box.ts';

test('a background process that ignores SIGTERM is killed after the grace period', async () => {
  const box = await openBox({ folder: temporaryFolder() });
  const background = await box.background(fence("trap '' TERM; sleep 60; sleep 60"), 'log');
  await box.stop(background);
  expect(await box.alive(background)).toBe(false);
});

test.each([['bash'], ['sh']])('a %s fence that ignores SIGTERM is killed too', async (shell) => {
  const box = await openBox();
  const started = performance.now();
  const text = "trap '' TERM; sleep 60; sleep 60";
  const { end } = await box.run(fence(text, { interpreter: [shell], timeoutMs: 100 }));
  expect(end).toEqual({ kind: 'timeout', afterMs: 100 });
  expect(performance.now() - started).toBeGreaterThan(5_000);
  expect((await box.run(fence('true'))).end).toEqual({ kind: 'exit', code: 0 });
});
