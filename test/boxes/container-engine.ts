import { execa } from 'execa';

export type Engine = 'podman' | 'docker';

/** How this host runs containers: the program and what its `run` needs besides; or why it cannot. */
export type Containers =
  | { available: true; engine: Engine; args: string[] }
  | { available: false; reason: string };

const probeImage = 'localhost/agent-runbook-probe:1';

/**
 * Limits for every box. Engines ask for more open files and processes than a host without CAP_SYS_RESOURCE
 * may grant (`error setting rlimit: operation not permitted`), so these are always given: modest, and equal
 * everywhere.
 */
const limits = ['--ulimit', 'nproc=4096:4096', '--ulimit', 'nofile=4096:4096'];

/**
 * What a host may need, the most isolated first. crun refuses some hosts that runc serves (hybrid cgroups);
 * without netavark or iptables only the host's own network is left.
 */
const candidates = [
  limits,
  [...limits, '--runtime', 'runc'],
  [...limits, '--network=host'],
  [...limits, '--runtime', 'runc', '--network=host'],
];

let answer: Promise<Containers> | undefined;

/** Starts a real container to find out what this host can do; asked once per process, about half a second. */
export function probeContainers(): Promise<Containers> {
  answer ??= probe();
  return answer;
}

async function probe(): Promise<Containers> {
  const reasons: string[] = [];
  for (const engine of ['podman', 'docker'] as const) {
    let complaint = await importProbeImage(engine);
    if (complaint === undefined) {
      for (const args of candidates) {
        complaint = await complaintOf(engine, ['run', '--rm', ...args, probeImage, '/bin/true']);
        if (complaint === undefined) return { available: true, engine, args };
      }
    }
    reasons.push(`${engine}: ${complaint}`);
  }
  return { available: false, reason: reasons.join('; ') };
}

/** The smallest image that starts: the host's own `true` and its libraries, so the probe needs no network. */
function importProbeImage(engine: Engine): Promise<string | undefined> {
  const script = `
    set -o pipefail
    command -v "$0" >/dev/null || { echo 'not installed' >&2; exit 1; }
    "$0" image inspect "$1" >/dev/null 2>&1 ||
      tar -C / -ch bin/true $(ldd /bin/true | grep -o '/[^ ]*' | cut -c2-) | "$0" import - "$1"`;
  return complaintOf('bash', ['-c', script, engine, probeImage]);
}

/** Undefined when the command succeeds, else the last line of what it said. */
async function complaintOf(program: string, args: string[]): Promise<string | undefined> {
  const result = await execa(program, args, { reject: false, timeout: 60_000 });
  if (result.exitCode === 0) return undefined;
  return result.stderr.trim().split('\n').at(-1) || result.shortMessage;
}
