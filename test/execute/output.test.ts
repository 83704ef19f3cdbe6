import { expect, test } from 'vitest';
import { fence, openBox, runOn } from './box.ts';

test('passes binary output unchanged', async () => {
  const box = await openBox();
  const text = `x=1; for i in {0..255}; do printf "\\\\x$(printf %x $i)"; done\n`;
  const { bytes } = await runOn(box, fence(text));
  expect([...bytes]).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
});

test('keeps the order of stdout and stderr', async () => {
  const box = await openBox();
  const { output } = await runOn(box, fence('for i in 1 2 3; do echo out $i; echo err $i >&2; done'));
  expect(output).toBe('out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n');
});

test('streams output while the fence runs', async () => {
  const box = await openBox();
  const seen: string[] = [];
  const running = box.run(
    fence('echo first; sleep 0.5; echo second', { onOutput: (chunk) => seen.push(chunk.toString()) }),
  );
  const early = await Promise.race([
    running.then(() => 'the end'),
    new Promise((resolve) => setTimeout(() => resolve(seen.join('')), 300)),
  ]);
  expect(early).toBe('first\n');
  await running;
  expect(seen.join('')).toBe('first\nsecond\n');
});

test.each(['plain: ', 'x=1; '])('100 MB of output pass in bounded memory (%s)', async (kind) => {
  const box = await openBox();
  await runOn(box, fence('true'));
  const before = process.memoryUsage().rss;
  let total = 0;
  let peak = 0;
  const text = `${kind.replace('plain: ', '')}head -c 100000000 /dev/zero\n`;
  const { end } = await box.run(
    fence(text, {
      onOutput: (chunk) => {
        total += chunk.length;
        peak = Math.max(peak, process.memoryUsage().rss);
      },
    }),
  );
  expect({ end, total }).toEqual({ end: { kind: 'exit', code: 0 }, total: 100_000_000 });
  expect(peak - before).toBeLessThan(80_000_000);
});

test('a fence of a megabyte', async () => {
  const box = await openBox();
  const lines = Array.from(
    { length: 20_000 },
    (_, n) => `line ${n} of "it's" \\n $HOME ${'x'.repeat(25)}`,
  ).join('\n');
  const { end, output } = await runOn(box, fence(`cat <<'END'\n${lines}\nEND\n`));
  expect(end).toEqual({ kind: 'exit', code: 0 });
  expect(output).toBe(`${lines}\n`);
});

test('runs two hundred fences in parallel, each with its own output and state', async () => {
  const box = await openBox();
  const results = await Promise.all(
    Array.from({ length: 200 }, (_, n) => runOn(box, fence(`export N=${n}; echo "fence $N"`))),
  );
  expect(results.map((result) => result.output)).toEqual(
    Array.from({ length: 200 }, (_, n) => `fence ${n}\n`),
  );
  expect(results.map((result) => result.state?.variables.get('N'))).toEqual(
    Array.from({ length: 200 }, (_, n) => `${n}`),
  );
});

test('no argument list contains the text of a fence or its state', async () => {
  const box = await openBox();
  const state = { variables: new Map([['SECRET', 'hunter2-in-state']]) };
  const look =
    "tr '\\0' ' ' </proc/[0-9]*/cmdline 2>/dev/null; cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; : hunter2-in-text\n";
  for (const interpreter of [['bash'], ['sh'], ['sh', '-u']]) {
    const { output } = await runOn(box, fence(`x=1\n${look}`, { interpreter, state }));
    expect(output).not.toMatch(/hunter2/);
  }
});
