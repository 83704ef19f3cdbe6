import { afterEach, beforeEach, expect, test } from 'vitest';
import { openClient } from '../../src/cluster/access/client.ts';
import type { LiveTarget, LiveTimes } from '../../src/cluster/checks/live-list.ts';
import { type Judged, watchUntil } from '../../src/cluster/checks/watch-until.ts';
import { clusterWithClient } from '../../src/cluster/cluster.ts';
import type { Cluster } from '../../src/model/cluster/cluster.ts';
import type { ApiResource, KubeObject } from '../../src/model/cluster/kube.ts';
import { FakeApi, status } from './fake-api.ts';

const PODS = '/api/v1/namespaces/argo/pods';
const pods: LiveTarget = {
  resource: {
    ...{ group: '', version: 'v1', resource: 'pods', kind: 'Pod', singular: 'pod' },
    ...{ shortNames: [], namespaced: true, verbs: [] },
  } satisfies ApiResource,
  namespace: 'argo',
};
const QUICK: Partial<LiveTimes> = { firstMs: 10, longestMs: 80 };

let api: FakeApi;
let cluster: Cluster;
const rejections: unknown[] = [];
const note = (reason: unknown) => rejections.push(reason);

beforeEach(async () => {
  api = await FakeApi.start();
  const client = openClient({
    server: api.url,
    credentials: { tls: { rejectUnauthorized: true }, headers: {} },
  });
  cluster = clusterWithClient({ context: 'fake', server: api.url, path: '' }, 'default', client);
  rejections.length = 0;
  process.on('unhandledRejection', note);
});

afterEach(async () => {
  cluster.close();
  await expect.poll(() => api.connections).toBe(0);
  expect(api.watches).toBe(0);
  await api.stop();
  process.off('unhandledRejection', note);
  expect(rejections).toEqual([]);
});

const isThere =
  (name: string) =>
  ([list]: readonly (readonly KubeObject[])[]): Judged<string> =>
    list!.some((each) => each.metadata?.name === name) ? { kind: 'done', value: name } : { kind: 'wait' };

const wait = (judge = isThere('wanted'), times: Partial<LiveTimes> = QUICK, withinMs = 20_000) =>
  watchUntil(cluster, [pods], judge, { deadline: Date.now() + withinMs, times });

const lists = () => api.count(({ path, query }) => path === PODS && !query.has('watch'));
const watches = () => api.count(({ path, query }) => path === PODS && query.has('watch'));
const watching = () => expect.poll(() => api.watches).toBe(1);

test('an existing object needs one list and no event', async () => {
  api.put(PODS, { metadata: { name: 'wanted' } });
  expect(await wait()).toMatchObject({ kind: 'done', event: { type: 'LISTED' } });
  expect(lists()).toBe(1);
});

test('an event ends the wait, and is named', async () => {
  const waiting = wait();
  await watching();
  api.put(PODS, { metadata: { name: 'other' } });
  api.put(PODS, { metadata: { name: 'wanted' } });
  expect(await waiting).toMatchObject({
    kind: 'done',
    event: { type: 'ADDED', kind: 'Pod', name: 'wanted' },
  });
  expect([lists(), watches()]).toEqual([1, 1]);
});

test('requests bookmarks and continues from the last one', async () => {
  const waiting = wait();
  await watching();
  api.bookmark();
  api.bookmark();
  const [watch] = api.seen.filter(({ query }) => query.has('watch'));
  expect(watch?.query.get('allowWatchBookmarks')).toBe('true');
  expect(Number(watch?.query.get('timeoutSeconds'))).toBeGreaterThanOrEqual(240);
  api.endWatches();
  await expect.poll(watches).toBe(2);
  const [first, second] = api.seen
    .filter(({ query }) => query.has('watch'))
    .map(({ query }) => Number(query.get('resourceVersion')));
  expect(second).toBe(first! + 2);
  api.put(PODS, { metadata: { name: 'wanted' } });
  expect((await waiting).kind).toBe('done');
  expect(lists()).toBe(1);
});

