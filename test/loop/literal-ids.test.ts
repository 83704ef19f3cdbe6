import { expect, test } from 'vitest';
import { literalIds } from '../../src/loop/literal-ids.ts';

const here = { addresses: ['10.20.30.4'], today: '2026-11-28' };
const found = (text: string) => literalIds(text, here).map(({ literal }) => literal);

test.each([
  ['kill 4711', '4711'],
  ['sudo kill -9 4711', '4711'],
  ['kill -s TERM 4711', '4711'],
  ['cat /proc/4711/cmdline', '4711'],
  ['PID=4711; kill $PID', '4711'],
  ['port 80 is held by nginx (pid 4711)', '4711'],
  ['cp site.tar /tmp/tmp.Ab3dE6fG9h/site.tar', '/tmp/tmp.Ab3dE6fG9h'],
  ['docker rm -f 3f4e5d6c7b8a', '3f4e5d6c7b8a'],
  ['kubectl -n argo delete pod argo-server-7d9f8b6c5d-x2k4z', 'argo-server-7d9f8b6c5d-x2k4z'],
  ['cp a backup-2026-11-28.tar', '2026-11-28'],
  ['curl http://10.20.30.4:8080/', '10.20.30.4'],
])('%s names %s', (text, literal) => {
  expect(found(text)).toEqual([literal]);
});

test.each([
  'kill "$(cat /run/nginx.pid)"',
  'kill %1',
  'pkill -f "[h]ttpd -p 8080"',
  'fuser -k 8080/tcp',
  'echo 1 > /proc/sys/net/ipv4/ip_forward',
  'curl -fsSLo /tmp/caddy_2.8.4_linux_amd64.deb https://example.org/caddy.deb',
  'docker rm -f web',
  'docker pull nginx@sha256:3f4e5d6c7b8a3f4e5d6c7b8a3f4e5d6c7b8a3f4e5d6c7b8a3f4e5d6c7b8a3f4e',
  'kubectl rollout restart deployment/argo-server',
  'curl http://10.20.30.40:8080/',
  'echo 2026-11-27',
])('%s holds on every box', (text) => {
  expect(found(text)).toEqual([]);
});
