import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { networkError } from '../../../src/observe/probes/network-errors.ts';
import { ask } from './ask-line.ts';

test('open, refused, unresolvable', async () => {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '::', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  expect(await ask(`tcp 127.0.0.1:${port} open`)).toMatchObject({
    verdict: 'pass',
    class: 'open',
    observed: `127.0.0.1:${port} accepts connections`,
  });
  expect(await ask(`tcp [::1]:${port} open`)).toMatchObject({ verdict: 'pass' });
  expect(await ask('tcp 127.0.0.1:1 open')).toMatchObject({
    verdict: 'fail',
    class: 'refused',
    observed: 'connection refused (127.0.0.1:1)',
  });
  expect(await ask('tcp no-such-host.invalid:80 open')).toMatchObject({ verdict: 'unknown', class: 'dns' });
});

test('an aborted probe is unknown', async () => {
  expect(await ask('tcp 127.0.0.1:1 open', { signal: AbortSignal.abort() })).toMatchObject({
    verdict: 'unknown',
    class: 'aborted',
  });
});

const error = (code: string, message = code) => Object.assign(new Error(message), { code });

test.each([
  ['ETIMEDOUT', 'fail', 'timeout'],
  ['EHOSTUNREACH', 'unknown', 'no-route'],
  ['ENETUNREACH', 'unknown', 'no-route'],
  ['EAI_AGAIN', 'unknown', 'dns'],
  ['EAI_FAIL', 'unknown', 'dns'],
  ['EPERM', 'unknown', 'permission'],
  ['CERT_HAS_EXPIRED', 'fail', 'certificate'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'fail', 'certificate'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'fail', 'certificate'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'fail', 'tls'],
  ['HPE_INVALID_CONSTANT', 'fail', 'not-http'],
  ['ESOMETHING_NEW', 'unknown', 'esomething-new'],
])('%s is %s of class %s', (code, verdict, kind) => {
  expect(networkError(error(code))).toMatchObject({ verdict, class: kind });
});

test('of several addresses, the answering one decides', () => {
  const both = new AggregateError([error('ENETUNREACH'), error('ECONNREFUSED')]);
  expect(networkError(both)).toMatchObject({ verdict: 'fail', class: 'refused' });
});
