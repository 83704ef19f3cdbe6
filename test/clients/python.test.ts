import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeClient } from './support/client.ts';
import { clientBench } from './support/client-bench.ts';

const rows = [
  ['pythonSdk', 'python-sdk.py'],
  ['fastmcp', 'fastmcp-client.py'],
] as const;

for (const [name, script] of rows) {
  describeClient(name, (program) => {
    test('lists, reads, and runs what a person approves in its form', async () => {
      const bench = await clientBench();
      const path = fileURLToPath(new URL(`support/${script}`, import.meta.url));
      const { code, stdout, stderr } = await bench.run(program, [path]);
      expect(code, stderr).toBe(0);
      const { tools, read, applied, asked } = JSON.parse(stdout);
      expect(tools).toContain('apply_step');
      expect(read).toMatchObject({ exists: false });
      expect(asked).toHaveLength(1);
      expect(JSON.stringify(asked)).toContain('touch made');
      expect(applied).toMatchObject({ status: 'succeeded' });
      await access(join(bench.project, 'made'));
    });
  });
}
