import type { DoctorCheck } from '../../model/reports/doctor.ts';
import { runProgram } from '../../program/run-program.ts';
import type { World } from '../../world.ts';

/** A program, and how its answer is judged. */
interface Program {
  readonly name: string;
  readonly for: string;
  readonly argv: readonly (readonly string[])[];
  readonly remedy: string;
  /** Why the answer is not good enough; undefined if it is. */
  readonly tooOld?: (answer: string) => string | undefined;
}

const PROGRAMS: readonly Program[] = [
  {
    name: 'bash',
    for: 'bash fences; without it sh runs the sh fences',
    argv: [['bash', '--noprofile', '--norc', '-c', 'echo "$BASH_VERSION"']],
    remedy: 'Install bash 4.1 or newer (apt-get install bash, brew install bash).',
    tooOld: (answer) => (versionOf(answer) < 4.01 ? 'older than 4.1' : undefined),
  },
  {
    name: 'git',
    for: 'submit, and the history of your runbooks',
    argv: [['git', '--version']],
    remedy: 'Install git (apt-get install git).',
  },
  {
    name: 'container engine',
    for: 'box, prove and chaos',
    argv: [
      ['podman', 'ps', '--quiet'],
      ['docker', 'ps', '--quiet'],
    ],
    remedy: 'Install podman (apt-get install podman), or start docker.',
  },
  {
    name: 'ssh',
    for: 'other machines: --on, --fleet',
    argv: [['ssh', '-V']],
    remedy: 'Install an ssh client (apt-get install openssh-client).',
  },
];

/** node, and the programs that runbook starts. */
export async function programChecks(world: Pick<World, 'env'>): Promise<DoctorCheck[]> {
  return [nodeCheck(), ...(await Promise.all(PROGRAMS.map((program) => programCheck(program, world))))];
}

function nodeCheck(): DoctorCheck {
  const { node } = process.versions;
  const isNew = Number(node.split('.')[0]) >= 20;
  return {
    name: 'node',
    verdict: isNew ? 'ok' : 'broken',
    found: node,
    for: 'runbook itself',
    remedy: isNew ? '' : 'Install Node 20 or newer.',
  };
}

async function programCheck(
  { name, for: purpose, argv, remedy, tooOld }: Program,
  { env }: Pick<World, 'env'>,
): Promise<DoctorCheck> {
  const reasons: string[] = [];
  for (const command of argv) {
    const end = await runProgram(command, { env, onlyEnv: true, timeoutMs: 10_000 });
    const answer = `${end.stdout}${end.stderr}`.trim().split('\n')[0] ?? '';
    const old = end.code === 0 ? tooOld?.(answer) : undefined;
    if (end.code === 0 && old === undefined) {
      const found = argv.length > 1 ? command[0]! : answer;
      return { name, verdict: 'ok', found, for: purpose, remedy: '' };
    }
    reasons.push(`${command[0]}: ${old ?? (end.kind === 'missing' ? 'not installed' : answer)}`);
  }
  return { name, verdict: 'missing', found: reasons.join('; '), for: purpose, remedy };
}

/** `5.2.15` is 5.02, so that 4.10 is newer than 4.9. */
function versionOf(answer: string): number {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(answer) ?? [];
  return Number(major) + Number(minor) / 100;
}
