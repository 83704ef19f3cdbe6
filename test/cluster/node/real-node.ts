import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { ClusterAuthority, kubeconfig } from '../credentials.ts';
import { type Json, KubernetesApi } from '../kubernetes-api.ts';
import { ImageStore } from './image-store.ts';
import { argoImages, basicImages } from './images.ts';
import { balanceLoad } from './load-balancer.ts';
import type { NodePrograms } from './node-programs.ts';

const repository = join(import.meta.dirname, '../../..');
const address = '10.97.0.2';

/** Who may pull from registry.example.com:5000. */
export const puller = { user: 'puller', password: 's3cr3t-pull-pass' };
const htpasswd = 'puller:$2b$04$IsRyPheW8R/vARDED.YVXuRBIYf/VFw2ZTxkTUiuzkwRB8Xnk.c5e\n';

/** The host and port of the registry that wants credentials. */
export const privateRegistry = 'registry.example.com:5000';

/** How long the node may take to become ready on a busy machine. */
const patienceMs = 120_000;

export interface Ended {
  exitCode: number;
  /** Both streams. */
  text: string;
}

/**
 * One Kubernetes node with its control plane: kubelet, containerd, kube-proxy, CoreDNS, two registries, and services of type
 * LoadBalancer as k3s has them. It has namespaces of its own, and a root that is an overlay of this machine's. One at a time.
 */
export class RealNode {
  readonly api: KubernetesApi;
  /** A kubeconfig file of an administrator, context `test`, that works on this machine and on the node. */
  readonly kubeconfig: string;
  readonly #state: string;
  readonly #supervisor: ChildProcess;
  readonly #endLoadBalancer: () => void;

  private constructor(state: string, supervisor: ChildProcess) {
    this.#state = state;
    this.#supervisor = supervisor;
    this.kubeconfig = join(state, 'admin.kubeconfig');
    this.api = new KubernetesApi(readFileSync(this.kubeconfig, 'utf8'));
    this.#endLoadBalancer = balanceLoad(this.api);
  }

  /** About ten seconds, once the images are made. Rejects with the end of the logs when the node does not become ready. */
  static async start(programs: NodePrograms): Promise<RealNode> {
    const store = await storeImages(programs);
    const state = mkdtempSync(join(tmpdir(), 'runbook-node-'));
    await writeState(state, store);
    const supervisor = spawn('bash', [join(import.meta.dirname, 'supervise.sh'), state], {
      detached: true,
      stdio: ['pipe', 'ignore', 'inherit'],
      env: {
        ...process.env,
        CONTROL_PLANE: programs.controlPlane,
        PROGRAMS: programs.node,
        SHARED: [...new Set([tmpdir(), repository, dirname(programs.node)])].join(':'),
      },
    });
    const node = new RealNode(state, supervisor);
    try {
      await node.#untilReady();
      return node;
    } catch (error) {
      await node.stop();
      throw error;
    }
  }

