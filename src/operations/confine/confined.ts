import type { Box } from '../../model/box.ts';
import type { Probe } from '../../model/check.ts';
import { kindOf } from '../../probes/all.ts';
import type { World } from '../../world.ts';
import type { OpenedDocument } from '../document/opened-document.ts';
import type { Audience } from '../session/audience.ts';
import { hostRefusal, urlRefusal } from './address.ts';
import { allowedHosts } from './allowed-hosts.ts';
import { confineFile, type FileScope } from './file-question.ts';

/** What an agent's questions are confined to. */
interface Scope extends FileScope {
  readonly hosts: ReadonlySet<string>;
}

/** What is asked in a probe's place, or why it is not asked. */
type Confined = Probe | { readonly refused: string };

/**
 * A box that answers an agent's probes only within an agent's limits: this machine and hosts that a person has listed,
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
      const content = audience === 'agent-in-sandbox' || (approved && context.evaluatedBy !== 'agent');
      const scope = { hosts, folder: document.folder, own: [person, state], content };
      const asked = confine(probe, scope);
      if (!('refused' in asked)) return await box.ask(asked, context);
      return { verdict: 'unknown', observed: asked.refused, expected: 'an answer', class: 'not-allowed' };
    },
  };
}

function confine(probe: Probe, scope: Scope): Confined {
  const reach = kindOf(probe).reach(probe);
  switch (reach.kind) {
    case 'open':
      return probe;
    case 'url':
      return unless(probe, urlRefusal(reach.url, scope.hosts));
    case 'host':
      return unless(probe, hostRefusal(reach.host, scope.hosts));
    case 'file': {
      const question = confineFile(reach, scope);
      return 'refused' in question ? question : reach.at(question.path);
    }
    case 'refused':
      return { refused: `not asked: ${reach.reason}` };
  }
}

function unless(probe: Probe, reason: string | undefined): Confined {
  return reason === undefined ? probe : { refused: reason };
}
