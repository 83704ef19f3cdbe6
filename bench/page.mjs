import { cpSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timed } from './process.mjs';
import { inRoom } from './rooms.mjs';
import { inTurn } from './rounds.mjs';
import { runbook } from './work.mjs';

const node = process.execPath;

/** The record of a pass, and the page that is made of it. */
export async function page({ bin, root, rounds }) {
  const files = { 'AUTODOCK.md': runbook() };
  const replaying = [node, bin, 'replay', 'AUTODOCK.md', '--yes'];
  const paging = [node, bin, 'page'];
  let bytes = 0;
  const ran = await inTurn(
    {
      recorded: () => inRoom(files, ({ at }) => timed(replaying, at)),
      plain: () =>
        inRoom(files, ({ folder, at }) => {
          // A file in the place of the records' folder: the pass goes on without a record.
          mkdirSync(join(folder, '.runbook'), { mode: 0o700 });
          writeFileSync(join(folder, '.runbook', 'passes'), '');
          return timed(replaying, at);
        }),
      start: () => inRoom(files, ({ at }) => timed([node, bin, '--version'], at)),
      argo: () =>
        inRoom({}, ({ folder, at }) => {
          cpSync(join(root, 'examples', 'argo'), folder, { recursive: true });
          return timed(paging, at);
        }),
      thousand: () =>
        inRoom(files, ({ folder, at }) => {
          timed(replaying, at);
          const ms = timed(paging, at);
          bytes = statSync(join(folder, 'page.html')).size;
          return ms;
        }),
    },
    rounds,
  );
  const less = (samples) => samples.map((ms, at) => ms - ran.start[at]);
  return [
    {
      what: '1,000 steps, recorded',
      against: 'the same without a record',
      limit: 1.05,
      ours: ran.recorded,
      theirs: ran.plain,
    },
    { what: 'the page of examples/argo', limit: 150, absolute: true, ours: less(ran.argo) },
    { what: 'the page of 1,000 steps after a pass', limit: 1000, absolute: true, ours: less(ran.thousand) },
    { what: 'its size', limit: 3, absolute: true, unit: 'MB', ours: [bytes / 1e6] },
  ];
}
