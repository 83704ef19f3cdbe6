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

/** A box whose files are these. */
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

async function troubleWith(work: Promise<unknown>): Promise<ClusterError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ClusterError);
  return error as ClusterError;
}

test('the kubeconfig of the box is found, and says who asks', async () => {
  const cluster = await open();
  api.put('/api/v1/nodes', { metadata: { name: 'one' } });
  const nodes = await cluster.discovery.byName('no');
  expect(nodes).toMatchObject({ kind: 'Node', namespaced: false });
  expect((await cluster.list(nodes!)).items).toHaveLength(1);
  expect(api.seen.at(-1)?.headers.authorization).toBe('Bearer token-of-the-fake');
  cluster.close();
});

test('KUBECONFIG names several files: the first that says something wins, and relative paths start beside their file', async () => {
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

test('no kubeconfig, a broken one, one that names what is not there: each says what to do', async () => {
  const none = await troubleWith(openCluster(place({})));
  expect(none.kind).toBe('no-config');
  expect(none.message).toContain('/home/me/.kube/config, /etc/rancher/k3s/k3s.yaml not found');
  expect(remedyOf(none)).toContain('KUBECONFIG');

  const broken = await troubleWith(openCluster(place({ [HOME_CONFIG]: 'users: [\n  token: "s3cret' })));
  expect(broken.message).toContain('not valid YAML');
  expect(broken.message).not.toContain('s3cret');

  const dangling = place({
    [HOME_CONFIG]: 'current-context: x\ncontexts: [{name: x, context: {cluster: gone}}]',
  });
  expect((await troubleWith(openCluster(dangling))).message).toContain('there is no cluster "gone"');
});

test('a program that the kubeconfig names is not run where it could be the document’s own', async () => {
  const config = `current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "${api.url}"}}]
users: [{name: u, user: {exec: {command: ./steal}}}]`;
  const trouble = await troubleWith(openCluster(place({ [HOME_CONFIG]: config })));
  expect(trouble.message).toContain('"./steal"');
  expect(trouble.message).toContain('is not run');
});

test('an exec plugin gives the token, where it may run', async () => {
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
  ['is not installed', { command: 'no-such-login' }, 'there is no such program', 'Install it'],
  [
    'says why',
    { command: 'sh', args: ['-c', 'echo session expired >&2; exit 1'] },
    'session expired',
    'Log in',
  ],
  ['prints a bare token', { command: 'echo', args: ['bare-token'] }, 'is no ExecCredential', 'Log in'],
])(
  'an exec plugin that %s is told by name, with what to do, and its output is not quoted',
  async (_, exec, why, remedy) => {
    const config = JSON.stringify({
      'current-context': 'x',
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: api.url } }],
      users: [{ name: 'u', user: { exec } }],
    });
    const trouble = await troubleWith(
      openCluster({ ...place({ [HOME_CONFIG]: config }), mayRunPlugins: () => true }),
    );
    expect(trouble).toMatchObject({ kind: 'unauthorized', message: expect.stringContaining(why) });
    expect(trouble.message).toContain(`"${exec.command}"`);
    expect(trouble.more.remedy).toContain(remedy);
    expect(`${trouble.message} ${(trouble.cause as Error | undefined)?.message}`).not.toContain('bare-token');
  },
);

test('an API server behind a box is reached by the box’s own connection', async () => {
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

test('what the server refuses keeps its reason: expired token, no right, not an API server', async () => {
  const cluster = await open();
  const pods = (await cluster.discovery.byName('pods'))!;
  api.answers.push(() => ({ status: 401, body: status(401, 'Unauthorized') }));
  expect(await troubleWith(cluster.list(pods))).toMatchObject({
    kind: 'unauthorized',
    message: expect.stringMatching(/does not accept the credentials \(401 Unauthorized\)/),
  });
  api.answers.push(() => ({ status: 403, body: status(403, 'pods is forbidden: User "me" cannot list') }));
  expect(await troubleWith(cluster.list(pods))).toMatchObject({ kind: 'forbidden' });
  api.answers.push(() => ({ status: 200, body: '<html>' }));
  expect((await troubleWith(cluster.list(pods))).message).toContain('not as an API server does');
  cluster.close();
});

test('a server that asks for patience is asked again', async () => {
  const cluster = await open();
  const pods = (await cluster.discovery.byName('pods'))!;
  const before = cluster.client.requests;
  api.answers.push(() => ({ status: 429, body: status(429, 'later'), headers: { 'retry-after': '0.02' } }));
  await cluster.list(pods);
  expect(cluster.client.requests - before).toBe(2);
  cluster.close();
});

test('a dead server is told apart from one that gives no answer', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const dead = await openCluster(
    place({ [HOME_CONFIG]: api.kubeconfig.replace(api.url, `http://127.0.0.1:${port}`) }),
  );
  const trouble = await troubleWith(dead.discovery.all());
  expect(trouble).toMatchObject({ kind: 'unreachable' });
  expect(trouble.message).toContain('connection refused');

  const cluster = await open();
  api.mute();
  const silent = await troubleWith(cluster.client.request({ path: '/version', timeoutMs: 100 }));
  expect(silent.message).toContain('gives no answer in time');
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
  const trouble = await troubleWith(
    what === 'an answer'
      ? cluster.client.request({ path: '/api/v1/pods' })
      : cluster.client.stream({ path: '/api/v1/pods' }).then((events) => events.next()),
  );
  expect(trouble.message).toMatch(
    new RegExp(`^The API server ${url} sends ${what} of more than \\d+ MiB, and was cut off.$`),
  );
  cluster.close();
});

test('closing leaves no connection behind', async () => {
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
