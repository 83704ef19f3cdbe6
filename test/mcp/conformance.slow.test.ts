import { execFile } from 'node:child_process';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpStandIn, httpStandIn } from './support/http-stand-in.ts';
import { standIn } from './support/stand-in.ts';

const conformance = fileURLToPath(new URL('../../node_modules/.bin/conformance', import.meta.url));

/** The scenarios that need no tools of their own. The others call fixtures such as `test_image_content`. */
const scenarios = [
  'server-initialize',
  'ping',
  'logging-set-level',
  'tools-list',
  'resources-list',
  'prompts-list',
  'server-sse-multiple-streams',
  'dns-rebinding-protection',
];

const server = standIn();
let http: HttpStandIn;
const door = createServer();
beforeAll(async () => {
  http = await httpStandIn(server);
  // The suite knows no tokens: a doorman adds it, and leaves all else as it is.
  door.on('request', (from, to) => {
    const headers = { ...from.headers, authorization: `Bearer ${http.token}` };
    const passed = request({
      host: '127.0.0.1',
      port: http.port,
      path: from.url,
      method: from.method,
      headers,
    });
    passed.on('response', (answer) => {
      to.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(to);
    });
    passed.on('error', () => to.destroy());
    from.pipe(passed);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  door.closeAllConnections();
  door.close();
  await http.stop();
});

describe('the conformance suite', () => {
  test.each(scenarios)('%s', async (scenario) => {
    const { port } = door.address() as AddressInfo;
    const url = `http://localhost:${port}/mcp`;
    const args = ['server', '--url', url, '--scenario', scenario];
    const ran = await promisify(execFile)(conformance, args, { cwd: server.folder, timeout: 120_000 }).then(
      ({ stdout }) => ({ passed: true, stdout }),
      ({ stdout, stderr }: { stdout: string; stderr: string }) => ({
        passed: false,
        stdout: stdout + stderr,
      }),
    );
    expect(ran.stdout).toMatch(/0 failed/);
    expect(ran.passed).toBe(true);
  });
});
