import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { remoteProbes } from '../../../src/observe/remote/remote-probes.ts';
import { ask, contextOf, probeOf } from '../probes/ask-line.ts';
import { temporaryFolder } from '../probes/temporary-folder.ts';
import { farSide } from './remote-side.ts';

/** This machine, accessed like a remote one through a POSIX shell. */
const box = farSide([]);
const probes = remoteProbes(box);

/** The verdicts of both; only the wording may differ. On a busy machine, either tool may time out. */
async function agree(line: string, context: Parameters<typeof contextOf>[0] = {}) {
  const both = () => Promise.all([ask(line, context), probes.ask(probeOf(line), contextOf(context))]);
  let [here, there] = await both();
  for (let again = 0; again < 5 && here.verdict !== there.verdict; again++) {
    if (here.verdict !== 'unknown' && there.verdict !== 'unknown') break;
    [here, there] = await both();
  }
  expect({ line, verdict: there.verdict, class: there.class }).toEqual({
    line,
    verdict: here.verdict,
    class: here.class,
  });
  return there;
}

test('files: existence, mode, text, hash, dangling links', async () => {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "it's a file"), 'first line\nwith "quotes", $dollars and \\ back\nlast', {
    mode: 0o640,
  });
  writeFileSync(join(folder, 'empty'), '');
  mkdirSync(join(folder, 'folder'));
  symlinkSync('nowhere', join(folder, 'dangling'));
  symlinkSync("it's a file", join(folder, 'link'));
  const sha = execFileSync('sha256sum', [join(folder, 'empty')])
    .toString()
    .slice(0, 64);
  const lines = [
    `file "it's a file" exists`,
    `file "it's a file" absent`,
    `file "it's a file" mode 0640`,
    `file link mode 0644`,
    `file link contains "first line"`,
    `file "it's a file" contains "\\"quotes\\", $dollars and \\\\ back"`,
    `file "it's a file" contains "line\\nwith"`,
    `file "it's a file" contains "other"`,
    `file "it's a file" matches /^last$/`,
    `file "it's a file" matches /^LAST/i`,
    `file empty contains "x"`,
    `file empty sha256 ${sha}`,
    `file link sha256 ${sha}`,
    `file missing sha256 ${sha}`,
    'file folder exists',
    'file folder contains "x"',
    'file dangling exists',
    'file dangling absent',
    'file missing exists',
    'file missing absent',
    'file folder/below/that absent',
    'file empty/below absent',
    'file /dev/null contains "x"',
    'file "a\\nb" exists',
  ];
  for (const line of lines.slice(0, -1)) await agree(line, { folder });
  // Cannot be asked through a shell line.
  expect(await probes.ask(probeOf(lines.at(-1)!), contextOf({ folder }))).toMatchObject({
    verdict: 'unknown',
  });
});

test('commands on the PATH of the box, in its order', async () => {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(folder, 'plain'), '', { mode: 0o644 });
  chmodSync(join(folder, 'tool'), 0o755);
  for (const line of [
    'command tool exists',
    'command plain exists',
    'command no-such exists',
    'command /bin/sh exists',
  ])
    await agree(line, { env: { PATH: `${folder}:/usr/bin:/bin` } });
});

test('ports and processes: owned, free, missing', async () => {
  const server = createTcpServer().listen(0, '127.0.0.1');
  const sleeper = spawn('sleep', ['60'], { argv0: 'a-sleeper' });
  onTestFinished(() => void [server.close(), sleeper.kill('SIGKILL')]);
  await Promise.all([once(server, 'listening'), once(sleeper, 'spawn')]);
  const { port } = server.address() as AddressInfo;
  const seen = await agree(`port ${port} owner node`);
  expect(seen.observed).toContain(`(pid ${process.pid}) on 127.0.0.1:${port}`);
  await agree(`port ${port} free`);
  await agree(`port ${port} owner nginx`);
  await agree('port 9/udp free');
  await agree('process a-sleeper running');
  await agree('process no-such-thing running');
  await agree('service no-such-thing active');
});

test('http and tcp use the connection of the box, with its TLS trust', async () => {
  const folder = await temporaryFolder();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      ...names,
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  );
  const plain = createServer((_, response) => response.end('hello Argo')).listen(0, '127.0.0.1');
  const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
    response.end('secret'),
  ).listen(0, '127.0.0.1');
  const rude = createTcpServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  onTestFinished(() => void [plain.close(), secure.close(), rude.close()]);
  await Promise.all([plain, secure, rude].map((server) => once(server, 'listening')));
  const [http, https, cut] = [plain, secure, rude].map((server) => (server.address() as AddressInfo).port);

  await agree(`http GET http://127.0.0.1:${http}/ contains "Argo"`);
  await agree(`http GET http://127.0.0.1:${http}/ status 404`);
  await agree(`http GET http://127.0.0.1:1/`);
  await agree(`http GET http://127.0.0.1:${cut}/`);
  await agree(`http GET https://127.0.0.1:${cut}/`);
  await agree(`http GET https://127.0.0.1:${http}/`);
  await agree(`http GET https://localhost:${https}/`);
  await agree(`http GET https://localhost:${https}/ insecure contains "secret"`);
  const trusting = { env: { SSL_CERT_FILE: cert } };
  expect(await agree(`http GET https://localhost:${https}/`, trusting)).toMatchObject({ verdict: 'pass' });
  expect(await agree(`http GET https://127.0.0.1:${https}/`, trusting)).toMatchObject({ verdict: 'pass' });
  await agree(`tcp 127.0.0.1:${http} open`);
  await agree('tcp 127.0.0.1:1 open');
  // Every connection used the box's network, none this process's own.
  expect(box.dials()).toBeGreaterThanOrEqual(12);
});

test('probes of one turn cost one round trip, and appear in no command line', async () => {
  const before = box.trips();
  const lines = ['file /etc/passwd exists', 'command sh exists', 'process no-such running', 'port 1 free'];
  const verdicts = await Promise.all(lines.map((line) => probes.ask(probeOf(line), contextOf())));
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'fail', 'pass']);
  expect(box.trips()).toBe(before + 1);

  const secret = 'correct-horse-battery';
  const folder = await temporaryFolder();
  writeFileSync(join(folder, 'config'), `password=${secret}`);
  const spying = remoteProbes({
    connect: box.connect,
    exec: (program) => {
      expect(JSON.stringify(program.program.run)).not.toContain(secret);
      return box.exec(program);
    },
  });
  const asked = spying.ask(probeOf(`file config contains "${secret}"`), contextOf({ folder }));
  expect(await asked).toMatchObject({ verdict: 'pass' });
});

test('a box that cannot be reached, or sends half an answer, is unknown with a reason', async () => {
  const line = probeOf('file /etc/passwd exists');
  const lost = remoteProbes(farSide(['/no/such/program']));
  expect(await lost.ask(line, contextOf())).toMatchObject({
    verdict: 'unknown',
    observed: expect.stringContaining('the box could not be observed'),
  });
  const cut = remoteProbes({
    connect: box.connect,
    exec: async (program) => {
      const whole = await box.exec(program);
      return { ...whole, stdout: whole.stdout.subarray(0, whole.stdout.length - 20) };
    },
  });
  expect(await cut.ask(line, contextOf())).toMatchObject({ verdict: 'unknown' });
});
