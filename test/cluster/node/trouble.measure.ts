import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Json } from '../kubernetes-api.ts';
import { runbookOnCluster } from '../runbook-on-cluster.ts';
import { describeWithNode } from './describe-with-node.ts';
import { type Judged, judge, stepOf, troubles } from './run-trouble.ts';

const record = join(import.meta.dirname, 'trouble-results.json');
const atOnce = 6;

/** Replaces what was recorded of the same trouble. */
function keep(found: Judged): void {
  const before = JSON.parse(readFileSync(record, 'utf8')) as Judged[];
  const rows = [...before.filter(({ name }) => name !== found.name), found];
  rows.sort((a, b) => (a.name < b.name ? -1 : 1));
  writeFileSync(record, `${JSON.stringify(rows, null, 2)}\n`);
}

describeWithNode('real trouble on a real node', (node) => {
  const chosen = process.env.TROUBLE?.split(',');
  const all = troubles().filter(({ name }) => !chosen || chosen.includes(name));

  test('the first finding is the true cause (UPDATE=1 records the findings)', {
    timeout: 1_800_000,
  }, async () => {
    const waiting = [...all];
    const judged: Judged[] = [];
    const worker = async () => {
      for (let trouble = waiting.shift(); trouble; trouble = waiting.shift()) {
        const runbook = await runbookOnCluster(stepOf(trouble), { kubeconfig: node().kubeconfig });
        const found = await judge(trouble, runbook);
        judged.push(found);
        if (process.env.UPDATE === '1') keep(found);
        if (found.verdict !== 'true')
          console.warn(`${found.name}: ${found.verdict}: ${found.says}\n${await whatHappened(found)}`);
        await node().api.ask('DELETE', `/api/v1/namespaces/trouble-${trouble.name}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    const untrue = judged.filter(({ verdict }) => verdict === 'false');
    expect(untrue.map(({ name, says }) => `${name}: ${says}`)).toEqual([]);
    const isTrue = judged.filter(({ verdict }) => verdict === 'true').length;
    expect(isTrue).toBeGreaterThanOrEqual(Math.floor(all.length * 0.95));
  });

  /** States of containers and events, for people who look into a finding that is not true. */
  async function whatHappened({ name }: Judged): Promise<string> {
    const core = `/api/v1/namespaces/trouble-${name}`;
    const [pods, events] = [await node().api.get(`${core}/pods`), await node().api.get(`${core}/events`)];
    const states = pods.items.map(({ status }: Json) =>
      JSON.stringify(status.containerStatuses ?? status.conditions),
    );
    const said = events.items.map(({ reason, message }: Json) => `${reason}: ${message}`);
    return [...states, ...new Set(said)].join('\n');
  }
});
