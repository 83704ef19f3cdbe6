import { spawn } from 'node:child_process';
import { environment } from './process.mjs';
import { inRoom } from './rooms.mjs';
import { testClusters } from './test-cluster.mjs';

const WAIT_MS = 60_000;

const step = (namespace) => `---
runbook: 1
name: wait
---

## Steps

### Wait for the deployment

\`\`\`bash
true
\`\`\`

Verify:

\`\`\`check
k8s deployment/web -n ${namespace} ready within 5m
\`\`\`
`;

/**
 * A minute of waiting for a Deployment whose pods do not come up, and how soon each waiter tells that they did. All wait
 * at once, for the same object of a real API server, each as a user of its own: its audit log counts their requests.
 */
export async function wait({ bin, skipped }) {
  const { findBinaries, abilityOf, startTestCluster, whatIsMissing } = await testClusters();
  const binaries = await findBinaries();
  const kubectl = binaries.get('kubectl');
  if (abilityOf(binaries) !== 'controllers' || !kubectl) {
    const missing = kubectl
      ? whatIsMissing(binaries)
      : 'kubectl not found; `bash test/cluster/build-binaries.sh --all`';
    skipped.push(`requests per minute of wait: ${missing}`);
    return [];
  }
  const { cluster, stop } = await startTestCluster({ audit: true });
  try {
    const namespace = await cluster.namespace();
    return await inRoom({ 'AUTODOCK.md': step(namespace) }, (room) =>
      measure({ cluster, namespace, kubectl, bin, at: room.at }),
    );
  } finally {
    await stop();
  }
}

async function measure({ cluster, namespace, kubectl, bin, at }) {
  const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
  await cluster.api.create(deployment.replace('/web', ''), silentDeployment());
  await cluster.api.until(deployment, ({ status }) => status?.unavailableReplicas === 1);

  const waiters = {
    runbook: [process.execPath, bin, 'replay', '--yes'],
    'kubectl-wait': [
      kubectl,
      '-n',
      namespace,
      'wait',
      '--for=condition=Available',
      'deployment/web',
      '--timeout=5m',
    ],
    'kubectl-rollout-status': [
      kubectl,
      '-n',
      namespace,
      'rollout',
      'status',
      'deployment/web',
      '--timeout=5m',
    ],
  };
  const running = {};
  for (const [name, argv] of Object.entries(waiters)) {
    const kubeconfig = await cluster.user(name, namespace, rightsToWait);
    running[name] = start(argv, { ...at, env: { ...at.env, KUBECONFIG: kubeconfig, HOME: at.cwd } });
  }
  await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  const early = Object.keys(running).filter((name) => running[name].ended());
  if (early.length > 0)
    throw new Error(`did not wait: ${early.map((name) => running[name].output()).join('\n')}`);

  const counted = Object.fromEntries(Object.keys(waiters).map((name) => [name, requestsOf(cluster, name)]));
  const released = performance.now();
  await letPodsStart(cluster, namespace);
  const told = {};
  for (const name of Object.keys(running)) told[name] = (await running[name].gone) - released;
  for (const [name, requests] of Object.entries(counted)) {
    console.error(
      `  ${name}: ${requests.length} requests\n${requests.map((line) => `    ${line}`).join('\n')}`,
    );
  }
  return ['kubectl-wait', 'kubectl-rollout-status'].flatMap((peer) => [
    {
      what: 'requests in a minute of wait',
      against: `\`${peer.replaceAll('-', ' ')}\``,
      ours: [counted.runbook.length],
      theirs: [counted[peer].length],
      unit: 'requests',
    },
    {
      what: 'from the release of its pods to the end of the wait',
      against: `\`${peer.replaceAll('-', ' ')}\``,
      ours: [told.runbook],
      theirs: [told[peer]],
    },
  ]);
}

const rightsToWait = [
  { apiGroups: ['apps'], resources: ['deployments', 'replicasets'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods', 'events'], verbs: ['get', 'list', 'watch'] },
];

function silentDeployment() {
  const labels = { app: 'web' };
  return {
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { 'runbook.test/silent': 'true' } },
        spec: { containers: [{ name: 'web', image: 'registry.example.com/web:1.0' }] },
      },
    },
  };
}

async function letPodsStart(cluster, namespace) {
  const { items } = await cluster.api.get(`/api/v1/namespaces/${namespace}/pods`);
  for (const { metadata } of items) {
    await cluster.api.merge(`/api/v1/namespaces/${namespace}/pods/${metadata.name}`, {
      metadata: { annotations: { 'runbook.test/silent': null } },
    });
  }
}

/** A watch is two lines of the log, when it begins and when it ends, and one request. */
function requestsOf(cluster, user) {
  const requests = cluster.audited().filter(({ user: { username } }) => username === user);
  return [
    ...new Map(requests.map(({ auditID, verb, requestURI }) => [auditID, `${verb} ${requestURI}`])).values(),
  ];
}

function start([file, ...args], { cwd, env }) {
  let output = '';
  let end;
  const child = spawn(file, args, { cwd, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const gone = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      end = performance.now();
      if (code === 0) resolve(end);
      else reject(new Error(`${file} ${args.join(' ')} ended with ${code}: ${output}`));
    });
  });
  gone.catch(() => {}); // it is asked for later
  return { gone, ended: () => end !== undefined, output: () => output };
}
