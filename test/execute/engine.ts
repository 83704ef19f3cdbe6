import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/**
 * Writes a separate program, to be killed or run on a terminal. `body` may use `box`, opened in the folder of its first
 * argument, `fence(text, interpreter)` and `args`.
 */
export async function writeEngine(folder: string, body: string): Promise<string> {
  const contents = `
    import { openLocalExecution } from ${JSON.stringify(resolve('src/execute/local-execution.ts'))};
    import { Approved } from ${JSON.stringify(resolve('src/model/approved.ts'))};
    const [folder, ...args] = process.argv.slice(2);
    const box = await openLocalExecution({ folder, env: process.env.BOX_PATH ? { PATH: process.env.BOX_PATH } : {} });
    const fence = (text, interpreter = 'bash') =>
      ({ code: Approved.make({ interpreter: [interpreter], text }), state: { variables: new Map() }, timeoutMs: 20000, capture: true });
    ${body}
    await box.close();`;
  const file = join(folder, 'engine.mjs');
  const options = {
    bundle: true,
    loader: { '.sh': 'text' },
    platform: 'node',
    format: 'esm',
    write: false,
  } as const;
  const { outputFiles } = await build({
    ...options,
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
  });
  writeFileSync(file, outputFiles[0]!.text);
  return file;
}
