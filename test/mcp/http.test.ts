import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Client, StreamableHTTPClientTransport as NewHttp } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { httpStandIn } from './support/http-stand-in.ts';
import { standIn } from './support/stand-in.ts';

const server = standIn();
let http: Awaited<ReturnType<typeof httpStandIn>>;
beforeAll(async () => {
  http = await httpStandIn(server);
});
afterAll(() => http.stop());

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
});

const post = (headers: Record<string, string>, path = '/mcp') =>
  fetch(`http://127.0.0.1:${http.port}${path}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      Authorization: `Bearer ${http.token}`,
      ...headers,
    },
    body: initialize,
  });

describe('access', () => {
  test('accepts the token', async () => {
    expect((await post({})).status).toBe(200);
    expect((await post({ Authorization: `bearer ${http.token}` })).status).toBe(200);
  });

  test.each([
    ['no token', { Authorization: '' }, 401],
    ['a wrong token', { Authorization: 'Bearer 0000' }, 401],
    ['the token in another scheme', { Authorization: 'Basic {token}' }, 401],
    ['a web page', { Origin: 'https://evil.example' }, 403],
    ['a page without an origin', { Origin: 'null' }, 403],
  ])('rejects %s', async (_, headers, status) => {
    const filled = Object.entries(headers).map(([name, value]) => [
      name,
      value.replace('{token}', http.token),
    ]);
    const response = await post(Object.fromEntries(filled));
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain(http.token);
  });

  test('rejects a foreign host name that resolves to this machine (DNS rebinding)', async () => {
    // fetch does not let a caller choose the Host header; curl's way is a raw socket.
    const { connect } = await import('node:net');
    const socket = connect(http.port, '127.0.0.1');
    socket.write(
      `POST /mcp HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer ${http.token}\r\nContent-Length: 0\r\n\r\n`,
    );
    const [answer] = await once(socket, 'data');
    socket.destroy();
    expect(String(answer)).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('is served only at /mcp', async () => {
    expect((await post({}, '/')).status).toBe(404);
    expect((await post({}, '/mcp/../etc/passwd')).status).toBe(404);
  });

  test('hides the token from argument list and log', () => {
    expect(http.log()).toContain('the bearer token is in');
    expect(http.log()).not.toContain(http.token);
    expect(server.command().args.join(' ')).not.toContain(http.token);
  });

  test('listens on loopback only', () => {
    expect(http.log()).toMatch(/listening on http:\/\/127\.0\.0\.1:\d+\/mcp/);
  });
});

describe('clients over HTTP', () => {
  const headers = () => ({ requestInit: { headers: { Authorization: `Bearer ${http.token}` } } });
  const url = () => new URL(`http://127.0.0.1:${http.port}/mcp`);

  test.each(['env_echo', 'env.echo', 'env-echo'])('SDK 1.x calls %s', async (name) => {
    const client = new OldClient({ name: 'old', version: '1' });
    await client.connect(new OldHttp(url(), headers()));
    onTestFinished(() => client.close());
    const { structuredContent } = await client.callTool({ name, arguments: { text: 'hi' } });
    expect(structuredContent).toMatchObject({ text: 'hi' });
  });

  test.each(['env_echo', 'env.echo', 'env-echo'])('SDK 2.x calls %s', async (name) => {
    const client = new Client(
      { name: 'new', version: '2' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    await client.connect(new NewHttp(url(), headers()));
    onTestFinished(() => client.close());
    const { structuredContent } = await client.callTool({ name, arguments: { text: 'hi' } });
    expect(structuredContent).toMatchObject({ text: 'hi', client: 'new 2' });
  });

  test('of 2025 are asked during a call and receive the answer', async () => {
    const client = new OldClient({ name: 'old', version: '1' }, { capabilities: { elicitation: {} } });
    const asked: string[] = [];
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      asked.push(JSON.stringify(params));
      return { action: 'accept' as const, content: { answer: 'once' } };
    });
    await client.connect(new OldHttp(url(), headers()));
    onTestFinished(() => client.close());
    const { structuredContent } = await client.callTool({
      name: 'ask',
      arguments: { key: 'http-2025', script: 'touch a' },
    });
    expect(structuredContent).toEqual({ answer: 'once' });
    expect(asked).toEqual([expect.stringContaining('touch a')]);
  });

  test('of 2025 start again after their session has ended, and need none for a single request', async () => {
    const transport = new OldHttp(url(), headers());
    const client = new OldClient({ name: 'old', version: '1' });
    await client.connect(transport);
    const id = transport.sessionId ?? '';
    expect(id).not.toBe('');
    await transport.terminateSession();
    await client.close();
    expect((await post({ 'Mcp-Session-Id': id })).status).toBe(404);
    const single = await fetch(url(), {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        Authorization: `Bearer ${http.token}`,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'tools/list' }),
    });
    expect(single.status).toBe(200);
  });

  test('are asked, and see progress and jobs that outlive the call', async () => {
    const client = new Client(
      { name: 'new', version: '2' },
      { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    client.setRequestHandler('elicitation/create', async () => ({
      action: 'accept' as const,
      content: { answer: 'lease' },
    }));
    await client.connect(new NewHttp(url(), headers()));
    onTestFinished(() => client.close());
    const asked = await client.callTool({ name: 'ask', arguments: { key: 'http', script: 'true' } });
    expect(asked.structuredContent).toEqual({ answer: 'lease' });

    const seen: unknown[] = [];
    const nap = { name: 'nap', arguments: { job: 'http', seconds: 60, wait_s: 0.2, marker: 'http' } };
    const napped = await client.callTool(nap, { onprogress: (progress) => seen.push(progress.message) });
    expect(napped.structuredContent).toEqual({ job: 'http', status: 'running' });
    expect(seen).toEqual(['started']);
    const peek = async (cancel: boolean) =>
      (await client.callTool({ name: 'job_peek', arguments: { job: 'http', cancel } })).structuredContent;
    expect(await peek(true)).toEqual({ running: true });
    await expect.poll(() => peek(false)).toEqual({ running: false });
  });
});

describe('the server', () => {
  test('exits at SIGTERM with an open call and a running job', async () => {
    const own = await httpStandIn(server);
    const call = fetch(`http://127.0.0.1:${own.port}/mcp`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        Authorization: `Bearer ${own.token}`,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 2,
        method: 'tools/call',
        params: { name: 'nap', arguments: { job: 'j', seconds: 300, marker: 'http-term' } },
      }),
    }).then(
      (response) => response.text(),
      () => 'cut off',
    );
    const { child } = own;
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(143);
    await call;
  });

  test('reports a port that is in use', async () => {
    const { command, args } = server.command({ http: http.port });
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    expect((await once(child, 'exit'))[0]).not.toBe(0);
    expect(said).toContain('another process listens on it');
  });

  test('reads the token from RUNBOOK_MCP_TOKEN if it is set', async () => {
    const token = 'a'.repeat(32);
    const own = await httpStandIn(server, { RUNBOOK_MCP_TOKEN: token });
    onTestFinished(() => own.stop());
    expect(own.log()).toContain('the bearer token is in RUNBOOK_MCP_TOKEN');
    const response = await fetch(`http://127.0.0.1:${own.port}/mcp`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        Authorization: `Bearer ${token}`,
      },
      body: initialize,
    });
    expect(response.status).toBe(200);
  });
});
