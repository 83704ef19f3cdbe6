/** Reads a journal and prints the number of its steps, the milliseconds it took, and the peak memory in MB. */
import { readJournal } from '../../../src/journal/journal.ts';
import { localBoxState } from '../../../src/journal/local-box-state.ts';

const place = JSON.parse(process.argv[2] ?? '');
const began = performance.now();
const { memory } = await readJournal({ ...place, state: localBoxState(place.stateFolder) });
console.log(
  memory.size,
  Math.round(performance.now() - began),
  Math.round(process.resourceUsage().maxRSS / 1024),
);
