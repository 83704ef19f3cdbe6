import type { Machine } from '../machine.ts';
import { tool } from '../remote/fragments.ts';
import { answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

const ENGINES = ['docker', 'podman'] as const;

/** The fields of `container inspect` that docker and podman share; older versions of podman name two of them otherwise. */
interface Inspected {
  readonly State?: {
    readonly Status?: string;
    readonly Health?: { readonly Status?: string };
    readonly Healthcheck?: { readonly Status?: string };
  };
  readonly Config?: { readonly Image?: string };
  readonly ImageName?: string;
}

const probeContainer: EvaluateProbe<'container'> = async ({ name, state, image }, _context, machine) => {
  const say = answers(`container ${name} ${state}${image === undefined ? '' : ` image ${image}`}`);
  if (!isContainerName(name)) return say.unknown('name', `${name} is not the name of a container`);
  const found = await inspect(name, machine);
  if (typeof found === 'string') return say.unknown('no-engine', found);
  if (found === undefined) return say.fail('missing', `the container ${name} does not exist`);
  const status = found.State?.Status ?? 'unknown';
  const health = found.State?.Health?.Status ?? found.State?.Healthcheck?.Status ?? '';
  const own = found.ImageName ?? found.Config?.Image ?? '';
  const seen = `${status}${health === '' ? '' : `, ${health}`}, image ${own}`;
  if (status !== 'running') return say.fail(status, seen);
  if (image !== undefined && shortName(own) !== shortName(image)) return say.fail('other-image', seen);
  if (state === 'running' || health === 'healthy') return say.pass(state, seen);
  return health === '' || health === 'none'
    ? say.fail('no-health-check', `${seen}, without a health check`)
    : say.fail(health, seen);
};

/** Undefined: no engine of the box has it. A text: why no engine can say. */
async function inspect(name: string, machine: Machine): Promise<Inspected | undefined | string> {
  const reasons: string[] = [];
  let answered = false;
  for (const engine of ENGINES) {
    const answer = await machine.tool(engine, ['container', 'inspect', name]);
    if (answer.kind === 'missing') continue;
    if (answer.kind === 'failed') reasons.push(answer.reason);
    else if (answer.code === 0) return (JSON.parse(answer.stdout) as Inspected[])[0];
    // Remote boxes answer both streams in one.
    else if (/no such (?:container|object)/i.test(answer.stdout + answer.stderr)) answered = true;
    else reasons.push(`${engine}: ${(answer.stderr || answer.stdout).trim()}`);
  }
  if (reasons.length > 0) return reasons.join('; ');
  return answered ? undefined : 'the box has neither docker nor podman';
}

/** Docker leaves out its own registry, and podman adds it. */
function shortName(image: string): string {
  return image.replace(/^docker\.io\/(?:library\/)?/, '');
}

function isContainerName(name: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,127}$/.test(name);
}

export const containerEvaluation: ProbeEvaluation<'container'> = {
  evaluate: probeContainer,
  fragments: ({ name }) =>
    isContainerName(name) ? ENGINES.map((engine) => tool(engine, ['container', 'inspect', name])) : [],
};
