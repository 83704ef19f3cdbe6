import { localWorld } from '../../../src/local-world.ts';
import { fitToBudget } from '../../../src/mcp/tools/budget.ts';
import { envObserve } from '../../../src/operations/agent/tools/env-observe.ts';
import { agentIn } from '../../operations/agent/agent.ts';

/** An agent that observes a cluster of any size, pages through the result, and reports time and memory. */
const world = localWorld({
  cwd: process.argv[2]!,
  env: process.env,
  version: '0.0.0-test',
  person: undefined,
});
const agent = agentIn(world);
const began = performance.now();
const answer = await agent.call('env_observe', { scopes: ['kubernetes'], namespace: 'big' });
const ms = Math.round(performance.now() - began);
const pages = [answer];
for (let next = answer.next_facts.kubernetes; next !== undefined; next = pages.at(-1).next_facts.kubernetes) {
  pages.push(await agent.call('env_observe', { cursor: next }));
}
const sizes = pages.map((page) => JSON.stringify(fitToBudget(page, envObserve.budget!)).length);
const cut = pages.filter((page) => fitToBudget(page, envObserve.budget!).more !== undefined).length;
const ids = pages.flatMap((page) => page.facts.kubernetes.map(({ id }: { id: string }) => id));
console.log(
  JSON.stringify({
    ...{ ms, sizes, cut, ids: ids.length, distinct: new Set(ids).size },
    ...{ counts: answer.counts, unavailable: answer.unavailable, findings: answer.findings },
    peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
process.exit(0);
