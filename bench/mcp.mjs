import { connect } from './mcp-client.mjs';
import { inRoom } from './rooms.mjs';
import { inTurn, median, percentile } from './rounds.mjs';
import { runbook } from './work.mjs';

const node = process.execPath;
const CALLS = 1000;

/** Calls that need neither box nor document, by server; the first that a server lists is made. Ours refuses what is no id. */
const TRIVIAL = [
  { name: 'echo', arguments: { message: 'hello' } },
  { name: 'job_read', arguments: { job: 'none' } },
  { name: 'list_allowed_directories', arguments: {} },
];
/** One that believes nothing but the disk: document, box and journal are looked at anew. */
const REMEMBER = { name: 'job_read', arguments: { job: 'job-99' } };
const OBSERVE = { name: 'env_observe', arguments: {} };

/** The agent's side: how soon the server answers, what a trivial call costs, what it holds in memory. */
export async function mcp({ bin, peers, rounds, skipped }) {
  return inRoom({ 'AUTODOCK.md': runbook(3) }, async ({ folder, at }) => {
    const servers = {
      runbook: [node, bin, 'mcp', 'AUTODOCK.md'],
      minimal: [node, `${import.meta.dirname}/mcp-minimal-server.mjs`],
      filesystem: [node, peers.filesystem, folder],
      everything: [node, peers.everything],
    };
    const ways = Object.entries(servers).map(([name, argv]) => [name, () => visit(argv, at)]);
    const ran = await inTurn(Object.fromEntries(ways), rounds);
    const of = (name, field) => ran[name].map((each) => each[field]);
    const rows = [
      {
        what: '`runbook mcp`, spawn to initialize',
        against: 'server-filesystem',
        limit: 0.5,
        ours: of('runbook', 'initializeMs'),
        theirs: of('filesystem', 'initializeMs'),
      },
    ];
    if (ran.runbook[0].medianMs === undefined) {
      skipped.push('a trivial MCP call, and memory after a thousand: this build lists no trivial tool');
    } else rows.push(...callRows(of));
    if (ran.runbook[0].observeMs === undefined) {
      skipped.push('observing a plain box: this build lists no tool that observes');
    } else
      rows.push({
        what: 'observing a plain box',
        limit: 150,
        absolute: true,
        ours: of('runbook', 'observeMs'),
      });
    return rows;
  });
}

function callRows(of) {
  const against = 'a minimal server of the same SDK';
  return [
    {
      what: 'a trivial MCP call, median',
      against,
      limit: 1.1,
      ours: of('runbook', 'medianMs'),
      theirs: of('minimal', 'medianMs'),
    },
    {
      what: 'the same, asking the disk for an unknown job',
      against,
      ours: of('runbook', 'rememberMs'),
      theirs: of('minimal', 'medianMs'),
    },
    {
      what: 'a trivial MCP call, p99',
      against,
      limit: 1.2,
      ours: of('runbook', 'p99Ms'),
      theirs: of('minimal', 'p99Ms'),
    },
    {
      what: `peak memory after ${CALLS.toLocaleString('en')} calls`,
      against: 'server-everything',
      limit: 0.9,
      unit: 'MiB',
      ours: of('runbook', 'peakMiB'),
      theirs: of('everything', 'peakMiB'),
    },
  ];
}

/** One life of a server: initialize, a thousand trivial calls one after another, one observation where it can. */
async function visit(argv, at) {
  const client = await connect(argv, at);
  try {
    const { result } = await client.request('tools/list');
    const names = new Set(result.tools.map((tool) => tool.name));
    const trivial = TRIVIAL.find((call) => names.has(call.name));
    const calls = trivial ? await times(CALLS, () => client.request('tools/call', trivial)) : undefined;
    const peakMiB = client.peakMiB();
    const remembered = names.has(REMEMBER.name)
      ? await times(CALLS, () => client.request('tools/call', REMEMBER))
      : undefined;
    const observed = names.has(OBSERVE.name)
      ? await times(3, () => client.request('tools/call', OBSERVE))
      : undefined;
    return {
      initializeMs: client.initializeMs,
      medianMs: calls && median(calls),
      p99Ms: calls && percentile(calls, 0.99),
      peakMiB,
      rememberMs: remembered && median(remembered),
      observeMs: observed && median(observed),
    };
  } finally {
    await client.close();
  }
}

async function times(count, work) {
  const all = [];
  for (let at = 0; at < count; at += 1) {
    const begun = performance.now();
    await work();
    all.push(performance.now() - begun);
  }
  return all;
}