  /** Ends it, and removes everything that it has made. */
  async stop(): Promise<void> {
    this.#endLoadBalancer();
    if (this.#supervisor.exitCode !== null || this.#supervisor.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#supervisor.on('exit', resolve));
    this.#supervisor.stdin?.end();
    await ended;
  }

  /** All processes are killed, and the node is started again with the same disk. */
  async reboot(): Promise<void> {
    const before = this.#init();
    this.#supervisor.stdin?.write('reboot\n');
    await this.#until(() => this.#init() !== undefined && this.#init() !== before);
    await this.#untilReady(Date.now());
  }

  /** Runs a program on the node. */
  async run(
    command: readonly string[],
    { cwd = '/', env = {} }: { cwd?: string; env?: Record<string, string> } = {},
  ): Promise<Ended> {
    const { exitCode, all } = await execa('nsenter', [...this.#enter(cwd), ...command], {
      env,
      reject: false,
      all: true,
      stdin: 'ignore',
    });
    return { exitCode: exitCode ?? -1, text: all };
  }

  #enter(cwd: string): string[] {
    const namespaces = ['--mount', '--pid', '--net', '--uts', '--ipc'];
    return ['--target', this.#init() ?? '0', ...namespaces, `--wdns=${cwd}`, '--'];
  }

  #init(): string | undefined {
    const file = join(this.#state, 'init.pid');
    return existsSync(file) ? readFileSync(file, 'utf8').trim() || undefined : undefined;
  }

  /** A reboot leaves the old status in the API server, so a heartbeat after it is waited for. */
  async #untilReady(since = 0): Promise<void> {
    await this.#until(async () => {
      const { body } = await this.api.ask('GET', '/api/v1/nodes/node-1').catch(() => ({ body: {} as Json }));
      const ready = body.status?.conditions?.find(({ type }: Json) => type === 'Ready');
      return ready?.status === 'True' && Date.parse(ready.lastHeartbeatTime) >= since - 1000;
    });
  }

  async #until(holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!(await holds())) {
      const failure = join(this.#state, 'failure');
      if (existsSync(failure)) throw new Error(`no node can start: ${readFileSync(failure, 'utf8')}`);
      if (Date.now() > deadline) throw new Error(`the node is not ready in time:\n${this.logs()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** The last lines of each of its programs. */
  logs(): string {
    const folder = join(this.#state, 'log');
    return readdirSync(folder)
      .map((file) => `== ${file}\n${readFileSync(join(folder, file), 'utf8').slice(-1500)}`)
      .join('\n');
  }
}

/** The registries' folder with all images, made where they are missing; also their certificate, which images trust. */
async function storeImages(programs: NodePrograms): Promise<ImageStore> {
  const store = new ImageStore(programs.images);
  mkdirSync(store.folder, { recursive: true });
  const file = (name: string) => join(store.folder, name);
  if (!existsSync(file('authority.pem'))) {
    const openssl = (command: string) => execa('openssl', command.split(' '), { cwd: store.folder });
    const key = '-newkey rsa:2048 -nodes -days 3650';
    await openssl(`req -x509 ${key} -subj /CN=registry-authority -keyout ca.key -out ca.crt`);
    await openssl(`req ${key} -subj /CN=registry.example.com -keyout registry.key -out registry.csr`);
    writeFileSync(file('registry.ext'), 'subjectAltName=DNS:registry.example.com\n');
    const signing = '-CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -extfile registry.ext';
    await openssl(`x509 -req -in registry.csr ${signing} -out registry.crt`);
    const known = readFileSync('/etc/ssl/certs/ca-certificates.crt', 'utf8');
    writeFileSync(file('authority.pem'), known + readFileSync(file('ca.crt'), 'utf8'));
  }
  for (const recipe of [...basicImages(programs.node), ...argoImages(programs.node, file('authority.pem'))]) {
    await store.add(recipe);
  }
  return store;
}

/** Credentials and configuration of everything that runs on the node. */
async function writeState(state: string, { folder }: ImageStore): Promise<void> {
  for (const name of ['log', 'etc/cni', 'etc/certs.d', 'containerd', 'opt']) {
    mkdirSync(join(state, name), { recursive: true });
  }
  for (const name of readdirSync(join(import.meta.dirname, 'config'))) {
    const text = readFileSync(join(import.meta.dirname, 'config', name), 'utf8');
    const target = join(state, 'etc', name);
    writeFileSync(target, text.replaceAll('@STATE@', state).replaceAll('@REGISTRY@', folder));
  }
  cpSync(join(state, 'etc/bridge.conflist'), join(state, 'etc/cni/bridge.conflist'));
  writeFileSync(join(state, 'etc/htpasswd'), htpasswd);
  const hosts = (host: string, text: string) => {
    mkdirSync(join(state, 'etc/certs.d', host));
    writeFileSync(join(state, 'etc/certs.d', host, 'hosts.toml'), text);
  };
  hosts(privateRegistry, `server = "https://${privateRegistry}"\nca = "${join(folder, 'ca.crt')}"\n`);
  for (const host of ['docker.io', 'quay.io', 'registry.k8s.io'])
    hosts(host, 'server = "http://127.0.0.1:5001"\n');
  await writeCredentials(state);
}

async function writeCredentials(state: string): Promise<void> {
  const services = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map(
    (name) => `DNS:${name}`,
  );
  const names = ['IP:127.0.0.1', `IP:${address}`, 'IP:10.43.0.1', 'DNS:localhost', ...services].join(',');
  const authority = await ClusterAuthority.create(state, names);
  const client = 'extendedKeyUsage=clientAuth';
  await authority.issue('kubelet-server', '/CN=node-1', `subjectAltName=IP:${address},DNS:node-1`);
  await authority.issue('apiserver-kubelet', '/O=system:masters/CN=apiserver-kubelet', client);
  await authority.issue('admin', '/O=system:masters/CN=admin', client);
  await authority.issue('kubelet', '/O=system:nodes/CN=system:node:node-1', client);
  await authority.issue('kube-proxy', '/CN=system:kube-proxy', client);
  const write = (file: string, user: string, context: string, server: string) => {
    const credential = { certificate: authority.read(`${user}.crt`), key: authority.read(`${user}.key`) };
    const text = kubeconfig({ server, authority: authority.read('ca.crt'), user: credential, context });
    writeFileSync(authority.path(`${file}.kubeconfig`), text, { mode: 0o600 });
  };
  for (const user of ['admin', 'kubelet', 'kube-proxy']) write(user, user, 'test', `https://${address}:6443`);
  // As k3s writes it on its own machine.
  write('node', 'admin', 'default', 'https://127.0.0.1:6443');
}
