import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bench } from './support/built.ts';
import { clients } from './support/clients.ts';
import { opened, rawServer } from './support/raw-server.ts';

describe.each(clients)('the built server and a client of $name', ({ open }) => {
  test('lists the core tools in less than 12 KB, with names that every client accepts', async () => {
    const { sdk } = await open((await bench()).command());
    const listed = await sdk.listTools();
    expect(Buffer.byteLength(JSON.stringify(listed))).toBeLessThan(12_288);
    const { tools } = listed;
    for (const { name, title, description, annotations } of tools) {
      expect(name).toMatch(/^[a-z][a-z0-9_]{0,29}$/);
      expect(title).toMatch(/\([a-z][a-z.-]*\)$/);
      expect(description.length).toBeLessThanOrEqual(600);
      expect(Object.values(annotations).every((hint) => typeof hint === 'boolean')).toBe(true);
    }
  });

  test('reads an existing and a missing document', async () => {
    const { command, project } = await bench();
    const { call, sdk } = await open(command());
    expect((await call('runbook_read')).structuredContent).toMatchObject({ exists: false });
    await writeFile(
      join(project, 'AUTODOCK.md'),
      '## Steps\n\n### Say hello\n\n```bash\necho hello\n```\n\nVerify:\n\n```check\nfile /etc/passwd exists\n```\n',
    );
    expect((await call('runbook.read')).structuredContent).toMatchObject({ exists: true });
    const { resources } = await sdk.listResources();
    expect(resources.map((each: { uri: string }) => each.uri)).toContain('runbook://step/say-hello');
    const { contents } = await sdk.readResource({ uri: 'runbook://step/say-hello' });
    expect(contents[0].text).toContain('echo hello');
    const verified = await call('verify', { steps: ['say-hello'] });
    expect(verified.isError).not.toBe(true);
  });

  test('runs no draft on a guarded box without a person', async () => {
    const { command, project } = await bench();
    const { call } = await open(command('--trust', 'sandbox'));
    const { structuredContent } = await call('apply_step', {
      draft: { title: 'Touch', run: 'touch touched', verify: 'file touched exists' },
    });
    expect(structuredContent.status).toBe('needs_approval');
    expect(execFileSync('ls', [project], { encoding: 'utf8' })).not.toContain('touched');
  });
});

