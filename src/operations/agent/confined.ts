import { hostname, networkInterfaces } from 'node:os';
import { isAbsolute, join, normalize, resolve } from 'node:path';
import { readTrustedFile } from '../../journal/decisions/trusted-file.ts';
import type { Box } from '../../model/box.ts';
import type { Probe } from '../../model/check.ts';
import type { World } from '../../world.ts';

/**
 * A box that answers a model's probes only as far as a probe may look: GET or HEAD to this box itself and to hosts that a
 * person has listed, no file that holds keys or secrets. Anything else is `unknown`, with what a person can do.
 */
export async function confined(box: Box, world: World): Promise<Box> {
  const hosts = await allowedHosts(world);
  return {
    ...box,
    ask: async (probe, context) => {
      const refused = refusal(probe, context.folder, hosts);
      if (refused === undefined) return await box.ask(probe, context);
      return { verdict: 'unknown', observed: refused, expected: 'an answer', class: 'not-allowed' };
    },
  };
}

/** Why a probe given by a model is not asked; undefined: it may be. */
function refusal(probe: Probe, folder: string, hosts: ReadonlySet<string>): string | undefined {
  switch (probe.kind) {
    case 'http': {
      const url = URL.canParse(probe.url) ? new URL(probe.url) : undefined;
      if (!url) return undefined;
      if (url.username !== '' || url.password !== '') return 'not asked: the address holds credentials';
      return hostRefusal(url.hostname.replace(/^\[|\]$/g, ''), hosts);
    }
    case 'tcp':
      return hostRefusal(probe.host, hosts);
    case 'file':
      return isSecretPath(resolve(folder, probe.path))
        ? `not asked: ${probe.path} may hold secrets`
        : undefined;
    case 'k8s':
      return /^(?:secrets?)(?:$|[./])/i.test(probe.resource) && probe.expect.kind === 'jsonpath'
        ? 'not asked: the data of Secrets is never read'
        : undefined;
    case 'port':
    case 'process':
    case 'service':
    case 'command':
    case 'fact':
      return undefined;
  }
}

function hostRefusal(host: string, hosts: ReadonlySet<string>): string | undefined {
  const name = host.toLowerCase();
  // Link-local, and with it the metadata services of clouds: whatever anybody has listed.
  if (/^169\.254\.|^fe[89ab][0-9a-f]:|^::ffff:169\.254\.|^fd00:ec2:|^metadata\./.test(name)) {
    return `not asked: ${host} is a link-local or metadata address`;
  }
  if (isOwn(name) || hosts.has(name)) return undefined;
  return `not asked: ${host} is not this box; a person can list it in allowed-hosts in their state folder`;
}

function isOwn(name: string): boolean {
  if (/^127\.\d+\.\d+\.\d+$/.test(name) || name === '::1' || name === 'localhost' || name === '0.0.0.0')
    return true;
  if (name === hostname().toLowerCase()) return true;
  return Object.values(networkInterfaces()).some((each) =>
    each?.some(({ address }) => address.toLowerCase() === name),
  );
}

/** Keys, credentials and environments; what stands there is nobody's business, not even by yes and no. */
function isSecretPath(path: string): boolean {
  const plain = normalize(isAbsolute(path) ? path : `/${path}`);
  return /\/\.ssh(?:\/|$)|\/\.env(?:\.[^/]*)?$|\/g?shadow-?$|\/environ$|\/\.(?:aws|kube|gnupg|docker)\/|\/\.(?:netrc|pgpass|npmrc|git-credentials)$|\.(?:pem|key|p12|pfx|kdbx)$|\/id_(?:rsa|dsa|ecdsa|ed25519)|\/etc\/(?:ssl\/private|sudoers)/.test(
    plain,
  );
}

/** One host a line, in the person's own folder. @throws RunbookError 3 where others may write the file */
export async function allowedHosts(world: World): Promise<ReadonlySet<string>> {
  const text = readTrustedFile(join(world.folders.person, 'allowed-hosts'), 'allowed-hosts') ?? '';
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim().toLowerCase());
  return new Set(lines.filter((line) => line !== ''));
}
