import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { Component } from '../cluster/component.ts';
import { describeWithCluster } from '../cluster/describe-with-cluster.ts';
import type { Json } from '../cluster/kubernetes-api.ts';
import { scenario } from '../support/scenario.ts';
import { reasonForNoSshd, type Sshd, sshConfigByName, startSshd } from '../support/sshd.ts';
import { defineArgo } from './argo/define.ts';
import { PodRunner } from './argo/pod-runner.ts';
import { argoProgram } from './argo/programs.ts';

const BIN = join(import.meta.dirname, '../../dist/bin.js');
const PATIENCE = { timeout: 60_000, interval: 200 };
const SECRET = 's3cret-value-of-the-shop';
const controller = argoProgram('workflow-controller');
const reason = controller.reason ?? reasonForNoSshd();
if (reason) console.error(`SKIPPED: a real Argo controller walks a submitted workflow: ${reason}`);

const RUNBOOK = `---
runbook: 1
name: Shop
---

# Shop

## Inputs

| Name   | Kind     | Required |
| ------ | -------- | -------- |
| DOMAIN | variable | yes      |
| TOKEN  | secret   | yes      |

## Steps

### Make the page

~~~bash
echo "$DOMAIN" > page
echo page >> "$WITNESS"
~~~

Verify:

~~~check
file page contains "\${DOMAIN}"
~~~

### Log in

Needs: make-the-page

~~~bash
sleep 1
echo login >> "$WITNESS"
test "\${#TOKEN}" = ${SECRET.length}
test ! -e "$WITNESS.trouble"
touch logged-in
~~~

Verify:

~~~check
file logged-in exists
~~~

### Open

Needs: make-the-page

~~~bash
sleep 1
touch open
echo open >> "$WITNESS"
~~~

Verify:

~~~check
file open exists
~~~
`;

/** A box with a name in one ssh configuration, and a log of what ran on it. */
interface Web {
  readonly name: string;
  readonly sshd: Sshd;
  readonly witness: string;
}

/**
 * Only the node is simulated: pods run as processes of this machine (argo/pod-runner). Argo's controller, the API
 * server, the engine in the pods and the boxes behind ssh are real.
 */
