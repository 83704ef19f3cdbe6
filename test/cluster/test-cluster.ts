import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { abilityOf, type Binaries, findBinaries, whatIsMissing } from './binaries.ts';
import { Component } from './component.ts';
import { ClusterAuthority, kubeconfig, type UserCredential } from './credentials.ts';
import { KubernetesApi } from './kubernetes-api.ts';

const beside = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** How long one component may take to answer on a busy machine. */
const patienceMs = 120_000;

/** What another process needs to use a running cluster; plain data. */
export interface ClusterAddress {
  directory: string;
  server: string;
  /** Whether controllers, a scheduler and nodes exist; without them, Deployments get no pods. */
  controllers: boolean;
}

/** A running cluster for tests. Its pods are kwok's: they run nothing, and behave as their annotations say. */
export class TestCluster {
  readonly address: ClusterAddress;
  readonly api: KubernetesApi;
  /** A kubeconfig file of a cluster administrator, with the context `test`. */
  readonly kubeconfig: string;
  readonly #authority: ClusterAuthority;

  constructor(address: ClusterAddress) {
    this.address = address;
    this.#authority = new ClusterAuthority(address.directory);
    this.kubeconfig = this.#authority.path('admin.kubeconfig');
    this.api = new KubernetesApi(this.#authority.read('admin.kubeconfig'));
  }

  /** An empty namespace with a unique name, in which pods can be created. */
  async namespace(prefix = 'test'): Promise<string> {
    const name = `${prefix}-${randomBytes(3).toString('hex')}`;
    await this.api.create('/api/v1/namespaces', { metadata: { name } });
    if (this.address.controllers) {
      const account = `/api/v1/namespaces/${name}/serviceaccounts/default`;
      await this.api.until(account, ({ kind }) => kind === 'ServiceAccount');
    }
    return name;
  }

  /** A kubeconfig file of a new user whose only permission is `rules` in one namespace; without rules, none at all. */
  async user(name: string, namespace: string, rules: readonly object[] = []): Promise<string> {
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    if (rules.length > 0) {
      await this.api.create(`${rbac}/roles`, { metadata: { name }, rules });
      await this.api.create(`${rbac}/rolebindings`, {
        metadata: { name },
        subjects: [{ kind: 'User', name, apiGroup: 'rbac.authorization.k8s.io' }],
        roleRef: { kind: 'Role', name, apiGroup: 'rbac.authorization.k8s.io' },
      });
    }
    const user = await this.#authority.certificateFor(name);
    return this.#writeKubeconfig({ user, context: name, namespace });
  }

  /** A kubeconfig file with an expired token that this cluster signed. */
  expired(): string {
    return this.#writeKubeconfig({ user: this.#authority.expiredToken(issuer), context: 'expired' });
  }

  /** A kubeconfig file of an API server that does not exist. */
  async dead(): Promise<string> {
    const [port] = await freePorts(1);
    const user = await this.#authority.certificateFor('admin', ['system:masters']);
    return this.#writeKubeconfig({ user, context: 'dead', server: `https://127.0.0.1:${port}` });
  }

  #writeKubeconfig(options: {
    user: UserCredential;
    context: string;
    namespace?: string;
    server?: string;
  }): string {
    const path = this.#authority.path(`${options.context}-${randomBytes(3).toString('hex')}.kubeconfig`);
    const authority = this.#authority.read('ca.crt');
    writeFileSync(path, kubeconfig({ server: this.address.server, authority, ...options }), { mode: 0o600 });
    return path;
  }

  /** Every request that the API server has answered so far, from its audit log; only with `audit`. */
  audited(): AuditedRequest[] {
    return readdirSync(this.address.directory)
      .filter((file) => file.startsWith('audit'))
      .flatMap((file) => this.#authority.read(file).split('\n'))
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as AuditedRequest);
  }
}

/** One line of the API server's audit log, with the fields that tests read. */
export interface AuditedRequest {
  auditID: string;
  verb: string;
  requestURI: string;
  userAgent: string;
  user: { username: string };
  requestReceivedTimestamp: string;
}

/** A separate cluster, and how to end it. */
export interface StartedCluster {
  cluster: TestCluster;
  /** Ends every process and removes every file. */
  stop(): Promise<void>;
}

const issuer = 'https://kubernetes.default.svc';

/**
 * Starts etcd, API server, controller manager, scheduler and kwok on ports of 127.0.0.1, with two nodes. Takes about
 * ten seconds on two free cores. Whatever ends this process, even kill -9, ends them all and removes their files.
 *
 * Rejects if binaries are missing, with the reason, and with the log of a component that did not start.
 */
