import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type ClusterPlace, openCluster } from '../../src/cluster/cluster.ts';
import { ClusterError, remedyOf } from '../../src/cluster/cluster-errors.ts';
import { FakeApi, status } from './fake-api.ts';

let api: FakeApi;
beforeEach(async () => {
  api = await FakeApi.start();
});
afterEach(() => api.stop());

/** A box with these files. */
function place(files: Record<string, string>, env: Record<string, string> = {}): ClusterPlace {
  return {
    env: { HOME: '/home/me', ...env },
    folder: '/work',
    read: async (path) => (path in files ? Buffer.from(files[path]!) : undefined),
    mayRunPlugins: () => false,
    isAllowed: () => true,
  };
}

const HOME_CONFIG = '/home/me/.kube/config';
const open = () => openCluster(place({ [HOME_CONFIG]: api.kubeconfig }));

async function errorOf(work: Promise<unknown>): Promise<ClusterError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ClusterError);
  return error as ClusterError;
}

test('finds the kubeconfig of the box and its user', async () => {
  const cluster = await open();
  api.put('/api/v1/nodes', { metadata: { name: 'one' } });
  const nodes = await cluster.discovery.byName('no');
  expect(nodes).toMatchObject({ kind: 'Node', namespaced: false });
  expect((await cluster.list(nodes!)).items).toHaveLength(1);
  expect(api.seen.at(-1)?.headers.authorization).toBe('Bearer token-of-the-fake');
  cluster.close();
});

test('KUBECONFIG with several files: the first value wins, and relative paths start in their file’s folder', async () => {
  const [first, second] = ['/a/one.yaml', '/work/two.yaml'];
  const cluster = await openCluster(
    place(
      {
        [first]:
          'current-context: here\ncontexts: [{name: here, context: {cluster: c, user: u, namespace: argo}}]\n',
        [second]: `clusters: [{name: c, cluster: {server: "${api.url}/"}}]\nusers: [{name: u, user: {tokenFile: token}}]\n`,
        '/work/token': 'from-a-file\n',
      },
      { KUBECONFIG: '/a/one.yaml:two.yaml:/not/there' },
    ),
  );
  expect(cluster.name).toEqual({ context: 'here', server: api.url, path: first });
  expect(cluster.namespace).toBe('argo');
  await cluster.discovery.all();
  expect(api.seen.at(-1)?.headers.authorization).toBe('Bearer from-a-file');
  cluster.close();
});

test('a missing or broken kubeconfig, or one that refers to missing entries, says what to do', async () => {
  const none = await errorOf(openCluster(place({})));
  expect(none.kind).toBe('no-config');
  expect(none.message).toContain('searched: /home/me/.kube/config, /etc/rancher/k3s/k3s.yaml');
  expect(remedyOf(none)).toContain('KUBECONFIG');

  const broken = await errorOf(openCluster(place({ [HOME_CONFIG]: 'users: [\n  token: "s3cret' })));
  expect(broken.message).toContain('not valid YAML');
  expect(broken.message).not.toContain('s3cret');

  const dangling = place({
    [HOME_CONFIG]: 'current-context: x\ncontexts: [{name: x, context: {cluster: gone}}]',
  });
  expect((await errorOf(openCluster(dangling))).message).toContain('no cluster "gone" is defined');
});

test('does not run a program that the kubeconfig names if the file could belong to the document', async () => {
  const config = `current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "${api.url}"}}]
users: [{name: u, user: {exec: {command: ./steal}}}]`;
  const error = await errorOf(openCluster(place({ [HOME_CONFIG]: config })));
  expect(error.message).toContain('"./steal"');
  expect(error.message).toContain('does not run programs');
});

test('an exec plugin provides the token, where it may run', async () => {
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: 'fresh' },
  };
  const config = JSON.stringify({
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: api.url } }],
    users: [{ name: 'u', user: { exec: { command: 'echo', args: [JSON.stringify(credential)] } } }],
  });
  const cluster = await openCluster({ ...place({ [HOME_CONFIG]: config }), mayRunPlugins: () => true });
  await cluster.discovery.all();
  expect(api.seen.at(-1)?.headers.authorization).toBe('Bearer fresh');
  cluster.close();
});

