import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Reporter, TestModule, TestSuite } from 'vitest/node';
import { readResults, resultsFile, withClientTable } from './client-table.ts';

const page = new URL('../../../docs/agents.md', import.meta.url);

/** With UPDATE=1, a run of the clients writes how each ended into the table of docs/agents.md. */
export class RecordClientResults implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const ours = modules.filter(({ project }) => project.name === 'clients');
    if (process.env.UPDATE !== '1' || ours.length === 0) return;
    const results = readResults();
    const seen = new Set<string>();
    const isFirst = (file: string, client: string) => seen.size < seen.add(`${file} ${client}`).size;
    for (const { moduleId, children } of ours) {
      for (const each of children.allTests()) {
        const { state } = each.result();
        if (state !== 'passed' && state !== 'failed') continue;
        const [file, client] = [basename(moduleId, '.test.ts'), (each.parent as TestSuite).name];
        const known = isFirst(file, client) ? undefined : results[client]?.[file];
        results[client] = { ...results[client], [file]: known === 'failed' ? known : state };
      }
    }
    writeFileSync(resultsFile, `${JSON.stringify(results, undefined, 2)}\n`);
    writeFileSync(page, withClientTable(readFileSync(page, 'utf8')));
  }
}
