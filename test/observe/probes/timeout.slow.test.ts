import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from './ask-line.ts';

test('a server that is silent, or never ends, is judged after five seconds', async () => {
  const sockets: { destroy(): void }[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (request) => {
      if (request.includes('/stream')) socket.write('HTTP/1.1 200 OK\r\n\r\ndata: one\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [silent, found, missed] = await Promise.all([
    ask(`http GET ${url}/`),
    ask(`http GET ${url}/stream contains one`),
    ask(`http GET ${url}/stream contains two`),
  ]);
  expect(silent).toMatchObject({
    verdict: 'fail',
    class: 'timeout',
    observed: expect.stringMatching(/within 5 s/),
  });
  expect(found).toMatchObject({ verdict: 'pass', class: 'match' });
  expect(missed).toMatchObject({ verdict: 'fail', class: 'timeout' });
});
