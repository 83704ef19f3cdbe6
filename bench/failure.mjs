import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from './mcp-client.mjs';
import { inRoom } from './rooms.mjs';
import { runbook } from './work.mjs';

const PROCESSES = 400;
const LOG_FILES = 20;
const LOG_MIB = 10;
const FAILURES = 5;

/** What an agent pays for the explanation of a failure on a busy box: many processes, and logs of 200 MiB that grow. */
export async function failure({ bin }) {
  const sleepers = Array.from({ length: PROCESSES }, () => spawn('sleep', ['600'], { stdio: 'ignore' }));
  try {
    const times = await inRoom({ 'AUTODOCK.md': runbook(1) }, (room) => failures(bin, room));
    return [
      {
        what: `overhead of a failing apply_step with ${PROCESSES} processes and ${LOG_FILES * LOG_MIB} MiB of logs`,
        limit: 1500,
        absolute: true,
        ours: times,
        theirs: [],
      },
    ];
  } finally {
    for (const sleeper of sleepers) sleeper.kill();
  }
}

/** Wall time of each call; the step itself takes a few milliseconds of it. */
async function failures(bin, { folder, at }) {
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  mkdirSync(join(folder, 'state'), { recursive: true });
  writeFileSync(join(folder, 'state', 'sandbox'), '');
  const line = `${'2026-11-28 12:00:00 INFO request served in 12 ms '.repeat(2)}\n`;
  const text = line.repeat((LOG_MIB * 2 ** 20) / line.length);
  for (let file = 0; file < LOG_FILES; file++) writeFileSync(join(logs, `app-${file}.log`), text);
  const client = await connect([process.execPath, bin, 'mcp', 'AUTODOCK.md', '--trust', 'sandbox'], at);
  const times = [];
  try {
    for (let round = 0; round <= FAILURES; round++) {
      const run = `for f in logs/*.log; do echo "ERROR cannot open table ${round}" >>$f; done; echo "failed: ${'x'.repeat(round)}" >&2; exit 1`;
      const begun = performance.now();
      const { result } = await client.request('tools/call', {
        name: 'apply_step',
        arguments: {
          draft: { title: `Import ${round}`, why: 'w', run, verify: `file done-${round} exists` },
        },
      });
      const answer = result.structuredContent;
      if (answer?.status !== 'failed')
        throw new Error(`it should fail: ${JSON.stringify(answer ?? result).slice(0, 300)}`);
      // The first call loads the code.
      if (round > 0) times.push(performance.now() - begun);
      appendFileSync(join(logs, 'app-0.log'), 'INFO between\n');
    }
  } finally {
    await client.close();
  }
  return times;
}
