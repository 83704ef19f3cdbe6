import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from './ask-line.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

/** A real web server; returns its port. */
function serve(answer: RequestListener): Promise<number> {
  const server = createServer(answer);
  onTestFinished(() => server.closeAllConnections());
  return listen(server);
}

const status =
  (code: number, body = ''): RequestListener =>
  (_request, response) => {
    response.writeHead(code, code === 302 ? { location: 'http://elsewhere/' } : {});
    response.end(body);
  };

test('200 passes by default, and so does a 401 that is wanted', async () => {
  const port = await serve(status(200, 'hello Argo'));
  expect(await ask(`http GET http://127.0.0.1:${port}/`)).toEqual({
    verdict: 'pass',
    class: 'http-200',
    observed: 'HTTP 200',
    expected: `HTTP 200-299 from GET http://127.0.0.1:${port}/`,
  });
  expect(await ask(`http HEAD http://localhost:${port}/ status 2xx`)).toMatchObject({ verdict: 'pass' });
  const guarded = await serve(status(401));
  expect(await ask(`http GET http://127.0.0.1:${guarded}/ status 401`)).toMatchObject({ verdict: 'pass' });
  expect(await ask(`http GET http://127.0.0.1:${guarded}/`)).toMatchObject({
    verdict: 'fail',
    class: 'http-401',
    observed: 'HTTP 401, wanted 200-299',
  });
});

test('a redirect is not followed', async () => {
  const port = await serve(status(302));
  expect(await ask(`http GET http://127.0.0.1:${port}/`)).toMatchObject({
    verdict: 'fail',
    class: 'http-302',
    observed: 'HTTP 302, to http://elsewhere/, wanted 200-299',
  });
});

test('checks the body', async () => {
  const port = await serve(status(200, 'hello Argo'));
  const url = `http://127.0.0.1:${port}/`;
  expect(await ask(`http GET ${url} contains Argo`)).toMatchObject({ verdict: 'pass', class: 'match' });
  expect(await ask(`http GET ${url} matches /ARGO$/i`)).toMatchObject({ verdict: 'pass', class: 'match' });
  expect(await ask(`http GET ${url} contains Flux`)).toMatchObject({ verdict: 'fail', class: 'no-match' });
  expect(await ask(`http HEAD ${url} contains Argo`)).toMatchObject({
    verdict: 'fail',
    observed: 'responses to HEAD have no body',
  });
  expect(await ask(`http GET ${url} matches /a{2000}/`)).toMatchObject({
    verdict: 'unknown',
    class: 'bad-regex',
  });
});

test('sends headers, also repeated ones, and does not show credentials', async () => {
  const seen: unknown[] = [];
  const port = await serve((request, response) => {
    seen.push(request.headers['x-one'], request.headers.host, request.headers.authorization);
    response.end();
  });
  const line = `http GET http://me:pw@127.0.0.1:${port}/ header "X-One: a:1" header "X-One: b" header "Host: argo.example"`;
  const verdict = await ask(line);
  expect(seen).toEqual(['a:1, b', 'argo.example', `Basic ${btoa('me:pw')}`]);
  expect(JSON.stringify(verdict)).not.toContain('pw@');
});

test('reads only the first megabyte of a body', async () => {
  const port = await serve(status(200, `start${'x'.repeat(2 * 1024 * 1024)}end`));
  expect(await ask(`http GET http://127.0.0.1:${port}/ contains start`)).toMatchObject({ verdict: 'pass' });
  expect(await ask(`http GET http://127.0.0.1:${port}/ contains end`)).toMatchObject({
    verdict: 'unknown',
    class: 'too-big',
  });
});

test('judges a truncated body by what arrived', async () => {
  const port = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('half of it');
    setTimeout(() => response.destroy(), 50);
  });
  expect(await ask(`http GET http://127.0.0.1:${port}/ contains half`)).toMatchObject({ verdict: 'pass' });
  expect(await ask(`http GET http://127.0.0.1:${port}/ contains whole`)).toMatchObject({
    verdict: 'fail',
    class: 'reset',
  });
});

test('refused, closed, not HTTP', async () => {
  const free = await serve(status(200)).then((port) => port);
  const closing = await listen(createTcpServer((socket) => socket.destroy()));
  const talking = await listen(
    createTcpServer((socket) => socket.resume().end('220 mail.example ESMTP\r\n')),
  );
  expect(await ask('http GET http://127.0.0.1:1/')).toMatchObject({
    verdict: 'fail',
    class: 'refused',
    observed: 'connection refused (127.0.0.1:1)',
  });
  expect(await ask('http GET http://localhost:1/')).toMatchObject({ verdict: 'fail', class: 'refused' });
  expect(await ask(`http GET http://127.0.0.1:${closing}/`)).toMatchObject({
    verdict: 'fail',
    class: 'reset',
  });
  expect(await ask(`http GET http://127.0.0.1:${talking}/`)).toMatchObject({
    verdict: 'fail',
    class: 'not-http',
  });
  expect(await ask(`http GET https://127.0.0.1:${free}/`)).toMatchObject({ verdict: 'fail', class: 'tls' });
});

test('a name that cannot be resolved is unknown', async () => {
  expect(await ask('http GET http://no-such-host.invalid/')).toMatchObject({
    verdict: 'unknown',
    class: 'dns',
  });
});

test('an aborted probe is unknown', async () => {
  const sockets: { destroy(): void }[] = [];
  const silent = await listen(createTcpServer((socket) => sockets.push(socket)));
  const stop = new AbortController();
  const stopped = ask(`http GET http://127.0.0.1:${silent}/`, { signal: stop.signal });
  setTimeout(() => stop.abort(), 50);
  expect(await stopped).toMatchObject({ verdict: 'unknown', class: 'aborted' });
  for (const socket of sockets) socket.destroy();
  const before = { signal: AbortSignal.abort() };
  expect(await ask(`http GET http://127.0.0.1:${silent}/`, before)).toMatchObject({ class: 'aborted' });
});

test('IPv6 addresses', async () => {
  const server = createServer(status(204));
  const port = await listen(server, '::1');
  expect(await ask(`http GET http://[::1]:${port}/ status 204`)).toMatchObject({ verdict: 'pass' });
});

test('refuses a self-signed certificate, unless insecure or trusted by the box', async () => {
  const folder = await temporaryFolder();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  execFileSync(
    'openssl',
    [...request, '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
    { stdio: 'ignore' },
  );
  const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, status(200));
  const port = await listen(server);
  expect(await ask(`http GET https://localhost:${port}/`)).toMatchObject({
    verdict: 'fail',
    class: 'certificate',
    observed: expect.stringMatching(/^certificate refused: self-signed certificate/),
  });
  expect(await ask(`http GET https://localhost:${port}/ insecure`)).toMatchObject({ verdict: 'pass' });
  const env = { SSL_CERT_FILE: cert };
  expect(await ask(`http GET https://localhost:${port}/`, { env })).toMatchObject({ verdict: 'pass' });
  expect(await ask(`http GET https://127.0.0.1:${port}/`, { env })).toMatchObject({
    verdict: 'fail',
    class: 'certificate',
  });
});