describe('the built server', () => {
  test('answers a long replay with a task if the request declares tasks, and with a job otherwise', async () => {
    const { command, project } = await bench({ sandbox: true });
    const script = 'echo working\nuntil test -e go; do sleep 0.1; done\ntouch done';
    await writeFile(
      join(project, 'AUTODOCK.md'),
      `## Steps\n\n### Wait\n\n\`\`\`bash\n${script}\n\`\`\`\n\nVerify:\n\n\`\`\`check\nfile done exists\n\`\`\`\n`,
    );
    let ids = 0;
    const connect = async () => {
      const server = await rawServer(command('--trust', 'sandbox'));
      const ask = async (method: string, params: object, extensions = {}) => {
        const _meta = {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': { extensions },
        };
        return await server.ask({ id: ++ids, method, params: { ...params, _meta } });
      };
      const state = async (taskId: string) => (await ask('tasks/get', { taskId })).result;
      return { server, ask, state };
    };
    const tasks = { 'io.modelcontextprotocol/tasks': {} };
    const replay = { name: 'replay', arguments: { wait_s: 0 } };

    const first = await connect();
    const { result: discovered } = await first.ask('server/discover', {});
    expect(discovered.capabilities.extensions).toMatchObject(tasks);
    const undeclared = await first.ask('tools/call', replay);
    expect(undeclared.result).toMatchObject({
      resultType: 'complete',
      structuredContent: { job: 'job-1', status: 'running' },
    });
    await first.ask('tasks/cancel', { taskId: 'job-1' });
    expect(await first.state('job-1')).toMatchObject({ resultType: 'complete', status: 'cancelled' });

    const { result: created } = await first.ask('tools/call', replay, tasks);
    expect(created).toMatchObject({
      ...{ resultType: 'task', taskId: 'job-2', status: 'working', ttlMs: null, pollIntervalMs: 2_000 },
      ...{ createdAt: expect.any(String), lastUpdatedAt: expect.any(String) },
    });
    await expect
      .poll(() => first.state('job-2'), { timeout: 10_000 })
      .toMatchObject({ status: 'working', statusMessage: expect.stringContaining('working') });
    await writeFile(join(project, 'go'), '');
    await expect
      .poll(() => first.state('job-2'), { timeout: 10_000 })
      .toMatchObject({
        status: 'completed',
        result: { structuredContent: { job: 'job-2', status: 'done', steps: [{ step: 'wait' }] } },
      });
    expect((await first.ask('tasks/get', { taskId: 'job-9' })).error).toMatchObject({ code: -32602 });
    await first.server.end();

    const second = await connect();
    expect(await second.state('job-2')).toMatchObject({
      status: 'completed',
      result: { structuredContent: { job: 'job-2', status: 'done' } },
    });
  });

  test('stays under 180 MB and within budget through a job that prints 100 MB', async () => {
    const { command } = await bench({ sandbox: true });
    const { command: program, args } = command('--trust', 'sandbox');
    const server = await rawServer({ command: program, args });
    await opened(server);
    let largest = 0;
    const watch = setInterval(() => {
      largest = Math.max(largest, residentMegabytes(server.child.pid ?? 0));
    }, 20);
    const run = 'head -c 100000000 /dev/zero | tr "\\\\0" x | fold -w 200; touch printed; echo THE END';
    const call = (id: number, name: string, args: object) =>
      server.ask({ id, method: 'tools/call', params: { name, arguments: args } });
    const { result } = await call(1, 'apply_step', {
      draft: { title: 'Print', run, verify: 'file printed exists' },
      wait_s: 60,
    });
    const answer = result.structuredContent;
    expect(answer.status).toBe('succeeded');
    expect(answer.output_tail).toMatch(/THE END\n?$/);
    expect(JSON.stringify(answer).length).toBeLessThanOrEqual(8_192);
    // A line end between two times 200 characters, and the last line.
    expect(answer.output_bytes).toBe(100_499_999 + 'THE END\n'.length);
    const read = await call(2, 'job_read', { job: answer.job });
    expect(JSON.stringify(read.result.structuredContent).length).toBeLessThanOrEqual(40_000);
    const found = await call(3, 'job_read', { job: answer.job, grep: 'THE END' });
    expect(JSON.stringify(found.result)).toContain('THE END');
    const log = await server.ask({
      id: 4,
      method: 'resources/read',
      params: { uri: `runbook://job/${answer.job}/log` },
    });
    expect(log.result.contents[0].text.length).toBeLessThan(400_100);
    clearInterval(watch);
    expect(largest).toBeGreaterThan(20);
    expect(largest).toBeLessThan(180);
    expect(await server.end()).toBe(0);
  });

  test('writes nothing in read-only mode, but remembers its observations', async () => {
    const { command, place, project } = await bench();
    await writeFile(join(project, 'AUTODOCK.md'), '## Steps\n\n### A\n\n```bash\ntrue\n```\n');
    const { command: program, args } = command('--read-only');
    const server = await rawServer({ command: program, args });
    await opened(server);
    const call = async (id: number, name: string, given: object = {}) =>
      (await server.ask({ id, method: 'tools/call', params: { name, arguments: given } })).result;
    await call(1, 'runbook_read');
    const first = (await call(2, 'env_observe')).structuredContent;
    const second = (await call(3, 'env_observe')).structuredContent;
    expect(second.compared_to).toBe(first.snapshot);
    const third = await call(4, 'env_observe', { compare_to: first.snapshot });
    expect(third.structuredContent.compared_to).toBe(first.snapshot);
    await call(5, 'verify');
    await call(6, 'find_fix', { text: 'address already in use' });
    expect((await call(7, 'job_read', { job: 'job-1' })).isError).toBe(true);
    expect(await server.end()).toBe(0);
    const files = await readdir(place, { recursive: true });
    expect(files.toSorted()).toEqual(['person', 'project', 'project/AUTODOCK.md']);
  });

  test('ends a running step with its process group when its client disconnects', async () => {
    const { command } = await bench({ sandbox: true });
    const { command: program, args } = command('--trust', 'sandbox');
    const server = await rawServer({ command: program, args });
    await opened(server);
    const mark = `leaving-${process.pid}`;
    const draft = {
      title: 'Sleep',
      run: `bash -c ': ${mark}; sleep 300; true' & sleep 300`,
      verify: 'file slept exists',
    };
    void server.ask({
      id: 1,
      method: 'tools/call',
      params: { name: 'apply_step', arguments: { draft, wait_s: 60 } },
    });
    const running = () =>
      execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.includes(mark) && line.startsWith('bash'));
    await expect.poll(() => running().length, { timeout: 60_000 }).toBeGreaterThan(0);
    await server.end();
    expect(running()).toEqual([]);
  });
});

function residentMegabytes(pid: number): number {
  try {
    // The command is started through env(1), which becomes node itself.
    const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(line?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
