import { serveMcp } from '../../../src/mcp/main.ts';
import type { World } from '../../../src/world.ts';
import { standInResources, standInTools } from './stand-in-tools.ts';

/** `runbook mcp` with tools that misbehave. Options come as JSON in the first argument. */
const { person, ...options } = JSON.parse(process.argv[2] ?? '{}');

const world: World = {
  cwd: process.cwd(),
  env: process.env,
  version: '0.0.0-test',
  folders: { box: person, person },
  now: () => Date.now(),
  identify: () => Promise.reject(new Error('this test has no box')),
  openBox: () => Promise.reject(new Error('this test has no box')),
};

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

// No `await` at the top, as in src/bin.ts: a call that can never settle does not keep the process alive and is not an error.
void serveMcp(world, {
  file: 'AUTODOCK.md',
  readOnly: false,
  withoutSkills: false,
  toolsets: ['core'],
  trust: 'guarded',
  ...options,
  signal: stop.signal,
  tools: standInTools,
  resources: standInResources,
}).then(
  (exit) => process.exit(exit),
  (error) => {
    process.stderr.write(`${error}\n`);
    process.exit(error.exit ?? 70);
  },
);
