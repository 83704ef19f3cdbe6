import { spawn } from 'node:child_process';
import { environment, timed } from './process.mjs';
import { inRoom } from './rooms.mjs';
import { testClusters } from './test-cluster.mjs';

/** The time from the first request until each waiter has opened its watch. */
const BEGINNING_MS = 5_000;
const WAIT_MS = BEGINNING_MS + 60_000;

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
 * A minute of waiting for a Deployment whose pods do not come up, and how soon each waiter reports that they did. All wait
 * at once, for the same object of a real API server, each as its own user. The audit log counts their requests.
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
    const env = { ...at.env, KUBECONFIG: kubeconfig, HOME: at.cwd };
    if (name === 'runbook')
      timed([process.execPath, bin, 'approve', '--context', name], { cwd: at.cwd, env });
    running[name] = start(argv, { cwd: at.cwd, env });
  }
  await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  const early = Object.keys(running).filter((name) => running[name].ended());
  if (early.length > 0)
    throw new Error(`did not wait: ${early.map((name) => running[name].output()).join('\n')}`);

  const released = performance.now();
  await letPodsStart(cluster, namespace);
  const told = {};
  for (const name of Object.keys(running)) told[name] = (await running[name].gone) - released;
  const counted = Object.fromEntries(Object.keys(waiters).map((name) => [name, requestsOf(cluster, name)]));
  for (const [name, { toBegin, whileWaiting }] of Object.entries(counted)) {
    console.error(`  ${name}: ${toBegin.length} requests to begin, ${whileWaiting.length} while waiting`);
    for (const line of [...toBegin, ...whileWaiting]) console.error(`    ${line}`);
  }
  return [
    ...['kubectl-wait', 'kubectl-rollout-status'].flatMap((peer) => {
      const against = `\`${peer.replace('-', ' ').replace('-', ' ')}\``;
      const requests = (name) => [counted[name].toBegin.length];
      return [
        {
          what: 'requests to begin a wait for a Deployment',
          against,
          ours: requests('runbook'),
          theirs: requests(peer),
          unit: 'requests',
        },
        {
          what: 'from its pods being let go to the end of the wait',
          against,
          ours: [told.runbook],
          theirs: [told[peer]],
        },
      ];
    }),
    ...Object.entries(counted).map(([name, { whileWaiting }]) => ({
      what: `requests in a minute of that wait: ${name.replaceAll('-', ' ')}`,
      absolute: true,
      ours: [whileWaiting.length],
      unit: 'requests',
      ...(name === 'runbook' && { limit: 0 }),
    })),
  ];
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

/** What a user has asked, at first and then. A watch is two lines of the log, when it begins and when it ends, and one request. */
function requestsOf(cluster, user) {
  const byId = new Map();
  for (const request of cluster.audited()) {
    if (request.user.username === user && !byId.has(request.auditID)) byId.set(request.auditID, request);
  }
  const requests = [...byId.values()];
  const begun = Date.parse(requests[0]?.requestReceivedTimestamp) + BEGINNING_MS;
  const told = ({ verb, requestURI }) => `${verb} ${requestURI}`;
  const inTime = (request) => Date.parse(request.requestReceivedTimestamp) < begun;
  return {
    toBegin: requests.filter(inTime).map(told),
    whileWaiting: requests.filter((request) => !inTime(request)).map(told),
  };
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
