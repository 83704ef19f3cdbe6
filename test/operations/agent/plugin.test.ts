import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { scenario } from '../../support/scenario.ts';

const hook = fileURLToPath(new URL('../../../plugin/hooks/pre-tool-use.mjs', import.meta.url));

function decide(tool_name: string, tool_input: Record<string, string>): string {
  const input = JSON.stringify({ tool_name, tool_input });
  const said = execFileSync(process.execPath, [hook], { input, encoding: 'utf8' });
  return said === '' ? 'pass' : JSON.parse(said).hookSpecificOutput.permissionDecision;
}

test.each([
  'runbook approve AUTODOCK.md',
  'cd /srv && runbook resume p-1',
  'npx -y agent-runbook approve',
  'runbook replay --yes',
  'echo x >> .runbook/AUTODOCK.md.jsonl',
  'sudo apt-get install -y nginx',
  'apt install caddy',
  'systemctl restart nginx',
  'service nginx stop',
  'helm upgrade argo argo/argo-workflows',
  'kubectl -n argo apply -f x.yaml',
  'echo "a" | sudo tee /etc/caddy/Caddyfile',
])('denied: %s', (command) => expect(decide('Bash', { command })).toBe('deny'));

test.each([
  'runbook verify',
  'runbook replay --dry-run',
  'apt-cache policy nginx',
  'dpkg -l | grep nginx',
  'systemctl status nginx',
  'kubectl get pods -A',
  'grep -r "apt install" docs',
  'cat /etc/caddy/Caddyfile',
  'npm test',
  'git commit -m "restart the service"',
])('passes: %s', (command) => expect(decide('Bash', { command })).toBe('pass'));

test('refuses manual writes to files of the box and of the journal', () => {
  expect(decide('Write', { file_path: '/etc/caddy/Caddyfile' })).toBe('deny');
  expect(decide('Edit', { file_path: '/srv/x/.runbook/a.jsonl' })).toBe('deny');
  expect(decide('Write', { file_path: '/srv/x/AUTODOCK.md' })).toBe('pass');
});

test('init --claude keeps existing content, and changes nothing the second time', async () => {
  const files = { '.mcp.json': '{"mcpServers":{"other":{"command":"x"}}}', 'CLAUDE.md': '# Mine\n\nProse.' };
  const { run, read } = await scenario('---\nrunbook: 1\n---\n', { files });
  await run('init', { claude: true });
  expect(JSON.parse(await read('.mcp.json')).mcpServers).toMatchObject({
    other: {},
    runbook: { alwaysLoad: true },
  });
  const rules = await read('CLAUDE.md');
  expect(rules.startsWith('# Mine\n\nProse.\n\n## Changing this box\n')).toBe(true);
  const again = await run('init', { claude: true });
  expect(again.report.files.map((each: { action: string }) => each.action)).toEqual([
    'unchanged',
    'unchanged',
    'unchanged',
  ]);
  expect(await read('CLAUDE.md')).toBe(rules);
});
