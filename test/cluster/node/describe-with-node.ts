import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findNodePrograms, type NodePrograms } from './node-programs.ts';
import { RealNode } from './real-node.ts';

interface Needs {
  /** Argo Workflows, Argo Events and their images. */
  readonly withArgo?: boolean;
}

/** A vitest suite with a real node of its own, in a file whose name ends in `.node.test.ts`. `node()` is for tests and hooks. */
export function describeWithNode(
  name: string,
  tests: (node: () => RealNode) => void,
  needs: Needs = {},
): void {
  describeWithNodePrograms(
    name,
    (programs) => {
      let node: RealNode | undefined;
      beforeAll(async () => {
        node = await RealNode.start(programs);
      });
      afterAll(() => node?.stop());
      tests(() => node!);
    },
    needs,
  );
}

/**
 * A suite that starts nodes itself. Where no node can start, its tests are skipped and the reason is in the suite's name and on
 * stderr; `AGENT_RUNBOOK_NODE=required` makes that a failure.
 */
export function describeWithNodePrograms(
  name: string,
  tests: (programs: NodePrograms) => void,
  needs: Needs = {},
): void {
  const programs = findNodePrograms(needs);
  if (!('missing' in programs)) {
    describe(name, () => tests(programs));
  } else if (process.env.AGENT_RUNBOOK_NODE === 'required') {
    test(`${name}: a node can start`, () => expect.fail(`no node can start here: ${programs.missing}`));
  } else {
    console.error(`SKIPPED: "${name}" needs a real Kubernetes node: ${programs.missing}`);
    describe.skip(`${name} (no node can start here: ${programs.missing})`, () => tests(undefined as never));
  }
}
