import { displayName, type RunningProcess } from '../processes.ts';
import { redactArgv } from '../redact/redact.ts';
import type { Observer, Unnumbered } from './observer.ts';

/** Maximum length of a word, and number of words of a command line. */
const [LONGEST_WORD, MAX_WORDS] = [200, 40];

/** Listening processes first, then by size, which is what people look for. Kernel threads are excluded. */
export const observeProcesses: Observer<'processes'> = async (sources) => {
  const [{ processes, unavailable }, { listeners }] = await Promise.all([
    sources.processes(),
    sources.listeners(),
  ]);
  const listening = new Set(listeners.map(({ pid }) => pid));
  const names = sources.users();
  const own = processes.filter((each) => !isKernelThread(each));
  const weight = ({ pid, residentBytes = 0 }: RunningProcess): number =>
    (listening.has(pid) ? 2 ** 50 : 0) + residentBytes;
  const facts = own
    .sort((a, b) => weight(b) - weight(a))
    .map(
      ({ pid, ppid, uid, comm, argv, residentBytes }): Unnumbered<'processes'> => ({
        pid,
        ppid,
        name: displayName({ comm, argv }),
        argv: redactArgv(argv.slice(0, MAX_WORDS)).map((word) => word.slice(0, LONGEST_WORD)),
        ...(uid !== undefined && { user: names.get(uid) ?? String(uid) }),
        ...(residentBytes !== undefined && { bytes: residentBytes }),
      }),
    );
  return { facts, ...(unavailable !== undefined && { unavailable: [unavailable] }) };
};

function isKernelThread({ pid, ppid, argv }: RunningProcess): boolean {
  return argv.length === 0 && (pid === 2 || ppid === 2 || ppid === 0);
}
