import { realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BenchOptions, type ClientBench, clientBench } from './client-bench.ts';
import type { ModelEndpoint } from './model-endpoint.ts';

/** Not a credential: the endpoint on loopback accepts anything. */
const KEY = 'sk-ant-dummy-0000000000000000000000000000';

/** A place for Claude Code: its first-start questions are answered, all others are the test's. */
export async function claudeBench(model: ModelEndpoint, options: BenchOptions = {}): Promise<ClientBench> {
  const bench = await clientBench({
    ...options,
    model,
    env: {
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: KEY,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_TELEMETRY: '1',
      ...options.env,
    },
  });
  const project = await realpath(bench.project);
  const settings = {
    hasCompletedOnboarding: true,
    theme: 'dark',
    customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] },
    projects: { [project]: { hasTrustDialogAccepted: true } },
  };
  await writeFile(join(bench.home, '.claude.json'), JSON.stringify(settings));
  return bench;
}
