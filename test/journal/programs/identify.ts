/** Prints the id of the box, and creates it if necessary. */
import { boxId } from '../../../src/journal/box-state.ts';

console.log(await boxId(JSON.parse(process.argv[2] ?? '').stateFolder));
