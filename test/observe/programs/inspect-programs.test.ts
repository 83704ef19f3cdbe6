import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Box } from '../../../src/model/box.ts';
import { inspectPrograms } from '../../../src/observe/programs/inspect-programs.ts';
import { temporaryFolder } from '../probes/temporary-folder.ts';
import { farSide } from '../remote/remote-side.ts';

test('programs of a remote box and their interpreters equal the local ones', async () => {
  const folder = await temporaryFolder();
  const scripts = {
    fine: '#!/bin/sh\n',
    lost: '#!/no/such/interpreter -x\n',
    windows: '#!/usr/bin/env sh\r\n',
    plain: 'no first line\n',
  };
  for (const [name, text] of Object.entries(scripts)) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
  await writeFile(join(folder, 'locked'), '#!/bin/sh\n', { mode: 0o644 });
  const names = [...Object.keys(scripts), 'locked', 'sleep', 'missing', './fine'];
  const far = farSide([]);
  const common = { baseline: { PATH: `${folder}:/usr/bin:/bin` }, folder };
  const [here, there] = await Promise.all(
    [
      { ...common, kind: 'local' },
      { ...common, kind: 'ssh', ...far },
    ].map((box) => inspectPrograms(box as unknown as Box, names)),
  );
  const bare = (facts: typeof here) => facts?.map(({ id: _, at: __, ...fact }) => fact);
  expect(bare(there)).toEqual(bare(here));
  expect(there?.[1]).toMatchObject({ shebang: '/no/such/interpreter', interpreterFound: false });
  expect(there?.[2]).toMatchObject({ crlf: true });
  expect(far.trips()).toBe(2);
});

test('a box that cannot be observed yields no programs', async () => {
  const lost = { baseline: {}, folder: '/', kind: 'ssh', ...farSide(['/no/such/program']) };
  expect(await inspectPrograms(lost as unknown as Box, ['sh'])).toEqual([]);
});
