import { peakMiB, timed } from './process.mjs';
import { inRoom } from './rooms.mjs';
import { inTurn } from './rounds.mjs';
import { commands, justfile, makefile, playbook, runbook, STEPS, zxMarkdown } from './work.mjs';

const node = process.execPath;
const floor = [node, `${import.meta.dirname}/floor.mjs`];

/** Ansible takes minutes for a thousand tasks; its cost a task is steady, so two short books tell it. */
const ANSIBLE_TASKS = [5, 30];
const ANSIBLE_ROUNDS = 2;

/** A thousand steps with Run and Verify on a box where none of them was done. */
export async function replay({ bin, peers, rounds, skipped }) {
  const ran = await inTurn(
    {
      runbook: () => inRoom({ 'AUTODOCK.md': runbook() }, ({ at }) => timed(replaying(bin), at)),
      shell: () =>
        inRoom({ 'AUTODOCK.md': runbook(STEPS, { verify: 'bash' }) }, ({ at }) => timed(replaying(bin), at)),
      just: () => inRoom({ justfile: justfile() }, ({ at }) => timed([peers.just, 'all'], at)),
      shim: () => inRoom({ justfile: justfile() }, ({ at }) => timed([peers.justShim, 'all'], at)),
      justVerify: () =>
        inRoom({ justfile: justfile(STEPS, { verify: true }) }, ({ at }) => timed([peers.just, 'all'], at)),
      zx: () =>
        inRoom({ 'steps.md': zxMarkdown() }, ({ at }) => timed([node, peers.zx, '--quiet', 'steps.md'], at)),
      execa: () =>
        inRoom({ 'commands.json': commands() }, ({ at }) =>
          timed([node, `${import.meta.dirname}/spawning.mjs`, peers.execa], at),
        ),
      floor: () => inRoom({ 'commands.json': commands() }, ({ at }) => timed(floor, at)),
      ...(peers.make
        ? { make: () => inRoom({ makefile: makefile() }, ({ at }) => timed([peers.make, 'all'], at)) }
        : {}),
    },
    rounds,
  );
  const what = '1,000 steps with Run and Verify';
  return [
    { what, against: 'just, which only runs', limit: 0.6, ours: ran.runbook, theirs: ran.just },
    { what, against: 'zx, which only runs', limit: 0.25, ours: ran.runbook, theirs: ran.zx },
    ...(await ansible(peers, skipped, ran.runbook, { what, limit: 1 / 200 })),
    { what, against: 'just, through its npm shim', ours: ran.runbook, theirs: ran.shim },
    { what, against: 'just with a second line that verifies', ours: ran.runbook, theirs: ran.justVerify },
    { what, against: 'execa, a bash a step', ours: ran.runbook, theirs: ran.execa },
    { what, against: 'the floor', ours: ran.runbook, theirs: ran.floor },
    ...(ran.make ? [{ what, against: 'make', ours: ran.runbook, theirs: ran.make }] : []),
    {
      what: 'the same, Verify as a bash fence',
      against: 'just with a second line that verifies',
      ours: ran.shell,
      theirs: ran.justVerify,
    },
  ];
}

/** The same again on the box where all of them are done: Verify is asked, nothing acts. */
export async function satisfied({ bin, peers, rounds, skipped }) {
  const twice = (files, argv) =>
    inRoom(files, ({ at }) => {
      timed(argv, at);
      return timed(argv, at);
    });
  const ran = await inTurn(
    {
      runbook: () => twice({ 'AUTODOCK.md': runbook() }, replaying(bin)),
      just: () => twice({ justfile: justfile(STEPS, { once: true }) }, [peers.just, 'all']),
      floor: () => twice({ 'commands.json': commands(STEPS, { once: true }) }, floor),
      ...(peers.make ? { make: () => twice({ makefile: makefile() }, [peers.make, 'all']) } : {}),
    },
    rounds,
  );
  const what = '1,000 steps, all satisfied';
  return [
    { what, against: 'just', limit: 0.3, ours: ran.runbook, theirs: ran.just },
    ...(await ansible(peers, skipped, ran.runbook, { what, limit: 1 / 400, once: true })),
    { what, against: 'the floor', ours: ran.runbook, theirs: ran.floor },
    ...(ran.make
      ? [{ what, against: 'make, which compares times', ours: ran.runbook, theirs: ran.make }]
      : []),
  ];
}

/** Peak memory of the engine's own process through the thousand steps. */
export async function memory({ bin, peers, rounds }) {
  const [, ...engine] = replaying(bin);
  const peaks = await inTurn(
    {
      runbook: () => inRoom({ 'AUTODOCK.md': runbook() }, ({ at }) => peakMiB([node, ...engine], at)),
      floor: () => inRoom({ 'commands.json': commands() }, ({ at }) => peakMiB(floor, at)),
      zx: () =>
        inRoom({ 'steps.md': zxMarkdown() }, ({ at }) =>
          peakMiB([node, peers.zx, '--quiet', 'steps.md'], at),
        ),
    },
    Math.min(rounds, 5),
  );
  const what = 'peak memory, 1,000 steps';
  return [
    { what, against: 'the floor', limit: 1.4, unit: 'MiB', ours: peaks.runbook, theirs: peaks.floor },
    { what, against: 'zx', unit: 'MiB', ours: peaks.runbook, theirs: peaks.zx },
  ];
}

const replaying = (bin) => [node, bin, 'replay', 'AUTODOCK.md', '--yes'];

async function ansible({ ansible }, skipped, runbooks, { what, limit, once = false }) {
  if (!ansible) {
    skipped.push(`${what} against Ansible: ansible-playbook is missing (Debian: apt install ansible-core)`);
    return [];
  }
  const book = (count) => () =>
    inRoom({ 'book.yml': playbook(count, { once }) }, ({ at }) =>
      timed([ansible, '-i', 'localhost,', 'book.yml'], at),
    );
  const [few, many] = ANSIBLE_TASKS;
  const ran = await inTurn({ few: book(few), many: book(many) }, ANSIBLE_ROUNDS);
  const thousand = ran.few.map((ms, round) => ms + ((ran.many[round] - ms) / (many - few)) * (STEPS - few));
  const against = `Ansible, from ${few} and ${many} tasks`;
  return [{ what, against, limit, ours: runbooks.slice(-ANSIBLE_ROUNDS), theirs: thousand }];
}
