import { ask } from './ask-line.ts';

/** Evaluates each argument, a check line, and prints the verdicts as JSON. Bundled and run inside a box. */
const verdicts = [];
for (const line of process.argv.slice(2))
  verdicts.push(await ask(line, { env: { PATH: process.env.PATH ?? '' } }));
console.log(JSON.stringify(verdicts));
