import { dirname } from 'node:path';
import { shellQuote } from '../../base/shell-quote.ts';
import type { BackgroundProcess } from '../../model/box.ts';
import { reasonNotStarted } from '../fence-result.ts';
import { type LaunchedFence, launchText } from '../launch.ts';
import { recordsIn } from '../shell/control-records.ts';
import { textToBytes } from '../state/bytes-as-text.ts';
import type { RunOnRemote } from './remote-files.ts';

/**
 * On Linux a start time counts from boot, so it is prefixed with the boot id; on other systems it is a date. Must match
 * execute/background.
 */
const IDENTITY = `
start_of() {
  if [ -r "/proc/$1/stat" ]; then
    IFS= read -r fields <"/proc/$1/stat" || return
    fields=\${fields##*) }
    set -- $fields
    state=$1; shift 19; IFS= read -r boot </proc/sys/kernel/random/boot_id
    start=$boot:$1
  else
    set -- $(LC_ALL=C TZ=UTC ps -o stat= -o lstart= -p "$1")
    state=$1; shift; start=$*
  fi
}
in_group() {
  kill -s 0 -- "-$1" 2>/dev/null || return
  [ -d /proc/self ] || return 0
  for stat in /proc/[0-9]*/stat; do
    IFS= read -r fields <"$stat" || continue
    fields=\${fields##*) }
    case $fields in [ZX]*) continue ;; esac
    set -- "$1" $fields
    [ "$4" != "$1" ] || return 0
  done 2>/dev/null
  return 1
}
runs() {
  state= start=
  start_of "$1" 2>/dev/null
  [ -z "$start" ] || [ "$start" = "$2" ] || return
  case $state in ''|[ZX]*) in_group "$1" ;; esac
}
`;

/**
 * Starts a fence on the box in its own session, writes its output to a new log (mode 0600), and resolves once its text
 * runs. Until then the fence holds the pipe on which it reports that.
 * @throws an error whose message says why the fence could not start
 */
export async function startRemote(
  run: RunOnRemote,
  fence: LaunchedFence,
  log: string,
): Promise<BackgroundProcess> {
  const file = shellQuote(log);
  const folder = shellQuote(dirname(log));
  const script = `
${IDENTITY}
for place in ${shellQuote(dirname(dirname(log)))} ${folder} ${file}; do
  [ ! -L "$place" ] || { echo "its log must not be a symbolic link, and $place is one; remove it" >&2; exit 1; }
done
[ -d ${folder} ] || (umask 077; mkdir -p ${folder}) || exit 1
if [ ! -c ${file} ]; then (umask 077; : >${file}) && chmod 600 ${file} || exit 1; fi
program=$(cat; echo x) program=\${program%x}
session=$(command -v setsid)
{
  exec 3>&1
  { printf %s "$program" | { exec $session sh -c 'eval "$(cat)"' sh 3>&-; } 2>>${file} & echo $! >&3; }
  exec 3>&-
} | { IFS= read -r pid; start_of "$pid" 2>/dev/null; printf '%s %s\\n' "$pid" "$start"; cat; }`;
  const { code, stdout, stderr } = await run({ run: script, input: textToBytes(launchText(fence)) });
  const end = stdout.indexOf('\n');
  const [pid = '', ...start] = stdout.toString('utf8', 0, Math.max(end, 0)).split(' ');
  if (code !== 0 || end < 0 || !/^\d+$/.test(pid))
    throw new Error(stderr.trim() || 'it could not be started');
  const records = recordsIn(stdout.subarray(end + 1));
  const reason =
    reasonNotStarted(fence, records) ?? (records.has('s') ? undefined : 'it ended before its text ran');
  if (reason !== undefined) throw new Error(reason);
  return { pid: Number(pid), start: start.join(' '), log };
}

/** Whether the process, or any process left in its group, still runs on the box. */
export async function isAliveRemote(run: RunOnRemote, { pid, start }: BackgroundProcess): Promise<boolean> {
  const { code } = await run({ run: `${IDENTITY}\nruns ${pid} ${shellQuote(start)}` });
  return code === 0;
}

/**
 * Ends every process group of the session on the box: SIGTERM, then SIGKILL after a grace period. Resolves when none of
 * them runs.
 */
export async function stopRemote(run: RunOnRemote, { pid, start }: BackgroundProcess): Promise<void> {
  const script = `
${IDENTITY}
runs ${pid} ${shellQuote(start)} || exit 0
groups=${pid}
for stat in /proc/[0-9]*/stat; do
  IFS= read -r fields <"$stat" || continue
  fields=\${fields##*) }
  case $fields in [ZX]*) continue ;; esac
  set -- $fields
  [ "$4" != ${pid} ] || groups="$groups $3"
done 2>/dev/null
signal() { kill -s "$1" -- "-$2" || sudo -n kill -s "$1" -- "-$2"; }
for group in $groups; do signal TERM "$group"; done 2>/dev/null
count=0
for group in $groups; do
  while in_group "$group" && [ "$count" -lt 100 ]; do { sleep 0.05 || sleep 1; } 2>/dev/null; count=$((count + 1)); done
done
for group in $groups; do ! in_group "$group" || signal KILL "$group"; done 2>/dev/null`;
  await run({ run: script });
}
