import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { program } from '../../src/cli/program.ts';
import { operations } from '../../src/operations/all.ts';
import { runbook, scenario } from '../support/scenario.ts';
import { inventoryOf, simulatedFleet } from '../support/simulated-fleet.ts';
import { pipe } from './call.ts';
import { fleetLine } from './event-schema.ts';

const text = runbook({
  One: '~~~bash\necho one >> log\n~~~\n',
  Two: '~~~bash\necho "about to judge" >&2; test "$BOX" != b2\n~~~\n',
  Three: '~~~bash\necho three >> log\n~~~\n',
});

async function command(count: number, ...flags: string[]) {
  const scene = await scenario(text, { files: { 'inventory.yaml': inventoryOf(count) } });
  const { world, unreachable } = simulatedFleet(scene.world, join(scene.folder, '..'));
  unreachable.add('b3');
  const [stdout, stderr] = [pipe(), pipe()];
  const argv = ['replay', '--fleet', 'inventory.yaml', '--yes', '--forks', '1', ...flags];
  const signal = new AbortController().signal;
  const code = await program({ argv, version: '0.0.0-test', operations, world, stdout, stderr, signal });
  return { code, stdout: stdout.text(), stderr: stderr.text(), scene };
}
const untimed = (text: string) => text.replace(/ *\d+(\.\d+)?(ms|s)\b/g, ' TIME');

describe('runbook replay --fleet', () => {
  it('prints a line per box in a pipe, a failure in full, and a matrix', async () => {
    const { code, stdout, stderr } = await command(4);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(untimed(stdout).split('\n').slice(0, 5)).toEqual([
      'Test on 4 boxes: 3 steps, 1 at once',
      'run    b1',
      'ok     b1 TIME  3 acted, 0 skipped',
      'run    b2',
      'fail   b2  two',
    ]);
    expect(stdout).toContain('about to judge');
    expect(stdout).toMatch(/b3: error\[no-route\]: b3 does not answer\.\n {2}remedy: Start it/);
    expect(untimed(stdout)).toContain(`
  b1  +++
  b2  +x.
  b3  refused
  b4  +++
  + acted  - skipped  x failed  ? a person is needed  . not reached

failed: 2 done, 1 failed, 1 refused in TIME
  next         run the same command to continue: boxes that are done are checked and skipped
`);
    expect(stdout).not.toContain('\u001b');
  });

  it('groups boxes with the same outcome if there are many', async () => {
    const { stdout } = await command(15);
    expect(stdout).toContain('  13 boxes  +++\n  b2        +x.\n  b3        refused\n');
  });

  it('prints only failures with --quiet', async () => {
    const { stdout } = await command(4, '--quiet');
    expect(stdout).not.toMatch(/^(ok|run)/m);
    expect(untimed(stdout).trimEnd().split('\n').at(-1)).toBe('failed: 2 done, 1 failed, 1 refused in TIME');
  });

  it('writes events that fit the schema, with the box of each pass', async () => {
    const { stdout } = await command(4, '--json');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => fleetLine.parse(JSON.parse(line)));
    expect(lines[0]!.event).toMatchObject({ version: 1, type: 'fleet-started' });
    expect(lines.at(-1)!.event).toMatchObject({ type: 'fleet-finished' });
    const steps = lines.filter(({ event }) => event.type === 'step-finished').map(({ target }) => target);
    expect(steps).toEqual(['b1', 'b1', 'b1', 'b2', 'b2', 'b2', 'b4', 'b4', 'b4']);
  });

  it('writes one suite per box for CI, and fails those that could not start', async () => {
    const { scene } = await command(5, '--report', 'junit.xml', '--max-fail', '1');
    const xml = await readFile(scene.path('junit.xml'), 'utf8');
    const suites = [
      ...xml.matchAll(
        /<testsuite name="([^"]*)" .*?tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/g,
      ),
    ];
    expect(suites.map((match) => match.slice(1).join(' '))).toEqual([
      'Test on b1 3 0 0 0',
      'Test on b2 3 1 0 1',
      'Test on b3 1 0 1 0',
      'Test on b4 1 0 0 1',
      'Test on b5 1 0 0 1',
    ]);
    expect(xml).toContain('<testsuites name="runbook" tests="9" failures="1" errors="1" skipped="3"');
    expect(xml).toContain('<skipped message="2 of 5 have failed"/>');
  });
});
