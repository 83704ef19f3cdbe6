import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from './mcp-client.mjs';
import { timed } from './process.mjs';
import { inRoom } from './rooms.mjs';
import { inTurn, median } from './rounds.mjs';
import { runbook } from './work.mjs';

const node = process.execPath;
const STEPS = 50;
const draft = (name, run) => ({ draft: { title: name, why: 'w', run, verify: `file ${name} exists` } });

/** What an agent waits for: the server's start, and each call of its loop, against a Node that does nothing. */
export async function mcp({ bin, peers, rounds }) {
  const ran = await inTurn(
    {
      empty: () => inRoom({ 'empty.cjs': '' }, ({ at }) => timed([node, 'empty.cjs'], at)),
      runbook: () => agentVisit([node, bin, 'mcp', 'AUTODOCK.md', '--trust', 'sandbox']),
      filesystem: () => startOf((folder) => [node, peers.filesystem, folder]),
      everything: () => startOf(() => [node, peers.everything]),
    },
    rounds,
  );
  const of = (name, field) => ran[name].map((each) => each[field]);
  const call = (what, field, limit) => ({
    ...{ what, limit, against: 'an empty Node script' },
    ours: of('runbook', field),
    theirs: ran.empty,
  });
  return [
    {
      what: '`runbook mcp`, spawn to initialize',
      against: 'server-filesystem',
      limit: 0.8,
      ours: of('runbook', 'initializeMs'),
      theirs: of('filesystem', 'initializeMs'),
    },
    call(`runbook_read of ${STEPS} steps`, 'readMs', 1),
    call(`verify of ${STEPS} checks`, 'verifyMs', 1.5),
    call('apply_step of `touch x` with one check', 'applyMs', 5),
    call('a failing apply_step', 'failMs', 8),
    call('env_observe', 'observeMs'),
    {
      what: 'peak memory after these calls',
      against: 'server-everything after its start',
      unit: 'MiB',
      ours: of('runbook', 'peakMiB'),
      theirs: of('everything', 'peakMiB'),
    },
  ];
}

/** One life of our server in a fresh project, on a machine that a person has marked as a sandbox. */
function agentVisit(argv) {
  return inRoom({ 'AUTODOCK.md': runbook(STEPS) }, async ({ folder, at }) => {
    mkdirSync(join(folder, 'state'));
    writeFileSync(join(folder, 'state', 'sandbox'), '');
    const client = await connect(argv, at);
    const call = async (name, args = {}) => {
      const { result } = await client.request('tools/call', { name, arguments: args });
      if (result.isError) throw new Error(`${name}: ${result.content[0].text}`);
      return result.structuredContent;
    };
    try {
      await client.request('tools/list');
      // The first call of each loads it; an agent makes many.
      const readMs = await typical(5, () => call('runbook_read'));
      const verifyMs = await typical(5, () => call('verify'));
      const observeMs = await typical(3, () => call('env_observe'));
      const applyMs = await typical(5, (round) => applied(call, `made-${round}`, 'succeeded'));
      const failMs = await typical(1, () => applied(call, 'never', 'failed'));
      const peakMiB = client.peakMiB();
      return { initializeMs: client.initializeMs, readMs, verifyMs, observeMs, applyMs, failMs, peakMiB };
    } finally {
      await client.close();
    }
  });
}

async function applied(call, name, wanted) {
  const { status, output_tail } = await call(
    'apply_step',
    draft(name, wanted === 'failed' ? 'false' : `touch ${name}`),
  );
  if (status !== wanted) throw new Error(`apply_step ${name} ${status}: ${output_tail}`);
}

function startOf(argv) {
  return inRoom({}, async ({ folder, at }) => {
    const client = await connect(argv(folder), at);
    const { initializeMs } = client;
    const peakMiB = client.peakMiB();
    await client.close();
    return { initializeMs, peakMiB };
  });
}

/** The median of so many runs. */
async function typical(count, work) {
  const all = [];
  for (let at = 0; at < count; at += 1) {
    const begun = performance.now();
    await work(at);
    all.push(performance.now() - begun);
  }
  return median(all);
}
