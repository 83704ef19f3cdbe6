import type { Rule } from './rule.ts';

/** What exit codes mean for programs that can end without a word, from their manuals. */
const MEANINGS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  curl: {
    3: 'the URL is malformed',
    6: 'the host name could not be resolved',
    7: 'it could not connect to the host',
    22: 'the server answered with an HTTP error (400 or more)',
    23: 'it could not write the received data',
    26: 'it could not read the file to send',
    28: 'its time limit was reached',
    35: 'the TLS handshake failed',
    47: 'there were too many redirects',
    52: 'the server closed the connection without an answer',
    56: 'receiving data failed',
    60: 'the certificate of the server is not trusted',
    77: 'the file with certificate authorities could not be read',
  },
  wget: {
    3: 'it could not write a file',
    4: 'the network failed: no connection, or no such name',
    5: 'the certificate could not be verified',
    6: 'the login was refused',
    8: 'the server answered with an error response (such as 404)',
  },
  grep: { 1: 'it found no match', 2: 'it could not read a file' },
  diff: { 1: 'the files differ', 2: 'a file could not be read' },
  cmp: { 1: 'the files differ' },
  ssh: { 255: 'the connection or the login failed' },
  rsync: { 12: 'the connection broke', 23: 'some files could not be transferred' },
  systemctl: { 3: 'the unit is not active', 4: 'the unit does not exist' },
  flock: { 1: 'the lock is held by another process' },
  pgrep: { 1: 'no process matches' },
  timeout: { 124: 'the time limit of timeout(1) was reached' },
  test: { 1: 'the condition is false' },
  nc: { 1: 'the connection failed' },
};

/** The step ended with an error and printed nothing: the last command that its exit code fits. */
export const silentExit: Rule = {
  code: 'silent-exit',
  cause: 'other',
  find: ({ exit, exitEvidence, input }) => {
    if (exit === undefined || exit === 0 || /[a-z]/i.test(input.output.replace(ENGINE, ''))) return [];
    const lines = (input.step?.text ?? '').split('\n').map((line) => line.trim());
    const fitting = lines.flatMap((line) => {
      const program = Object.keys(MEANINGS).find(
        (name) => MEANINGS[name]![exit] !== undefined && new RegExp(`(?:^|[\\s;&|(!])${name}\\s`).test(line),
      );
      return program === undefined ? [] : [{ line, program, means: MEANINGS[program]![exit]! }];
    });
    const found = fitting.at(-1);
    if (found === undefined) return [];
    const title = `${found.program} ended with exit code ${exit} and printed nothing: ${found.means} (${found.line.slice(0, 160)}).`;
    return [
      {
        title,
        remedy: 'Let the command say why: without -q, -s or a redirect to /dev/null, or with `set -x`.',
        subject: found.program,
        evidence: [exitEvidence],
        weight: 'consequence',
      },
    ];
  },
};

/** What the engine itself says where a step printed nothing. */
const ENGINE = /^The fence ended with .*$/m;
