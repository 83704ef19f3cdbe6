import { timed } from './process.mjs';
import { inRoom } from './rooms.mjs';
import { inTurn } from './rounds.mjs';
import { runbook } from './work.mjs';

const node = process.execPath;
const FILES = { 'AUTODOCK.md': runbook(1), 'empty.cjs': '' };

/** What starting costs: help, the version, and a pass of one step, against a Node that does nothing. */
export async function start({ bin, peers, rounds }) {
  const ran = await inRoom(FILES, ({ at }) =>
    inTurn(
      {
        empty: () => timed([node, 'empty.cjs'], at),
        help: () => timed([node, bin, '--help'], at),
        version: () => timed([node, bin, '--version'], at),
        plan: () => timed([node, bin, 'plan', 'AUTODOCK.md'], at),
        replay: () => timed([node, bin, 'replay', 'AUTODOCK.md', '--yes', '--force'], at),
        zx: () => timed([node, peers.zx, '--version'], at),
      },
      rounds * 3,
    ),
  );
  const against = 'an empty Node script';
  return [
    { what: '`runbook --help`', against, limit: 1.3, ours: ran.help, theirs: ran.empty },
    { what: '`runbook --version`', against, limit: 1.3, ours: ran.version, theirs: ran.empty },
    { what: '`runbook plan`, one step', against, ours: ran.plan, theirs: ran.empty },
    { what: '`runbook replay`, one step', against, ours: ran.replay, theirs: ran.empty },
    { what: '`runbook replay`, one step', against: '`zx --version`', ours: ran.replay, theirs: ran.zx },
  ];
}
