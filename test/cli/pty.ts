import { spawn, spawnSync } from 'node:child_process';

/** What is typed, once what came before was answered, and the text to wait for after it. */
export interface Exchange {
  readonly send: string;
  /** Text that must appear after it before the next is sent. */
  readonly until: string;
}

export const hasPty = spawnSync('python3', ['-c', 'import pty']).status === 0;

// Speaks the exchanges over a pseudo terminal and prints what the screen got; ends with the program, or after 20 seconds.
const driver = `
import fcntl, json, os, pty, re, select, struct, sys, termios, time
job = json.loads(sys.argv[1])
pid, fd = pty.fork()
if pid == 0:
    os.chdir(job["cwd"])
    os.execvpe(job["argv"][0], job["argv"], job["env"])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
said, seen, ended, deadline = b"", 0, False, time.time() + 20
def listen(seconds):
    global said, ended
    if not select.select([fd], [], [], seconds)[0]: return
    try: piece = os.read(fd, 65536)
    except OSError: piece = b""
    said += piece
    ended = ended or piece == b""
def wait(pattern):
    global seen
    while not ended and time.time() < deadline:
        found = re.search(pattern, said[seen:].decode("utf8", "replace"))
        if found:
            seen = len(said)
            return
        listen(0.1)
if job["first"]: wait(re.escape(job["first"]))
for each in job["exchanges"]:
    os.write(fd, each["send"].encode())
    wait(re.escape(each["until"]))
if job["waits"]:
    while not ended and time.time() < deadline: listen(0.1)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if ended else None
else:
    os.kill(pid, 9)
    code = None
print(json.dumps({"said": said.decode("utf8", "replace"), "code": code}))
`;

/** A program on a pseudo terminal of 100 columns: what its screen got, and its exit code if it was waited for. */
export function runInPty(
  argv: readonly string[],
  options: {
    cwd: string;
    env: Readonly<Record<string, string | undefined>>;
    /** Text to wait for before anything is typed. */
    first?: string;
    /** Whether to wait until the program ends. Otherwise it is killed after the last exchange. */
    waits?: boolean;
  },
  exchanges: readonly Exchange[],
): Promise<{ said: string; code: number | null }> {
  const { cwd, env, first = '', waits = false } = options;
  const job = JSON.stringify({ argv, cwd, env, first, waits, exchanges });
  return new Promise((resolve, reject) => {
    const child = spawn('python3', ['-c', driver, job], { stdio: ['ignore', 'pipe', 'inherit'] });
    let answer = '';
    child.stdout.on('data', (chunk) => {
      answer += chunk;
    });
    child.on('error', reject);
    child.on('close', () => resolve(JSON.parse(answer) as { said: string; code: number | null }));
  });
}
