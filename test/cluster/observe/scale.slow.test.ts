import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { grantCluster } from '../../../src/journal/decisions/cluster-grants.ts';
import { PagedApi } from './paged-api.ts';

const [PODS, EVENTS] = [10_000, 50_000];

test('ten thousand pods and fifty thousand events in one namespace: a bounded answer, paged, below 300 MB', async () => {
  const api = await PagedApi.start();
  onTestFinished(() => api.stop());
  const inside = '/api/v1/namespaces/big';
  api
    .list(
      '/api/v1/nodes',
      Array.from({ length: 50 }, (_, index) => node(index)),
    )
    .list(
      `${inside}/services`,
      Array.from({ length: 200 }, (_, index) => service(index)),
    )
    .list(`${inside}/pods`, { count: PODS, at: pod })
    .list(`${inside}/events`, { count: EVENTS, at: event });
  const seen = await look(api);
  expect(seen.findings[0]).toMatchObject({ code: 'image-program-missing' });
  for (const size of seen.sizes) expect(size).toBeLessThanOrEqual(16_000);
  expect(seen).toMatchObject({ cut: 0, distinct: seen.ids });
  expect(seen.sizes.length).toBeGreaterThan(5);
  expect(seen.counts.kubernetes).toBeGreaterThan(EVENTS);
  expect(seen.unavailable).toContainEqual(
    expect.objectContaining({ reason: expect.stringMatching(/not listed: .*\d{5} more of kind event/) }),
  );
  expect(seen.peakMb).toBeLessThan(300);
  expect(api.mostAsked).toBeLessThanOrEqual(500);
  console.log(
    `10,000 pods, 50,000 events: ${seen.ms} ms, peak ${seen.peakMb} MB, ${seen.sizes.length} pages`,
  );
});

interface Seen {
  readonly ms: number;
  readonly sizes: number[];
  readonly cut: number;
  readonly ids: number;
  readonly distinct: number;
  readonly counts: Record<string, number>;
  readonly unavailable: { reason: string }[];
  readonly findings: { code: string }[];
  readonly peakMb: number;
}

/** In its own process, so that its memory can be measured. */
async function look(api: PagedApi): Promise<Seen> {
  const root = await mkdtemp(join(tmpdir(), 'runbook-scale-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const [folder, person, program] = [join(root, 'project'), join(root, 'person'), join(root, 'program.mjs')];
  await mkdir(folder);
  await writeFile(join(root, 'kubeconfig'), api.kubeconfig);
  await grantCluster(person, { context: 'fake', server: api.url, at: new Date().toISOString() });
  await build({
    entryPoints: [fileURLToPath(new URL('./scale-program.ts', import.meta.url))],
    ...{ outfile: program, bundle: true, loader: { '.sh': 'text' }, platform: 'node', format: 'esm' },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const env = {
    ...process.env,
    KUBECONFIG: join(root, 'kubeconfig'),
    RUNBOOK_STATE: person,
    RUNBOOK_BOX_STATE: join(root, 'box'),
  };
  const { stdout } = await promisify(execFile)(process.execPath, [program, folder], { env });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Seen;
}

const node = (index: number) => ({
  metadata: { name: `node-${index}`, annotations: { note: 'x'.repeat(2000) } },
  status: {
    allocatable: { cpu: '64', memory: '256Gi', pods: '250' },
    conditions: [{ type: 'Ready', status: 'True' }],
    images: Array.from({ length: 50 }, (_, image) => ({ names: [`registry.example.com/app-${image}:1`] })),
  },
});

const service = (index: number) => ({
  metadata: { namespace: 'big', name: `app-${index}` },
  spec: { type: 'ClusterIP', selector: { app: `app-${index}` }, ports: [{ port: 80, targetPort: 8080 }] },
});

/** As large as real ones: environment, managed fields, annotations. Every tenth one is failing. */
const pod = (index: number) => ({
  metadata: {
    namespace: 'big',
    name: `app-${index % 200}-7d9f-${index}`,
    uid: `uid-${index}`,
    labels: { app: `app-${index % 200}`, 'pod-template-hash': '7d9f' },
    annotations: { 'example.com/note': 'x'.repeat(500) },
    ownerReferences: [{ kind: 'ReplicaSet', name: `app-${index % 200}-7d9f`, controller: true }],
    managedFields: [
      { manager: 'kubelet', operation: 'Update', fieldsV1: { 'f:status': { 'f:note': 'y'.repeat(1500) } } },
    ],
  },
  spec: {
    nodeName: `node-${index % 50}`,
    containers: [
      {
        name: 'app',
        image: `registry.example.com/app-${index % 200}:1`,
        env: Array.from({ length: 20 }, (_, each) => ({ name: `VARIABLE_${each}`, value: 'z'.repeat(40) })),
        resources: { requests: { cpu: '100m', memory: '128Mi' } },
      },
    ],
  },
  status:
    index % 10 === 0
      ? {
          phase: 'Running',
          containerStatuses: [
            {
              name: 'app',
              restartCount: 9,
              state: {
                waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' },
              },
              lastState: {
                terminated: {
                  exitCode: 128,
                  reason: 'StartError',
                  message: 'exec: "/bin/bash": stat /bin/bash: no such file or directory',
                },
              },
            },
          ],
        }
      : { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
});

const event = (index: number) => ({
  type: index % 3 === 0 ? 'Warning' : 'Normal',
  reason: 'BackOff',
  message: `Back-off restarting failed container app in pod app-${index % 200}-7d9f-${index % PODS}`,
  count: 4,
  lastTimestamp: new Date(1_795_000_000_000 + index * 1000).toISOString(),
  metadata: {
    namespace: 'big',
    name: `event-${index}`,
    managedFields: [{ manager: 'kubelet', fieldsV1: { note: 'y'.repeat(600) } }],
  },
  involvedObject: {
    kind: 'Pod',
    namespace: 'big',
    name: `app-${index % 200}-7d9f-${index % PODS}`,
    uid: `uid-${index % PODS}`,
  },
});
