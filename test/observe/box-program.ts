import { connectMatrix } from '../../src/observe/ports/connect-matrix.ts';
import { observe } from '../../src/observe/snapshot.ts';

/** Runs inside a box: prints a snapshot, or a connect matrix for the given ports, as JSON on stdout. */
const ports = process.argv.slice(2).map(Number);
const answer =
  ports.length > 0
    ? await connectMatrix({ ports })
    : await observe({ env: process.env, folder: process.cwd(), key: 'a key' });
process.stdout.write(JSON.stringify(answer));
