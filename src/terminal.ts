import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { viewInPager } from './cli/pager.ts';
import { type Diagnostic, EXIT, RunbookError } from './model/diagnostic.ts';
import type { Person } from './world.ts';

export interface Terminal {
  readonly input: ReadStream;
  /** stderr, because a question is not data, and stdout may be a pipe while a person is at the terminal. */
  readonly output: WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** When it fires, an open question is withdrawn. */
  readonly signal: AbortSignal;
}

/**
 * The person at the terminal. Undefined if no one can answer: input or output is not a terminal, or CI says that the
 * terminal is simulated.
 */
export function terminal({ input, output, env, signal }: Terminal): Person | undefined {
  const simulated = env.CI !== undefined && !['', '0', 'false'].includes(env.CI);
  if (!input.isTTY || !output.isTTY || simulated) return undefined;

  const ask = (question: string, secret = false) => askLine({ input, output, env, signal }, question, secret);
  const choose = async (question: string, answers: readonly string[]): Promise<string> => {
    const offered = answers.map((each) => `[${each.charAt(0)}]${each.slice(1)}`).join('/');
    output.write(`${question}\n`);
    for (;;) {
      const said = (await ask(`${offered} `)).trim().toLowerCase();
      const chosen = said && answers.find((each) => each.toLowerCase().startsWith(said));
      if (chosen) return chosen;
    }
  };
  return {
    confirm: async (question) => /^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim()),
    ask: (question, options) => ask(`${question} `, options?.secret),
    choose,
    view: (text) => viewInPager(text, { env, output }),
    withTerminal: (work) => work(),
  };
}

/**
 * One line from the person. readline gives editing, paste and a terminal put back in order; a secret goes to a readline
 * that writes nowhere, so nothing of it is echoed, not even its length.
 * @throws RunbookError (exit 3) at end of input, (exit 130) on Ctrl-C.
 */
function askLine({ input, output, signal }: Terminal, question: string, secret: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(withdrawn());
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const lines = createInterface({
      input,
      output: secret ? nowhere : output,
      terminal: true,
      historySize: 0,
    });
    let answered = false;
    const finish = (settle: () => void, openLine = secret) => {
      if (answered) return;
      answered = true;
      signal.removeEventListener('abort', onAbort);
      lines.close();
      input.pause();
      // Enter that was echoed has ended the line already; nothing else has.
      if (openLine) output.write('\n');
      settle();
    };
    const onAbort = () => finish(() => reject(withdrawn()), true);
    signal.addEventListener('abort', onAbort);
    lines.on('line', (line) => finish(() => resolve(line)));
    lines.on('close', () => finish(() => reject(unanswered()), true));
    // In raw mode Ctrl-C is only a letter: make it the signal that the whole program listens to.
    lines.on('SIGINT', () => {
      onAbort();
      process.kill(process.pid, 'SIGINT');
    });
    if (secret) output.write(question);
    lines.setPrompt(question);
    lines.prompt();
  });
}

const terminalError = (code: string, message: string, remedy: string): readonly Diagnostic[] => [
  { code, severity: 'error', message, remedy },
];

const unanswered = () =>
  new RunbookError(
    terminalError(
      'no-answer',
      'The question was not answered.',
      'Answer it, or give the value as a flag or a variable.',
    ),
    EXIT.person,
  );

const withdrawn = () =>
  new RunbookError(
    terminalError(
      'interrupted',
      'You stopped the command at a question.',
      'Run the same command to continue.',
    ),
    EXIT.interrupted,
  );
