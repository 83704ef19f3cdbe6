import { expect, test } from 'vitest';
import { parseMountInfo } from '../../../src/observe/scopes/disk.ts';
import { parseDpkg } from '../../../src/observe/scopes/dpkg.ts';
import { parseApk } from '../../../src/observe/scopes/packages.ts';

test('dpkg: installed packages and their configuration files, without removed and obsolete ones', () => {
  const { packages, conffiles } = parseDpkg(`Package: caddy
Status: install ok installed
Architecture: amd64
Version: 2.6.2-5
Conffiles:
 /etc/caddy/Caddyfile 3be1e4b6a4d6f2a3e5c7d8e9f0a1b2c3
 /etc/default/old 3be1e4b6a4d6f2a3e5c7d8e9f0a1b2c3 obsolete
Description: web server
 Status: install ok installed

Package: nginx
Status: deinstall ok config-files
Architecture: amd64
Version: 1.22.1-9
Conffiles:
 /etc/nginx/nginx.conf 3be1e4b6a4d6f2a3e5c7d8e9f0a1b2c3

Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9

Package: libc6
Status: hold ok installed
Architecture: i386
Version: 2.36-9
`);
  expect(packages).toEqual([
    { name: 'caddy', version: '2.6.2-5' },
    { name: 'libc6', version: '2.36-9' },
    { name: 'libc6:i386', version: '2.36-9' },
  ]);
  expect([...conffiles]).toEqual([
    ['/etc/caddy/Caddyfile', { md5: '3be1e4b6a4d6f2a3e5c7d8e9f0a1b2c3', package: 'caddy' }],
  ]);
});

test('apk', () => {
  const text = 'C:Q1\nP:musl\nV:1.2.4-r2\nA:x86_64\n\nC:Q1\nP:busybox\nV:1.36.1-r5\n';
  expect(parseApk(text)).toEqual([
    { name: 'musl', version: '1.2.4-r2', manager: 'apk' },
    { name: 'busybox', version: '1.36.1-r5', manager: 'apk' },
  ]);
});

test('mountinfo: one entry per device, escapes decoded, read-only by mount or by file system', () => {
  const text = [
    '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
    '30 22 254:0 /var/data /srv/long/bind/mount rw - ext4 /dev/vda rw',
    '31 22 0:40 / /mnt/my\\040disk rw - tmpfs my\\040disk ro,size=64k',
    '32 22 0:41 / /ro ro,nosuid - tmpfs tmpfs rw',
    '',
  ].join('\n');
  expect(parseMountInfo(text).map(({ mount, readOnly }) => [mount, readOnly])).toEqual([
    ['/', false],
    ['/mnt/my disk', true],
    ['/ro', true],
  ]);
});
