import { readFileSync } from 'node:fs';
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

/** How the tests of each file ended for each client, by name and version: what the last runs with UPDATE=1 left. */
export type ClientResults = Record<string, Record<string, 'passed' | 'failed'>>;

export const resultsFile = new URL('../results.json', import.meta.url);

export const readResults = (): ClientResults => JSON.parse(readFileSync(resultsFile, 'utf8'));

/** The page, with the table of versions and results. */
export function withClientTable(page: string): string {
  const [start, end] = ['<!-- generated: clients -->', '<!-- /generated -->'];
  const from = page.indexOf(start) + start.length;
  return `${page.slice(0, from)}\n\n${renderTable(readResults())}\n\n${page.slice(page.indexOf(end, from))}`;
}

function renderTable(results: ClientResults): string {
  const rows = clientTable.map(({ client, label, alone, person }) => {
    const { name, version } = clientPackages[client];
    const ended = results[`${name} ${version}`] ?? {};
    const story = alone === undefined ? 'not offered' : `\`${alone}\`: ${verdict([ended.story])}`;
    const withPerson = verdict([ended.dialog, ended.person, ended.python]);
    return `| ${label} | ${version} | ${story} | ${person}: ${withPerson} |`;
  });
  const head = [
    '| client | version | whole story without a person | what a person reads and approves |',
    '| --- | --- | --- | --- |',
  ];
  return [...head, ...rows].join('\n');
}

function verdict(ends: readonly (string | undefined)[]): string {
  if (ends.includes('failed')) return 'fails';
  return ends.includes('passed') ? 'passes' : 'not tried';
}
