import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';

/** Loaded before the command: writes the path of every file that is synced. */
const WITNESS = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const synced = [];
const note = (fd) => synced.push(fs.readlinkSync('/proc/self/fd/' + fd));
const watch = (owner, name, fdOf) => {
  const original = owner[name];
  owner[name] = function (...args) { note(fdOf(this, args)); return original.apply(this, args); };
};
for (const name of ['fsync', 'fdatasync', 'fsyncSync', 'fdatasyncSync']) watch(fs, name, (_, [fd]) => fd);
const probe = await fs.promises.open(process.execPath);
for (const name of ['sync', 'datasync']) watch(Object.getPrototypeOf(probe), name, (file) => file.fd);
await probe.close();
syncBuiltinESMExports();
process.on('exit', () => fs.writeFileSync(process.env.SYNCED, synced.join('\\n')));
`;

const step = (name: string) =>
  `### ${name}\n\n\`\`\`bash\necho ${name}\n\`\`\`\n\nVerify:\n\n\`\`\`check\ncommand sh exists\n\`\`\`\n`;
const DOCUMENT = `---\nrunbook: 1\n---\n\n# Many\n\n## Steps\n\n${Array.from({ length: 40 }, (_, at) => step(`s${at}`)).join('\n')}`;

test('recording a pass syncs none of its files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-syncs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'AUTODOCK.md'), DOCUMENT);
  writeFileSync(join(folder, 'witness.mjs'), WITNESS);
  const env = {
    NODE_OPTIONS: `--import=${join(folder, 'witness.mjs')}`,
    SYNCED: join(folder, 'synced'),
    RUNBOOK_STATE: join(folder, 'person'),
    RUNBOOK_BOX_STATE: join(folder, 'box'),
  };
  const options = { cwd: folder, env, reject: false } as const;
  const { stdout } = await execa(
    process.execPath,
    [resolve('dist/bin.js'), 'replay', '--yes', '--force'],
    options,
  );
  expect(stdout).toContain('40 acted');
  const synced = readFileSync(join(folder, 'synced'), 'utf8').split('\n');
  expect(synced.some((path) => path.includes('AUTODOCK.md.'))).toBe(true);
  expect(synced.filter((path) => path.includes('/passes/'))).toEqual([]);
  expect(readdirSync(join(folder, '.runbook', 'passes'))).toContainEqual(
    expect.stringMatching(/\.jsonl\.gz$/),
  );
}, 120_000);
