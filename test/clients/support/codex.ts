import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BenchOptions, type ClientBench, clientBench } from './client-bench.ts';
import type { ModelEndpoint } from './model-endpoint.ts';

/** A place for Codex, with the runbook server in its global configuration, since it has no other. `approve`: the server alone asks. */
export async function codexBench(
  model: ModelEndpoint,
  { flags = [], approve = false, ...options }: BenchOptions & { readonly approve?: boolean } = {},
): Promise<ClientBench> {
  const bench = await clientBench({ ...options, model, env: { DUMMY_KEY: 'dummy', ...options.env } });
  const folder = join(bench.home, '.codex');
  await mkdir(folder);
  const states = ['RUNBOOK_STATE', 'RUNBOOK_BOX_STATE'].map((name) => `${name} = "${bench.env[name]}"`);
  await writeFile(
    join(folder, 'config.toml'),
    `model = "gpt-5"
model_provider = "scripted"
check_for_update_on_startup = false

[model_providers.scripted]
name = "scripted"
base_url = "${model.url}/v1"
env_key = "DUMMY_KEY"
wire_api = "responses"

[analytics]
enabled = false

[projects."${bench.project}"]
trust_level = "trusted"

[mcp_servers.runbook]
command = "${bench.place}/programs/runbook"
args = ${JSON.stringify(['mcp', 'AUTODOCK.md', ...flags])}
env = { ${states.join(', ')} }
${approve ? 'default_tools_approval_mode = "approve"' : ''}
`,
  );
  return bench;
}
