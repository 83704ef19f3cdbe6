import type { ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import { BoundedBytes, sizeText } from '../../base/bounded-bytes.ts';
import { shellQuote } from '../../base/shell-quote.ts';
import type { ConnectOptions } from '../../model/box.ts';
import { CONNECT_TIMEOUT_MS, connectError } from '../connect.ts';
import { MAX_KEPT } from '../max-kept.ts';
import type { BoxLink } from './link.ts';
import { onOneLine } from './remote-stream.ts';
import { BOOT } from './session-script.ts';

/**
 * Opens a TCP connection from the box, relayed by bash's /dev/tcp, python3 or nc, whichever exists. The relay writes a
 * marker first, so that this resolves when the connection is open, and reports why if it cannot open.
 * @throws an error with the system's `code`; ENOTSUP if the box has none of these programs
 */
export function connectThroughLink(
  link: BoxLink,
  host: string,
  port: number,
  { timeoutMs = CONNECT_TIMEOUT_MS, signal }: ConnectOptions = {},
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const child = link.start(BOOT);
    let errorText = '';
    const received = new BoundedBytes(MAX_KEPT.talk);
    const fail = (error: Error) => {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', onAbort);
      child.kill('SIGKILL');
      reject(error);
    };
    const onAbort = () => fail(connectError('ECANCELED', host, port));
    const deadline = setTimeout(() => fail(connectError('ETIMEDOUT', host, port)), timeoutMs);
    signal?.addEventListener('abort', onAbort);
    child.stdin!.on('error', () => {});
    child.stderr!.on('data', (chunk: Buffer) => {
      errorText = (errorText + chunk.toString()).slice(-4_000);
    });
    const onEnd = () => fail(relayError(errorText, host, port));
    child.once('error', onEnd);
    child.once('close', onEnd);
    const onData = (chunk: Buffer) => {
      if (!received.add(chunk)) return fail(connectError('EPROTO', host, port, TOO_MUCH_OUTPUT));
      const at = received.indexOf(OPEN);
      if (at < 0) return;
      clearTimeout(deadline);
      signal?.removeEventListener('abort', onAbort);
      child.off('close', onEnd);
      child.stdout!.off('data', onData);
      child.stdout!.pause();
      const rest = received.take().subarray(at + OPEN.length);
      if (rest.length > 0) child.stdout!.unshift(rest);
      resolve(relayed(child));
    };
    child.stdout!.on('data', onData);
    child.stdin!.write(`${onOneLine(relayScript(host, port, timeoutMs))}\n`);
  });
}

/** Written by the relay once the connection is open. Start-up files may have printed text before it. */
const OPEN = Buffer.from('\0runbook-open\0');

const TOO_MUCH_OUTPUT = `the box wrote more than ${sizeText(MAX_KEPT.talk)} before the connection was open`;

function relayScript(host: string, port: number, timeoutMs: number): string {
  const to = `${shellQuote(host)} ${port}`;
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
  const bash = `exec 3<>"/dev/tcp/$1/$2" || exit 1; printf "\\0runbook-open\\0"; exec 4<&0; cat <&4 >&3 & cat <&3; kill $! 2>/dev/null`;
  const python = `import socket,sys,os,threading
s=socket.create_connection((sys.argv[1],int(sys.argv[2])),${seconds}); s.settimeout(None)
os.write(1,b"\\0runbook-open\\0")
def up():
  while True:
    b=os.read(0,65536)
    if not b: break
    s.sendall(b)
  s.shutdown(1)
threading.Thread(target=up,daemon=True).start()
while True:
  b=s.recv(65536)
  if not b: break
  while b: b=b[os.write(1,b):]
`;
  const nc = `nc -z -w ${seconds} "$1" "$2" || { echo "Connection refused" >&2; exit 1; }; printf "\\0runbook-open\\0"; exec nc "$1" "$2"`;
  return `
if command -v bash >/dev/null 2>&1; then exec bash --noprofile --norc -c ${shellQuote(bash)} bash ${to}
elif command -v python3 >/dev/null 2>&1; then exec python3 -c ${shellQuote(python)} ${to}
elif command -v nc >/dev/null 2>&1; then exec sh -c ${shellQuote(nc)} sh ${to}
else echo runbook-no-relay >&2; exit 1; fi`;
}

/** Maps the relay's error text to the system's error. */
function relayError(errorText: string, host: string, port: number): Error {
  const [, code] = ERROR_PATTERNS.find(([words]) => words.test(errorText)) ?? [undefined, 'EIO'];
  const why =
    code === 'ENOTSUP'
      ? 'relaying a connection needs bash, python3 or nc, and this box has none of them'
      : (errorText.trim().split('\n').at(-1) ?? '');
  return connectError(code, host, port, why);
}

const ERROR_PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/runbook-no-relay/, 'ENOTSUP'],
  [/refused/i, 'ECONNREFUSED'],
  [/timed out|timeout/i, 'ETIMEDOUT'],
  [/no route to host/i, 'EHOSTUNREACH'],
  [/network is unreachable/i, 'ENETUNREACH'],
  [/not known|name resolution|resolve|nodename|bad address|invalid argument/i, 'ENOTFOUND'],
  [/reset by peer/i, 'ECONNRESET'],
];

/** Joins a session's two streams. The stream ends with the relay, and destroying it ends the relay. */
function relayed(child: ChildProcess): Duplex {
  const stream = Duplex.from({ readable: child.stdout!, writable: child.stdin! });
  stream.once('close', () => child.kill('SIGKILL'));
  stream.on('error', () => {});
  return stream;
}
