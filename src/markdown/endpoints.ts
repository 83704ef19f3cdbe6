import type { Endpoint } from '../model/runbook.ts';
import type { CodeReader } from './action-fence.ts';
import { parseCheckLine } from './checks/check-grammar.ts';
import { cellCode, cellText, readTables } from './commonmark/tables.ts';
import { present } from './record/present.ts';
import type { Chapter } from './sections.ts';

const TARGET = ['url or port', 'url', 'port', 'address'];

/** Parses the rows of an Endpoints table: Name, URL or port, Check. Other tables are prose. */
export function readEndpoints({ source, report }: CodeReader, { blocks }: Chapter): Endpoint[] {
  return readTables(source, blocks).flatMap(({ columns, rows }) => {
    const target = TARGET.find((column) => columns.includes(column));
    if (!target || !columns.includes('name')) return [];
    return rows.map(({ cells, start }) => {
      const written = cells.get('check');
      const checkText = cellCode(written) ?? cellText(written);
      const { check, diagnostics } = parseCheckLine(checkText, source.placeAt(written?.span.start ?? start));
      report.add(diagnostics);
      const name = cellText(cells.get('name'));
      return {
        name,
        target: cellText(cells.get(target)),
        checkText,
        ...present({ check }),
        place: source.placeAt(start),
      };
    });
  });
}
