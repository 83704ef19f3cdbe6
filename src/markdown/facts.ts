import { refusedName } from '../model/refused-names.ts';
import type { Fact } from '../model/runbook.ts';
import type { CodeReader } from './action-fence.ts';
import { cellCode, cellText, readTables } from './commonmark/tables.ts';
import { present } from './record/present.ts';
import type { Chapter } from './sections.ts';

/** Parses the rows of a Facts table: Fact, Value, Unit, Measured with, On, Why it matters. Other tables are prose. */
export function readFacts({ source, report }: CodeReader, { blocks }: Chapter): Fact[] {
  const tables = readTables(source, blocks).filter(
    ({ columns }) => columns.includes('fact') && columns.includes('value'),
  );
  return tables.flatMap(({ rows }) =>
    rows.flatMap(({ cells, start }) => {
      const value = cells.get('value');
      const name = cellText(cells.get('fact'));
      if (!value || name === '') return [];
      if (refusedName(name)) {
        const message = `A fact must not have a name that can change which code programs run. ${name} is reserved.`;
        report.error('refused-name', start, message, 'Choose a different name.');
        return [];
      }
      return [
        {
          name,
          value: cellText(value),
          unit: cellText(cells.get('unit')),
          ...present({ command: cellCode(cells.get('measured with')) }),
          on: cellText(cells.get('on')),
          why: cellText(cells.get('why it matters') ?? cells.get('why')),
          place: source.placeAt(start),
          cells: {
            value: value.span,
            ...present({ unit: cells.get('unit')?.span, on: cells.get('on')?.span }),
          },
        },
      ];
    }),
  );
}