test.each([
  ['is not installed', { command: 'no-such-login' }, 'it is not installed', 'Install it'],
  [
    'says why',
    { command: 'sh', args: ['-c', 'echo session expired >&2; exit 1'] },
    'session expired',
    'Log in',
  ],
  ['prints a bare token', { command: 'echo', args: ['bare-token'] }, 'is not an ExecCredential', 'Log in'],
])(
  'an exec plugin that %s is named with what to do, and its output is not quoted',
  async (_, exec, why, remedy) => {
    const config = JSON.stringify({
      'current-context': 'x',
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: api.url } }],
      users: [{ name: 'u', user: { exec } }],
    });
    const error = await errorOf(
      openCluster({ ...place({ [HOME_CONFIG]: config }), mayRunPlugins: () => true }),
    );
    expect(error).toMatchObject({ kind: 'unauthorized', message: expect.stringContaining(why) });
    expect(error.message).toContain(`"${exec.command}"`);
    expect(error.more.remedy).toContain(remedy);
    expect(`${error.message} ${(error.cause as Error | undefined)?.message}`).not.toContain('bare-token');
  },
);

test('reaches an API server through the box’s own connection', async () => {
  const asked: string[] = [];
  const { port } = new URL(api.url);
  const config = api.kubeconfig.replace(api.url, 'http://10.255.255.1:6443');
  const cluster = await openCluster({
    ...place({ [HOME_CONFIG]: config }),
    connect: async (host, target) => {
      asked.push(`${host}:${target}`);
      return connect({ host: '127.0.0.1', port: Number(port) });
    },
  });
  await cluster.discovery.all();
  expect(new Set(asked)).toEqual(new Set(['10.255.255.1:6443']));
  cluster.close();
});

test('rejections keep their reason: expired token, no permission, not an API server', async () => {
  const cluster = await open();
  const pods = (await cluster.discovery.byName('pods'))!;
  api.answers.push(() => ({ status: 401, body: status(401, 'Unauthorized') }));
  expect(await errorOf(cluster.list(pods))).toMatchObject({
    kind: 'unauthorized',
    message: expect.stringMatching(/does not accept the credentials \(401 Unauthorized\)/),
  });
  api.answers.push(() => ({ status: 403, body: status(403, 'pods is forbidden: User "me" cannot list') }));
  expect(await errorOf(cluster.list(pods))).toMatchObject({ kind: 'forbidden' });
  api.answers.push(() => ({ status: 200, body: '<html>' }));
  expect((await errorOf(cluster.list(pods))).message).toContain(
    'did not answer like a Kubernetes API server',
  );
  cluster.close();
});

test('retries when the server asks to wait', async () => {
  const cluster = await open();
  const pods = (await cluster.discovery.byName('pods'))!;
  const before = cluster.client.requests;
  api.answers.push(() => ({ status: 429, body: status(429, 'later'), headers: { 'retry-after': '0.02' } }));
  await cluster.list(pods);
  expect(cluster.client.requests - before).toBe(2);
  cluster.close();
});

test('distinguishes a dead server from one that does not answer', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const dead = await openCluster(
    place({ [HOME_CONFIG]: api.kubeconfig.replace(api.url, `http://127.0.0.1:${port}`) }),
  );
  const error = await errorOf(dead.discovery.all());
  expect(error).toMatchObject({ kind: 'unreachable' });
  expect(error.message).toContain('connection refused');

  const cluster = await open();
  api.mute();
  const silent = await errorOf(cluster.client.request({ path: '/version', timeoutMs: 100 }));
  expect(silent.message).toContain('did not answer in time');
  cluster.close();
});

test.each(['an answer', 'an event'])('%s without end is cut off, and the server is named', async (what) => {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  const flood = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (response.write(chunk));
      response.once('drain', more);
    };
    more();
  });
  await new Promise<void>((resolve) => flood.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    flood.closeAllConnections();
    flood.close();
  });
  const url = `http://127.0.0.1:${(flood.address() as AddressInfo).port}`;
  const cluster = await openCluster(place({ [HOME_CONFIG]: api.kubeconfig.replace(api.url, url) }));
  const error = await errorOf(
    what === 'an answer'
      ? cluster.client.request({ path: '/api/v1/pods' })
      : cluster.client.stream({ path: '/api/v1/pods' }).then((events) => events.next()),
  );
  expect(error.message).toMatch(
    new RegExp(`^The API server ${url} sent ${what} of more than \\d+ MiB, so the connection was closed.$`),
  );
  cluster.close();
});

test('closing leaves no connection open', async () => {
  const cluster = await open();
  await cluster.discovery.all();
  const stream = await cluster.client.stream({ path: '/api/v1/pods', query: { watch: true } });
  const next = stream.next();
  api.put('/api/v1/namespaces/argo/pods', { metadata: { name: 'p' } });
  expect((await next).value).toMatchObject({ type: 'ADDED' });
  await stream.return();
  cluster.close();
  await expect.poll(() => api.connections).toBe(0);
});
