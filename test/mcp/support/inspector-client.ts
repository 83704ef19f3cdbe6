import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestClient } from './clients.ts';

const INSPECTOR = fileURLToPath(new URL('../../../node_modules/.bin/mcp-inspector', import.meta.url));

/**
 * The inspector's command line as a client: every call starts a server of its own and ends it. It calls listed names
 * alone, and checks the schemas of all tools strictly before the first call.
 */
export async function inspectorClient({
  command,
  args,
}: {
  command: string;
  args: string[];
}): Promise<TestClient> {
  const inspect = async (...flags: string[]) => {
    // Options are before the target. After it they would take the target as their value.
    const { stdout } = await promisify(execFile)(
      INSPECTOR,
      ['--cli', '--format', 'json', ...flags, '--', command, ...args],
      {
        env: { ...process.env, MCP_CATALOG_PATH: join(tmpdir(), `inspector-${process.pid}.json`) },
        timeout: 120_000,
        maxBuffer: 16 * 1024 * 1024,
      },
    );
    return JSON.parse(stdout);
  };
  await inspect('--strict', '--method', 'tools/list');
  return {
    pid: 0,
    sdk: undefined,
    close: async () => {},
    call: async (name, given = {}) => {
      const pairs = Object.entries(given).flatMap(([key, value]) => [
        '--tool-arg',
        `${key}=${JSON.stringify(value)}`,
      ]);
      const answer = await inspect(
        '--method',
        'tools/call',
        '--tool-name',
        name.replace(/[./-]/g, '_'),
        ...pairs,
      );
      const result = answer.result ?? answer;
      return {
        isError: result.isError,
        structuredContent: result.structuredContent,
        text: result.content?.[0]?.text ?? '',
      };
    },
  };
}
