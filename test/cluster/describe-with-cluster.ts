import { describe, expect, inject, test } from 'vitest';
import { TestCluster } from './test-cluster.ts';

/**
 * A vitest suite against a real API server, in a file whose name ends in `.cluster.test.ts`. If none can start, its
 * tests are skipped, and the reason is in the suite's name and on stderr; `AGENT_RUNBOOK_CLUSTER=required` makes that a
 * failure, for machines known to have the binaries.
 *
 * Suites that only write and read objects set `controllers: false`: they also run with only an API server and etcd, as
 * setup-envtest installs them.
 */
export function describeWithCluster(
  name: string,
  tests: (cluster: TestCluster) => void,
  { controllers = true } = {},
): void {
  const { address, missing } = inject('cluster');
  if (address && (address.controllers || !controllers)) {
    describe(name, () => tests(new TestCluster(address)));
  } else if (process.env.AGENT_RUNBOOK_CLUSTER === 'required') {
    test(`${name}: a cluster can start`, () => expect.fail(`no cluster can start here: ${missing}`));
  } else {
    console.error(`SKIPPED: "${name}" needs a real Kubernetes: ${missing}`);
    describe.skip(`${name} (no cluster can start here: ${missing})`, () => tests(undefined as never));
  }
}
