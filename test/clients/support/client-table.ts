import { type ClientName, clientPackages } from './client-packages.ts';

/** What the tests of this folder show for a client. */
export interface ClientRow {
  readonly client: ClientName;
  readonly label: string;
  /** The command with which it plays the whole story without a person at a terminal; absent if it lacks such a mode. */
  readonly alone?: string;
  /** Where a person reads and approves what will run. */
  readonly person: 'in its dialog' | 'in a form of the program' | 'with `runbook approve`';
}

/** Every row is tested: `alone` by story.test.ts, dialogs by person.test.ts, forms by python.test.ts. */
export const clientTable: readonly ClientRow[] = [
  { client: 'claude', label: 'Claude Code', alone: 'claude -p', person: 'in its dialog' },
  {
    client: 'claudeNode20',
    label: 'Claude Code, as npm picks it on Node 20',
    alone: 'claude -p',
    person: 'in its dialog',
  },
  { client: 'codex', label: 'Codex', alone: 'codex exec', person: 'in its dialog' },
  { client: 'opencode', label: 'opencode', alone: 'opencode run', person: 'with `runbook approve`' },
  { client: 'gemini', label: 'Gemini CLI', alone: 'gemini -p', person: 'with `runbook approve`' },
  { client: 'pythonSdk', label: 'Python SDK `mcp`', person: 'in a form of the program' },
  { client: 'fastmcp', label: 'Python `fastmcp`', person: 'in a form of the program' },
];

/** The table of docs/agents.md. */
export function renderClientTable(): string {
  const rows = clientTable.map(({ client, label, alone, person }) => {
    const story = alone === undefined ? 'not offered' : `\`${alone}\`: passes`;
    return `| ${label} | ${clientPackages[client].version} | ${story} | ${person} |`;
  });
  const head = [
    '| client | version | whole story without a person | where a person approves |',
    '| --- | --- | --- | --- |',
  ];
  return [...head, ...rows].join('\n');
}