export async function startTestCluster({ audit = false } = {}): Promise<StartedCluster> {
  const binaries = await findBinaries();
  if (abilityOf(binaries) === 'none') throw new Error(whatIsMissing(binaries));
  const controllers = abilityOf(binaries) === 'controllers';

  const directory = mkdtempSync(join(tmpdir(), 'runbook-cluster-'));
  const stop = startReaper(directory);
  try {
    const authority = await ClusterAuthority.create(directory);
    const etcd = await startEtcd(binaries, directory);
    const server = await startApiServer(binaries, directory, etcd, audit);
    const cluster = await introduceAdministrator(authority, { directory, server, controllers });
    if (controllers) {
      startControllers(binaries, directory, cluster.kubeconfig);
      await addNodes(cluster.api, ['node-1', 'node-2']);
    }
    return { cluster, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startReaper(directory: string): () => Promise<void> {
  const reaper = spawn('bash', [beside('reaper.sh'), directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => reaper.on('exit', () => resolve()));
  reaper.unref();
  (reaper.stdin as unknown as { unref(): void }).unref();
  return async () => {
    reaper.ref();
    reaper.stdin.end();
    await gone;
  };
}

async function startEtcd(binaries: Binaries, directory: string): Promise<string> {
  const [client, peer] = await freePorts(2);
  const url = `http://127.0.0.1:${client}`;
  const etcd = Component.start(directory, 'etcd', binaries.get('etcd')!, [
    ...['--data-dir', join(directory, 'etcd'), '--unsafe-no-fsync', '--log-level', 'error'],
    ...['--listen-client-urls', url, '--advertise-client-urls', url],
    ...['--listen-peer-urls', `http://127.0.0.1:${peer}`],
    ...['--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`],
    ...['--initial-cluster', `default=http://127.0.0.1:${peer}`],
  ]);
  await etcd.until(async () => (await answer(`${url}/health`)).includes('true'), patienceMs);
  return url;
}

async function startApiServer(
  binaries: Binaries,
  directory: string,
  etcd: string,
  audit: boolean,
): Promise<string> {
  const [port] = await freePorts(1);
  const file = (name: string) => join(directory, name);
  const apiServer = Component.start(directory, 'kube-apiserver', binaries.get('kube-apiserver')!, [
    `--etcd-servers=${etcd}`,
    ...['--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', `--secure-port=${port}`],
    ...[`--tls-cert-file=${file('server.crt')}`, `--tls-private-key-file=${file('server.key')}`],
    ...[`--client-ca-file=${file('ca.crt')}`, '--authorization-mode=RBAC', '--allow-privileged'],
    ...[`--service-account-issuer=${issuer}`, `--service-account-key-file=${file('tokens.pub')}`],
    `--service-account-signing-key-file=${file('tokens.key')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    ...(audit
      ? [`--audit-policy-file=${beside('audit.yaml')}`, `--audit-log-path=${file('audit.log')}`]
      : []),
  ]);
  const server = `https://127.0.0.1:${port}`;
  const anybody = new KubernetesApi(
    kubeconfig({
      server,
      authority: readFileSync(file('ca.crt'), 'utf8'),
      user: { token: '' },
      context: 'anybody',
    }),
  );
  await apiServer.until(
    async () => (await anybody.ask('GET', '/readyz').catch(() => undefined))?.status === 200,
    patienceMs,
  );
  return server;
}

async function introduceAdministrator(
  authority: ClusterAuthority,
  address: ClusterAddress,
): Promise<TestCluster> {
  const user = await authority.certificateFor('admin', ['system:masters']);
  const text = kubeconfig({
    server: address.server,
    authority: authority.read('ca.crt'),
    user,
    context: 'test',
  });
  writeFileSync(authority.path('admin.kubeconfig'), text, { mode: 0o600 });
  return new TestCluster(address);
}

function startControllers(binaries: Binaries, directory: string, admin: string): void {
  const file = (name: string) => join(directory, name);
  Component.start(directory, 'kube-controller-manager', binaries.get('kube-controller-manager')!, [
    ...[`--kubeconfig=${admin}`, '--leader-elect=false', '--secure-port=0'],
    ...[`--service-account-private-key-file=${file('tokens.key')}`, `--root-ca-file=${file('ca.crt')}`],
  ]);
  Component.start(directory, 'kube-scheduler', binaries.get('kube-scheduler')!, [
    ...[`--kubeconfig=${admin}`, '--leader-elect=false', '--secure-port=0'],
  ]);
  Component.start(directory, 'kwok', binaries.get('kwok')!, [
    ...[
      `--kubeconfig=${admin}`,
      `--config=${beside('kwok.yaml')}`,
      '--manage-all-nodes=true',
      '--node-ip=127.0.0.1',
    ],
  ]);
}

async function addNodes(api: KubernetesApi, names: readonly string[]): Promise<void> {
  const size = { cpu: '32', memory: '64Gi', pods: '10000' };
  for (const name of names) {
    await api.create('/api/v1/nodes', {
      metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
      status: { allocatable: size, capacity: size },
    });
  }
  for (const name of names) await api.until(`/api/v1/nodes/${name}`, isReady, patienceMs);
}

function isReady(node: { status?: { conditions?: { type: string; status: string }[] } }): boolean {
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

async function answer(url: string): Promise<string> {
  return fetch(url).then(
    (response) => response.text(),
    () => '',
  );
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
