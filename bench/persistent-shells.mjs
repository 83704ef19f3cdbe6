// The limit: bare Node that keeps one remote bash a host and waits for each command's exit code. No document, no journal, no
// output caught. `persistent-shells.mjs SSH_CONFIG PORT,PORT,… COMMANDS.json`
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [config, ports, file] = process.argv.slice(2);
const commands = JSON.parse(readFileSync(file, 'utf8'));

await Promise.all(
  ports.split(',').map(async (port) => {
    const ssh = spawn('ssh', ['-F', config, '-p', port, '127.0.0.1', 'bash --noprofile --norc'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const answers = createInterface({ input: ssh.stdout })[Symbol.asyncIterator]();
    for (const command of commands) {
      ssh.stdin.write(`{ ${command}; } </dev/null >/dev/null 2>&1\necho "done $?"\n`);
      const { value } = await answers.next();
      if (value !== 'done 0') process.exit(1);
    }
    ssh.stdin.end();
  }),
);
process.exit(0);
