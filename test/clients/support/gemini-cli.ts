import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BenchOptions, type ClientBench, clientBench } from './client-bench.ts';
import type { ModelEndpoint } from './model-endpoint.ts';

/** A place for Gemini CLI. */
export async function geminiBench(
  model: ModelEndpoint,
  { flags = [], ...options }: BenchOptions = {},
): Promise<ClientBench> {
  const bench = await clientBench({
    ...options,
    model,
    env: {
      GEMINI_API_KEY: 'dummy',
      GOOGLE_GEMINI_BASE_URL: model.url,
      GEMINI_CLI_TRUST_WORKSPACE: 'true',
      ...options.env,
    },
  });
  const settings = {
    general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
    privacy: { usageStatisticsEnabled: false },
    security: { auth: { selectedType: 'gemini-api-key' } },
    mcpServers: {
      runbook: {
        command: join(bench.place, 'programs', 'runbook'),
        args: ['mcp', 'AUTODOCK.md', ...flags],
        env: { RUNBOOK_STATE: bench.env.RUNBOOK_STATE, RUNBOOK_BOX_STATE: bench.env.RUNBOOK_BOX_STATE },
      },
    },
  };
  await mkdir(join(bench.home, '.gemini'));
  await writeFile(join(bench.home, '.gemini', 'settings.json'), JSON.stringify(settings));
  return bench;
}
