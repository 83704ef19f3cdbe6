import { localWorld } from '../../../src/local-world.ts';
import { agentIn } from './agent.ts';

/** A server's process with a job that never ends: it says so, and waits to be killed. */
const world = localWorld({
  cwd: process.argv[2]!,
  env: process.env,
  version: '0.0.0-test',
  person: undefined,
});
const draft = { title: 'Long', run: 'sleep 4321', verify: 'file x exists' };
const agent = agentIn(world);
await agent.call('apply_step', { draft, wait_s: 2 });
// On a busy machine its first look at the box takes longer.
while ((await agent.call('job_read', { job: 'job-1', wait_s: 1 })).step === '');
process.stdout.write('running\n');
