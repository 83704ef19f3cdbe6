// The floor: bare Node that feeds one persistent bash command after command and waits for each one's exit code. It parses no
// document, keeps no journal, catches no output, and any of the commands could break it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const commands = JSON.parse(readFileSync('commands.json', 'utf8'));
const bash = spawn('bash', ['--noprofile', '--norc'], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: bash.stdout })[Symbol.asyncIterator]();

for (const command of commands) {
  bash.stdin.write(`{ ${command}; } </dev/null >/dev/null 2>&1\necho "done $?"\n`);
  const { value } = await answers.next();
  if (value !== 'done 0') process.exit(1);
}
bash.stdin.end();