test('lists again after 410, as event or response, and misses nothing', async () => {
  const waiting = wait();
  await watching();
  api.compact();
  await expect.poll(lists).toBe(2);
  await watching();
  api.compact({ tellWatches: false });
  api.endWatches();
  await expect.poll(lists).toBe(3);
  await watching();
  api.put(PODS, { metadata: { name: 'wanted' } });
  expect((await waiting).kind).toBe('done');
});

test('repeated 410 does not cause a request storm', async () => {
  const always = () => ({ status: 410, body: status(410, 'too old') });
  const answer = (seen: { query: URLSearchParams }) => (seen.query.has('watch') ? always() : undefined);
  // Lists are answered as usual; only watches are rejected.
  Object.defineProperty(api.answers, 'shift', { value: () => undefined });
  api.answers.push(answer);
  await wait(isThere('never'), QUICK, 500);
  // 10, 20, 40, then 80 ms minus random jitter of up to half: at most about 15 attempts in half a second.
  expect(watches()).toBeLessThan(20);
  expect(watches()).toBeGreaterThan(2);
});

test('continues after a reset connection', async () => {
  const waiting = wait();
  await watching();
  api.put(PODS, { metadata: { name: 'other' } });
  api.reset();
  await watching();
  api.put(PODS, { metadata: { name: 'wanted' } });
  expect((await waiting).kind).toBe('done');
  expect(lists()).toBe(1);
});

test('replaces a silent connection, and gets what it missed', async () => {
  const waiting = wait(isThere('wanted'), { ...QUICK, silenceMs: 100 });
  await watching();
  api.mute();
  api.put(PODS, { metadata: { name: 'wanted' } });
  api.mute(false);
  expect((await waiting).kind).toBe('done');
  expect(lists()).toBe(1);
});

test('does not loop on a server that ends each watch at once', async () => {
  const closer = setInterval(() => api.endWatches(), 1);
  await wait(isThere('never'), QUICK, 500);
  clearInterval(closer);
  expect(watches()).toBeLessThan(25);
});

test('the deadline ends a wait, with the current error, also during a list that hangs', async () => {
  api.mute();
  const ended = await wait(isThere('wanted'), QUICK, 100);
  expect(ended).toMatchObject({ kind: 'timeout' });
  expect(ended.waitedMs).toBeLessThan(5000);
});

test('reports missing permission to list instead of waiting silently', async () => {
  api.answers.push(() => ({ status: 403, body: status(403, 'pods is forbidden') }));
  const ended = await wait(isThere('wanted'), { firstMs: 5000 }, 200);
  expect(ended).toMatchObject({ kind: 'timeout', error: { kind: 'forbidden' } });
});

test('the caller’s signal ends it, even during a list', async () => {
  api.mute();
  const stop = new AbortController();
  const waiting = watchUntil(cluster, [pods], isThere('wanted'), {
    deadline: Date.now() + 60_000,
    signal: stop.signal,
  });
  await expect.poll(lists).toBe(1);
  stop.abort();
  expect((await waiting).kind).toBe('aborted');
});

test('a condition that throws ends the wait and leaves nothing behind', async () => {
  api.put(PODS, { metadata: { name: 'p' } });
  const broken = () => {
    throw new Error('a defect');
  };
  await expect(wait(broken as never)).rejects.toThrow('a defect');
});

test('evaluates again in time if no event will come', async () => {
  let judged = 0;
  const ended = await wait(() => {
    judged += 1;
    return judged > 1 ? { kind: 'done', value: 'later' } : { kind: 'wait', againAfterMs: 50 };
  });
  expect(ended.kind).toBe('done');
  expect(ended.waitedMs).toBeGreaterThanOrEqual(45);
});

test('a long wait costs two requests', async () => {
  const waiting = wait(isThere('wanted'), QUICK, 60_000);
  await watching();
  for (let index = 0; index < 100; index += 1) api.put(PODS, { metadata: { name: `other-${index}` } });
  api.put(PODS, { metadata: { name: 'wanted' } });
  expect((await waiting).kind).toBe('done');
  expect(api.seen).toHaveLength(2);
});
