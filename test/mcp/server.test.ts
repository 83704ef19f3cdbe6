import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, type TestClient } from './support/clients.ts';
import { standIn } from './support/stand-in.ts';

const server = standIn();

describe.each(clients)('a client of $name', ({ name, open }) => {
  let client: TestClient;
  beforeAll(async () => {
    client = await open(server.command(), { shared: true });
  });
  afterAll(() => client.close());

  test("receives the server's instructions in at most 1,500 characters", async () => {
    const { sdk } = client;
    expect(sdk.getServerVersion()).toMatchObject({ name: 'runbook', version: '0.0.0-test' });
    expect(sdk.getInstructions()).toContain('runbook_read first');
    expect(sdk.getInstructions().length).toBeLessThanOrEqual(1_500);
  });

  test('lists the core tools in a fixed order, with all four hints', async () => {
    const { sdk } = client;
    const { tools } = await sdk.listTools();
    const names = tools.map((tool: { name: string }) => tool.name);
    expect(names).toEqual(['env_echo', 'big', 'nap', 'job_peek', 'ask', 'refuse']);
    for (const { annotations, _meta } of tools) {
      expect(Object.keys(annotations).sort()).toEqual([
        'destructiveHint',
        'idempotentHint',
        'openWorldHint',
        'readOnlyHint',
      ]);
      expect(_meta).toEqual({ 'anthropic/alwaysLoad': true });
    }
  });

  test.each(['env_echo', 'env.echo', 'env-echo', 'env/echo', 'ENV_ECHO'])('calls %s', async (spelling) => {
    const { call } = client;
    const { structuredContent, text } = await call(spelling, { text: 'hello ', times: 2 });
    const said = name === 'SDK 1.x' ? 'old client 1.32.2' : 'new client 2.4.0';
    expect(structuredContent).toEqual({ text: 'hello hello ', list: [], client: said, trust: 'guarded' });
    expect(JSON.parse(text)).toEqual(structuredContent);
  });

  test('receives code, message, place and remedy of an error as text', async () => {
    const { call } = client;
    const result = await call('refuse', { how: 'diagnostic' });
    expect(result).toEqual({
      isError: true,
      structuredContent: undefined,
      text: 'unknown-step: There is no step "caddy".\nAt: AUTODOCK.md:3:1\nRemedy: Did you mean "start-caddy"?',
    });
  });

  test.each([
    ['env_ehco', {}, 'unknown-tool', 'Did you mean env_echo?'],
    ['nothing_like_it', {}, 'unknown-tool', 'Tools: env_echo, big, nap, job_peek, ask, refuse.'],
    [
      'env_lanch',
      {},
      'unknown-tool',
      'Did you mean env_launch? env_launch belongs to the toolset boxes, which this server does not offer. A person can start the server with --toolsets core,boxes.',
    ],
    ['env_echo', { txet: 'x' }, 'unknown-argument', 'Did you mean text?'],
    ['env_echo', { text: 7 }, 'invalid-argument', 'what to say'],
    ['env_echo', { times: 1e9 }, 'invalid-argument', 'input schema'],
    ['env_echo', { list: Array(300_000).fill('x') }, 'arguments-too-large', 'file'],
    ['refuse', { how: 'defect' }, 'defect', 'another call'],
    ['refuse', { how: 'wrong-output' }, 'defect', 'another call'],
    ['env_launch', {}, 'toolset-off', '--toolsets core,boxes'],
  ])('receives %s with %o: %s', async (tool, args, code, remedy) => {
    const { call } = client;
    const { isError, text } = await call(tool, args);
    expect(isError).toBe(true);
    expect(text).toMatch(new RegExp(`^${code}: `));
    expect(text).toContain(remedy);
  });

  test('may send null for omitted arguments, and lists as JSON text', async () => {
    const { call } = client;
    const { structuredContent } = await call('env_echo', { text: null, list: '["a","b"]' });
    expect(structuredContent).toMatchObject({ text: '', list: ['a', 'b'] });
  });

  test('receives results within the budget, with omitted entries counted', async () => {
    const { call } = client;
    const { structuredContent, text } = await call('big', { megabytes: 1, entries: 5_000 });
    expect(JSON.stringify(structuredContent).length).toBeLessThanOrEqual(8_192);
    expect(text.length).toBeLessThanOrEqual(8_192);
    expect(text).not.toContain('\\u001b');
    expect(structuredContent.output_tail).toMatch(/THE END$/);
    expect(structuredContent.log).toMatch(/THE END$/);
    expect(structuredContent.text).toMatch(/^all work and no play/);
    expect(structuredContent.checks).toHaveLength(20);
    expect(structuredContent.more.checks).toBe(10);
    expect(structuredContent.entries.length + structuredContent.more.entries).toBe(5_000);
  });

  test('a read-only server lists only reading tools and refuses the others', async () => {
    const { sdk, call } = await open(server.command({ readOnly: true }));
    const { tools } = await sdk.listTools();
    expect(
      tools.every((tool: { annotations: { readOnlyHint: boolean } }) => tool.annotations.readOnlyHint),
    ).toBe(true);
    const { isError, text } = await call('nap', { job: 'j', seconds: 1, marker: 'm' });
    expect(isError).toBe(true);
    expect(text).toMatch(/^read-only: /);
  });

  test('reads resources, cleaned and bounded', async () => {
    const { sdk } = client;
    const { resources } = await sdk.listResources();
    expect(resources.map((each: { uri: string }) => each.uri)).toEqual([
      'runbook://document',
      'runbook://step/start%20caddy',
      'skill://deploy/SKILL.md',
      'skill://diagnose/SKILL.md',
      'skill://redeploy/SKILL.md',
    ]);
    const { resourceTemplates } = await sdk.listResourceTemplates();
    expect(resourceTemplates.map((each: { uriTemplate: string }) => each.uriTemplate)).toEqual([
      'runbook://step/{id}',
      'runbook://job/{id}/log',
    ]);
    const read = async (uri: string) => (await sdk.readResource({ uri })).contents[0].text;
    expect(await read('runbook://document')).toBe('# A runbook\n');
    expect(await read('runbook://step/start%20caddy')).toBe('### Start Caddy');
    const log = await read('runbook://job/long/log');
    expect(log).toMatch(/^… 600009 earlier characters are omitted …\n/);
    expect(log).toMatch(/last line$/);
  });

  test.each([
    'runbook://step/no-such',
    'runbook://job/..%2f..%2fetc/log',
    'file:///etc/passwd',
    'runbook://step/',
  ])('cannot read %s', async (uri) => {
    const { sdk } = client;
    await expect(sdk.readResource({ uri })).rejects.toThrow(/does not exist/);
  });

  test('offers deploy, diagnose and redeploy', async () => {
    const { sdk } = client;
    const { prompts } = await sdk.listPrompts();
    expect(prompts.map((prompt: { name: string }) => prompt.name)).toEqual([
      'deploy',
      'diagnose',
      'redeploy',
    ]);
    // Claude Code passes only the first word to a prompt with one argument.
    expect(prompts.every((prompt: { arguments?: unknown }) => prompt.arguments === undefined)).toBe(true);
    const { messages } = await sdk.getPrompt({ name: 'diagnose' });
    expect(messages[0].content.text).toContain('Change nothing.');
    await expect(sdk.getPrompt({ name: 'destroy' })).rejects.toThrow(/deploy, diagnose, redeploy/);
  });

  test('receives progress, and a job id if it does not wait', async () => {
    const { call } = client;
    const seen: (string | undefined)[] = [];
    const result = await call(
      'nap',
      { job: `j-${name}`, seconds: 60, wait_s: 0.2, marker: 'progress' },
      { onprogress: ({ message }) => seen.push(message) },
    );
    expect(result.structuredContent).toEqual({ job: `j-${name}`, status: 'running' });
    expect(seen).toEqual(['started']);
    expect((await call('job_peek', { job: `j-${name}` })).structuredContent).toEqual({ running: true });
    await call('job_peek', { job: `j-${name}`, cancel: true });
    await expect
      .poll(async () => (await call('job_peek', { job: `j-${name}` })).structuredContent)
      .toEqual({
        running: false,
      });
  });

  test('ends the job of a call that it cancels', async () => {
    const { call } = client;
    const cancel = new AbortController();
    const waiting = call('nap', { job: 'c', seconds: 60, marker: 'cancel' }, { signal: cancel.signal });
    await expect
      .poll(async () => (await call('job_peek', { job: 'c' })).structuredContent.running)
      .toBe(true);
    cancel.abort('enough');
    await expect(waiting).rejects.toThrow();
    await expect
      .poll(async () => (await call('job_peek', { job: 'c' })).structuredContent.running)
      .toBe(false);
  });
});
