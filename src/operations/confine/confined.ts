import type { Box } from '../../model/box.ts';
import type { Probe } from '../../model/check.ts';
import type { ProbeOf } from '../../observe/probes/probe-of.ts';
import type { World } from '../../world.ts';
import type { OpenedDocument } from '../document/document.ts';
import type { Audience } from '../session/audience.ts';
import { hostRefusal, urlRefusal } from './address.ts';
import { allowedHosts } from './allowed-hosts.ts';
import { type FileScope, fileQuestion } from './file-question.ts';

/** What an agent's questions are confined to. */
interface Scope extends FileScope {
  readonly hosts: ReadonlySet<string>;
}

/** What is asked in a probe's place, or why it is not asked. */
type Confined = Probe | { readonly refused: string };

/**
 * How an agent's probe of each kind is confined. A new kind of probe does not compile without a row: whoever adds it has to
 * say what an agent may learn by it.
 */
const CONFINEMENT: { readonly [K in Probe['kind']]: (probe: ProbeOf<K>, scope: Scope) => Confined } = {
  http: (probe, { hosts }) => unless(probe, urlRefusal(probe.url, hosts)),
  tcp: (probe, { hosts }) => unless(probe, hostRefusal(probe.host, hosts)),
  file: (probe, scope) => {
    const question = fileQuestion(probe, scope);
    return 'refused' in question ? question : { ...probe, path: question.path };
  },
  // A path would be a question about any file of the machine.
  command: (probe) =>
    unless(probe, probe.name.includes('/') ? 'not asked: a command is a name, not a path' : undefined),
  // Values of Secrets would come out one comparison at a time.
  k8s: (probe) =>
    unless(probe, readsSecret(probe) ? 'not asked: the data of Secrets is never read' : undefined),
  // Who listens, what runs, and what the document itself records.
  port: (probe) => probe,
  process: (probe) => probe,
  service: (probe) => probe,
  fact: (probe) => probe,
};

/**
 * A box that answers an agent's probes only as far as an agent may look: this machine and hosts that a person has listed,
 * and files outside of every store of credentials. Anything else is `unknown`, with the reason.
 *
 * @param approved a person approved the checks that are asked, so they may ask what files hold
 */
export async function confined(
  box: Box,
  world: World,
  document: Pick<OpenedDocument, 'folder'>,
  { audience, approved = false }: { readonly audience: Audience; readonly approved?: boolean },
): Promise<Box> {
  const hosts = await allowedHosts(world);
  const { person, box: state } = world.folders;
  return {
    ...box,
    ask: async (probe, context) => {
      const content = audience === 'agent-in-sandbox' || (approved && context.askedBy !== 'agent');
      const scope = { hosts, folder: document.folder, own: [person, state], content };
      const asked = confine(probe, scope);
      if (!('refused' in asked)) return await box.ask(asked, context);
      return { verdict: 'unknown', observed: asked.refused, expected: 'an answer', class: 'not-allowed' };
    },
  };
}

function confine(probe: Probe, scope: Scope): Confined {
  // Each kind has its own row, which TypeScript cannot follow through an index.
  const row = CONFINEMENT[probe.kind] as (probe: Probe, scope: Scope) => Confined;
  return row(probe, scope);
}

function unless(probe: Probe, reason: string | undefined): Confined {
  return reason === undefined ? probe : { refused: reason };
}

function readsSecret({ resource, expect }: ProbeOf<'k8s'>): boolean {
  return /^(?:v1[./])?secrets?(?:$|[./])/i.test(resource) && expect.kind === 'jsonpath';
}
