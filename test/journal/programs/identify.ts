/** Prints the id of the box, making it if need be. */
import { boxId } from '../../../src/journal/box-state.ts';

console.log(await boxId(JSON.parse(process.argv[2] ?? '').stateFolder));
