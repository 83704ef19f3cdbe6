import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BenchOptions, type ClientBench, clientBench } from './client-bench.ts';
import type { ModelEndpoint } from './model-endpoint.ts';

/** A place for opencode, whose configuration lies in the project. */
export async function opencodeBench(
  model: ModelEndpoint,
  { flags = [], ...options }: BenchOptions = {},
): Promise<ClientBench> {
  const bench = await clientBench({
    ...options,
    model,
    env: {
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      // It wants a package of its own from npm, which is refused at once.
      npm_config_fetch_retries: '0',
      ...options.env,
    },
  });
  const config = {
    model: 'scripted/agent',
    small_model: 'scripted/agent',
    autoupdate: false,
    share: 'disabled',
    provider: {
      scripted: {
        npm: '@ai-sdk/anthropic',
        options: { baseURL: `${model.url}/v1`, apiKey: 'dummy' },
        models: { agent: { name: 'agent', tool_call: true, limit: { context: 200_000, output: 8_000 } } },
      },
    },
    mcp: { runbook: { type: 'local', command: ['runbook', 'mcp', 'AUTODOCK.md', ...flags] } },
  };
  await writeFile(join(bench.project, 'opencode.json'), JSON.stringify(config));
  return bench;
}
