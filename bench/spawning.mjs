// What a script with execa does: a new bash for each step.
import { readFileSync } from 'node:fs';

const { execa } = await import(process.argv[2]);
for (const command of JSON.parse(readFileSync('commands.json', 'utf8'))) await execa('bash', ['-c', command]);
