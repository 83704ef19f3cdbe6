/**
 * Opens a journal and confirms steps, one after the other, until it is killed. Prints the number of each record once
 * it is appended, by a write that is done when it returns: what was printed was confirmed.
 */
import { writeSync } from 'node:fs';
import { openJournal } from '../../../src/journal/journal.ts';
import { localBoxState } from '../../../src/journal/local-box-state.ts';
import { RunbookError } from '../../../src/model/diagnostic.ts';

const { filler, limit, ...place } = JSON.parse(process.argv[2] ?? '');

try {
  const state = localBoxState(place.stateFolder);
  const journal = await openJournal({ ...place, state, now: Date.now, version: '0.1.0' });
  writeSync(1, `open ${journal.pass.id}\n`);
  for (let step = 0; step < limit; step++) {
    const id = `s${process.pid}-${step}`;
    journal.append({ kind: 'started', step: id, action: 'a', inputs: '' });
    const title = 'x'.repeat(Math.floor(Math.random() * filler));
    const seq = journal.append({
      kind: 'confirmed',
      step: id,
      action: 'a',
      inputs: '',
      how: 'acted',
      ms: 0,
      title,
    });
    writeSync(1, `${seq} ${id}\n`);
    if (step % 16 === 0) await journal.durable();
  }
  await journal.close();
} catch (error) {
  if (!(error instanceof RunbookError)) throw error;
  writeSync(1, `refused ${JSON.stringify(error.diagnostics)}\n`);
  process.exitCode = error.exit;
}