describeWithCluster(
  `a real Argo controller walks a submitted workflow${reason ? ` (SKIPPED: ${reason})` : ''}`,
  (cluster) => {
    beforeAll(async () => {
      if (reason) return;
      await defineArgo(cluster);
      const namespace = await cluster.namespace('argo');
      await cluster.api.create(`/api/v1/namespaces/${namespace}/configmaps`, {
        metadata: { name: 'workflow-controller-configmap' },
        data: { metricsConfig: 'enabled: false\n', telemetryConfig: 'enabled: false\n' },
      });
      Component.start(cluster.address.directory, 'workflow-controller', 'env', [
        ...[
          'LEADER_ELECTION_DISABLE=true',
          'DEFAULT_REQUEUE_TIME=1s',
          controller.path,
          '--kubeconfig',
          cluster.kubeconfig,
        ],
        ...['--namespace', namespace, '--executor-image', 'none', '--qps', '100', '--burst', '200'],
      ]);
    }, 60_000);

    async function scene() {
      const namespace = await cluster.namespace('shop');
      const folder = mkdtempSync(join(tmpdir(), 'runbook-argo-'));
      const webs: Web[] = [];
      onTestFinished(async () => {
        for (const { sshd } of webs) await sshd.stop();
        rmSync(folder, { recursive: true, force: true });
      });
      for (const name of ['web-1', 'web-2']) {
        const witness = join(folder, `${name}.witness`);
        webs.push({ name, witness, sshd: await startSshd({ env: { WITNESS: witness } }) });
      }
      const named = Object.fromEntries(webs.map(({ name, sshd }) => [name, sshd]));
      const config = sshConfigByName(named, join(folder, 'ssh_config'));

      const here = await scenario(RUNBOOK, {
        files: {
          'inventory.yaml': `inputs: { DOMAIN: shop.example }\ntargets: [ssh://web-1, { on: "ssh://web-2", inputs: { DOMAIN: "it's \\"odd\\"" } }]\n`,
        },
        env: { KUBECONFIG: cluster.kubeconfig },
      });
      await here.run('approve', { context: 'test', namespace });
      await cluster.api.create(`/api/v1/namespaces/${namespace}/secrets`, {
        metadata: { name: 'runbook-shop' },
        stringData: { TOKEN: SECRET },
      });
      const errors: Error[] = [];
      const pods = new PodRunner(cluster.api, namespace, {
        folder,
        programs: { runbook: [process.execPath, BIN] },
        env: { PATH: process.env.PATH ?? '', HOME: folder, RUNBOOK_SSH_CONFIG: config },
        onError: (error) => errors.push(error),
      });
      pods.start();
      onTestFinished(() => pods.stop());
      const workflows = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`;
      const submit = (more: Record<string, unknown> = {}) =>
        here.run('submit', { image: 'none', targets: 'inventory.yaml', namespace, yes: true, ...more });
      const workflow = async (): Promise<Json> => (await cluster.api.get(workflows)).items[0];
      /** Does what `argo resume` does. */
      const resume = async () => {
        const { metadata, status } = await workflow();
        for (const { id } of pausedIn(status)) {
          const nodes = { [id]: { phase: 'Succeeded', finishedAt: new Date().toISOString() } };
          await cluster.api.merge(`${workflows}/${metadata.name}`, { status: { nodes } });
        }
      };
      return { folder, webs, pods, errors, submit, workflow, resume };
    }

    test.skipIf(reason)(
      'runs two boxes step by step in the order of their needs, with the secret only by reference',
      async () => {
        const { folder, webs, pods, errors, submit, workflow } = await scene();
        const { exit, report, diagnostics } = await submit();
        expect({ exit, diagnostics, errors, phase: report.ended?.phase }, JSON.stringify(pods.ran)).toEqual({
          ...{ exit: 0, diagnostics: [], errors: [] },
          phase: 'Succeeded',
        });
        for (const [index, domain] of ['shop.example', 'it\'s "odd"'].entries()) {
          const { sshd, witness } = webs[index]!;
          const [workspace = ''] = readdirSync(sshd.workspaces);
          expect(readFileSync(join(sshd.workspaces, workspace, 'page'), 'utf8')).toBe(`${domain}\n`);
          const ran = readFileSync(witness, 'utf8').trim().split('\n');
          expect([ran[0], ran.slice(1).sort()]).toEqual(['page', ['login', 'open']]);
        }
        const steps = pods.ran.filter(({ argv }) => argv[0] === 'runbook');
        expect(steps.map(({ code }) => code)).toEqual(Array(6).fill(0));
        expect(readdirSync(join(folder, 'runbook-shop', 'boxes')).sort()).toEqual(['web-1', 'web-2']);
        expect(existsSync(join(folder, 'runbook-shop', 'boxes', 'web-1', 'log-in.junit.xml'))).toBe(true);
        expect(JSON.stringify([await workflow(), pods.ran])).not.toContain(SECRET);
      },
      120_000,
    );

    test.skipIf(reason)(
      'an unreachable box pauses until a person resumes it; the others continue',
      async () => {
        const { webs, errors, submit, workflow, resume } = await scene();
        webs[1]!.sshd.cut();
        const following = submit();
        await expect.poll(async () => pausedIn((await workflow())?.status), PATIENCE).not.toHaveLength(0);
        await expect.poll(() => witnessOf(webs[0]!), PATIENCE).toHaveLength(3);
        expect(witnessOf(webs[1]!)).toEqual([]);
        await webs[1]!.sshd.restart();
        await resume();
        const { exit, events } = await following;
        expect({ exit, errors }).toEqual({ exit: 0, errors: [] });
        expect(witnessOf(webs[1]!)).toHaveLength(3);
        expect(events.some((each) => JSON.stringify(each).includes('waits'))).toBe(true);
      },
      120_000,
    );

    test.skipIf(reason)(
      'a failed step is not retried, its dependents do not run, and a report is written',
      async () => {
        const { folder, webs, pods, errors, submit } = await scene();
        writeFileSync(`${webs[0]!.witness}.trouble`, '');
        const { exit, report } = await submit();
        expect({ exit, errors, phase: report.ended.phase }).toEqual({ exit: 1, errors: [], phase: 'Failed' });
        expect([witnessOf(webs[0]!), witnessOf(webs[1]!)]).toEqual([
          expect.arrayContaining(['page', 'login', 'open']),
          expect.arrayContaining(['page', 'login', 'open']),
        ]);
        expect(pods.ran.filter(({ code }) => code === 1)).toHaveLength(1);
        const [run = ''] = readdirSync(join(folder, 'runbook-shop', 'reports'));
        const told = readFileSync(join(folder, 'runbook-shop', 'reports', run, 'report.txt'), 'utf8');
        expect(told).toContain(`${run} Failed`);
      },
      120_000,
    );

    test.skipIf(reason)(
      'a lost pod is retried and continues from the journal',
      async () => {
        const { webs, pods, errors, submit } = await scene();
        pods.killOnce('open');
        const { exit } = await submit();
        expect({ exit, errors }).toEqual({ exit: 0, errors: [] });
        expect(pods.ran.map(({ code }) => code)).toContain(137);
        for (const web of webs) expect(witnessOf(web).filter((each) => each === 'page')).toHaveLength(1);
      },
      180_000,
    );
  },
  { controllers: false },
);

const witnessOf = ({ witness }: Web): string[] =>
  existsSync(witness) ? readFileSync(witness, 'utf8').trim().split('\n') : [];

const pausedIn = (status: Json): Json[] =>
  Object.values((status?.nodes ?? {}) as Json[]).filter(
    ({ type, phase }: Json) => type === 'Suspend' && phase === 'Running',
  );
