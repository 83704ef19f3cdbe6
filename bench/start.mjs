import { timed } from './process.mjs';
import { inRoom } from './rooms.mjs';
import { inTurn } from './rounds.mjs';
import { runbook } from './work.mjs';

const node = process.execPath;
const FILES = {
  'AUTODOCK.md': runbook(1),
  'fifty.md': runbook(50),
  'thousand.md': runbook(1000),
  'empty.cjs': '',
};
/** Of one step, as a multiple of an empty Node start. */
const PLAN_LIMIT = process.versions.node.startsWith('20.') ? 5 : 4;

/** What starting costs: help, the version, and a pass of one step, against a Node that does nothing. */
export async function start({ bin, peers, rounds }) {
  const ran = await inRoom(FILES, ({ at }) =>
    inTurn(
      {
        empty: () => timed([node, 'empty.cjs'], at),
        help: () => timed([node, bin, '--help'], at),
        version: () => timed([node, bin, '--version'], at),
        plan: () => timed([node, bin, 'plan', 'AUTODOCK.md'], at),
        plan50: () => timed([node, bin, 'plan', 'fifty.md'], at),
        plan1000: () => timed([node, bin, 'plan', 'thousand.md'], at),
        replay50: () => timed([node, bin, 'replay', 'fifty.md', '--yes', '--force'], at),
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
    { what: '`runbook plan`, one step', against, limit: PLAN_LIMIT, ours: ran.plan, theirs: ran.empty },
    { what: '`runbook plan`, 50 steps', against, ours: ran.plan50, theirs: ran.empty },
    { what: '`runbook plan`, 1,000 steps', against, ours: ran.plan1000, theirs: ran.empty },
    { what: '`runbook replay`, one step', against, ours: ran.replay, theirs: ran.empty },
    { what: '`runbook replay`, 50 steps', against, ours: ran.replay50, theirs: ran.empty },
    { what: '`runbook replay`, one step', against: '`zx --version`', ours: ran.replay, theirs: ran.zx },
  ];
}
