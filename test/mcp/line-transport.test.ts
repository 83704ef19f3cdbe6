import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { LineTransport, type Reading } from '../../src/mcp/transport/line-transport.ts';

/** Hands on every chunk of a stream, and spoils it afterwards: nothing of it may be kept. */
const reading =
  (input: PassThrough): Reading =>
  (take) =>
    input.on('data', (chunk: Buffer) => {
      take(chunk);
      chunk.fill('!');
    });

/** A transport on pipes of this process, and what it made of what came. */
async function opened(output: Writable = new PassThrough()) {
  const input = new PassThrough();
  const transport = new LineTransport(reading(input), output);
  const heard = { messages: [] as unknown[], errors: [] as string[], closed: 0 };
  transport.onmessage = (message) => void heard.messages.push(message);
  transport.onerror = (error) => void heard.errors.push(error.message);
  transport.onclose = () => {
    heard.closed += 1;
  };
  await transport.start();
  return { input, transport, heard };
}

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' } as const;
const line = (message: unknown) => `${JSON.stringify(message)}\n`;

describe('what comes in', () => {
  test('is a message a line, however it is cut and whatever is between', async () => {
    const { input, heard } = await opened();
    const text = `${line(ping)}\r\n\n  \n${JSON.stringify({ ...ping, id: 'ä🚀' })}\r\n${line({ ...ping, id: 3 })}`;
    for (const byte of Buffer.from(text)) input.write(Buffer.from([byte]));
    input.write(`${line({ ...ping, id: 4 })}${line({ ...ping, id: 5 })}{"half":`);
    await turn();
    const ids = heard.messages.map((each) => (each as typeof ping).id);
    expect(ids).toEqual([1, 'ä🚀', 3, 4, 5]);
    expect(heard.errors).toEqual([]);
  });

  test('and is no JSON is told and left out', async () => {
    const { input, heard } = await opened();
    input.write(`no JSON\n\u0000\n${line(ping)}`);
    await turn();
    expect(heard.messages).toEqual([ping]);
    expect(heard.errors).toEqual(Array(2).fill('a line that is no JSON was left out'));
  });

  test('as a large message in many chunks costs no more than its bytes', async () => {
    const { input, heard } = await opened();
    const message = { ...ping, params: { text: 'x'.repeat(9 * 1024 * 1024) } };
    const bytes = Buffer.from(line(message));
    for (let at = 0; at < bytes.length; at += 1_000) input.write(Buffer.from(bytes.subarray(at, at + 1_000)));
    await turn();
    expect(heard.messages).toEqual([message]);
  });

  test.each([
    ['with its end', '\n'],
    ['without an end', ''],
  ])('and is longer than 10 MiB, %s, closes the connection with a word why', async (_, end) => {
    const { input, heard } = await opened();
    input.write(line(ping));
    const piece = 'x'.repeat(1024 * 1024);
    for (let pieces = 0; pieces < 11; pieces += 1) input.write(piece);
    input.write(`${end}${line(ping)}`);
    await turn();
    expect(heard).toMatchObject({ messages: [ping], closed: 1 });
    expect(heard.errors).toEqual(['a message is longer than 10 MiB; the connection is closed']);
  });

  test('may break the one who hears it, and the next message still comes', async () => {
    const { input, transport, heard } = await opened();
    let calls = 0;
    transport.onmessage = () => {
      calls += 1;
      if (calls === 1) throw new Error('boom');
    };
    input.write(line(ping) + line(ping));
    await turn();
    expect(calls).toBe(2);
    expect(heard.errors).toEqual(['boom']);
  });

  test('after somebody closed in the middle of it is not heard', async () => {
    const { input, transport, heard } = await opened();
    transport.onmessage = (message) => {
      heard.messages.push(message);
      void transport.close();
    };
    input.write(line(ping) + line(ping));
    await turn();
    expect(heard).toMatchObject({ messages: [ping], closed: 1 });
  });
});

describe('what goes out', () => {
  test('is a message a line', async () => {
    const output = new PassThrough();
    const { transport } = await opened(output);
    await transport.send(ping);
    await transport.send({ jsonrpc: '2.0', id: 2, result: { text: 'one\ntwo' } });
    expect(String(output.read())).toBe(
      '{"jsonrpc":"2.0","id":1,"method":"ping"}\n{"jsonrpc":"2.0","id":2,"result":{"text":"one\\ntwo"}}\n',
    );
  });

  test('waits for a slow reader, and no longer than there is one', async () => {
    const taken: (() => void)[] = [];
    const output = new Writable({
      highWaterMark: 10,
      write: (_chunk, _encoding, done) => void taken.push(done),
    });
    const { transport } = await opened(output);
    const ended: string[] = [];
    const first = transport.send(ping).then(() => ended.push('first'));
    await turn();
    expect(ended).toEqual([]);
    taken.shift()!();
    await first;
    const second = transport.send(ping).then(() => ended.push('second'));
    output.destroy(new Error('EPIPE'));
    await second;
    expect(ended).toEqual(['first', 'second']);
  });

  test('is refused once the connection is closed', async () => {
    const { transport } = await opened();
    await transport.close();
    await expect(transport.send(ping)).rejects.toThrow('the client is gone');
  });
});

describe('the end', () => {
  test.each<[string, (input: PassThrough, output: PassThrough) => unknown]>([
    ['the end of input', (input) => input.end()],
    ['a broken input', (input) => input.destroy(new Error('EIO'))],
    ['a broken output', (_, output) => output.destroy(new Error('EPIPE'))],
  ])('comes once, with %s', async (_, leave) => {
    const output = new PassThrough();
    const { input, transport, heard } = await opened(output);
    leave(input, output);
    await turn();
    await turn();
    await transport.closed;
    await transport.close();
    expect(heard.closed).toBe(1);
  });

  test('comes at once where input had ended before', async () => {
    const input = new PassThrough();
    input.resume().end();
    await turn();
    await turn();
    const transport = new LineTransport(reading(input), new PassThrough());
    let closed = 0;
    transport.onclose = () => {
      closed += 1;
    };
    await transport.start();
    await turn();
    expect(closed).toBe(1);
  });
});
