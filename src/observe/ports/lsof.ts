import type { Machine } from '../machine.ts';
import type { Listener, Listeners } from './listener.ts';

/** The listeners of a box without /proc, such as macOS, as reported by lsof. */
export async function listenersByLsof(machine: Machine): Promise<Listeners> {
  const tables = await Promise.all([
    machine.tool('lsof', ['-nP', '-iTCP', '-sTCP:LISTEN', '-Fpcn']),
    machine.tool('lsof', ['-nP', '-iUDP', '-Fpcn']),
  ]);
  const found: Listener[] = [];
  for (const [index, answer] of tables.entries()) {
    if (answer.kind !== 'exit')
      return { listeners: [], unavailable: 'this box has no /proc, and lsof failed' };
    found.push(...parseLsof(answer.stdout, index === 0 ? 'tcp' : 'udp'));
  }
  const sorted = found.sort((a, b) => a.port - b.port);
  if (machine.asRoot) return { listeners: sorted };
  return { listeners: sorted, unavailable: "other users' listeners can be seen only by root" };
}

/** Machine-readable output (`-F`, lsof(8)): one line per field; `p` starts a process, `n` names a socket. */
export function parseLsof(text: string, protocol: 'tcp' | 'udp'): Listener[] {
  const found = new Map<string, Listener>();
  let pid = 0;
  let process = '';
  for (const line of text.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) pid = Number(value);
    if (line.startsWith('c')) process = value;
    const bound = line.startsWith('n') ? /^(.*):(\d+)$/.exec(value) : null;
    if (!bound || value.includes('->')) continue;
    const host = bound[1]!.replace(/^\[|\]$/g, '');
    const address = host === '*' ? '0.0.0.0' : host;
    const listener = { protocol, address, port: Number(bound[2]), pid, process, names: [process] };
    const key = `${address} ${listener.port} ${process}`;
    if (!found.has(key)) found.set(key, listener);
  }
  return [...found.values()];
}
