import { hostname, networkInterfaces } from 'node:os';

/** Why an agent may not ask an address; undefined: it may. */
export function urlRefusal(text: string, hosts: ReadonlySet<string>): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) return 'not asked: the address is not a URL';
  if (url.username !== '' || url.password !== '') return 'not asked: the address holds credentials';
  if (!isUnambiguous(text, url)) return 'not asked: programs read this address in different ways';
  return hostRefusal(url.hostname.replace(/^\[|\]$/g, ''), hosts);
}

/** Why an agent may not connect to a host; undefined: it may. */
export function hostRefusal(host: string, hosts: ReadonlySet<string>): string | undefined {
  const name = host.toLowerCase();
  if (isLinkLocal(name)) return `not asked: ${host} is a link-local or metadata address`;
  if (isThisMachine(name) || hosts.has(name)) return undefined;
  return `not asked: ${host} is not this machine; a person can list it in allowed-hosts in their state folder`;
}

/**
 * Whether every parser finds the same host in a URL. WHATWG URL rewrites what it reads (backslashes, numbers for dotted
 * addresses, full-width letters), and RFC 3986 parsers such as curl's do not; only a URL that needs no rewriting is safe.
 */
function isUnambiguous(text: string, url: URL): boolean {
  if (/[\\@\s\x00-\x1f\x7f]/.test(text)) return false;
  const authority = /^https?:\/\/([^/?#]*)/i.exec(text)?.[1]?.toLowerCase();
  const usualPort = url.protocol === 'https:' ? ':443' : ':80';
  return authority === url.host || authority === `${url.hostname}${usualPort}`;
}

/** Link-local addresses, and with them the metadata services of clouds, whatever anybody has listed. */
function isLinkLocal(name: string): boolean {
  return (
    /^169\.254\.|^fe[89ab][0-9a-f]:|^::(?:ffff:(?:0:)?)?(?:169\.254\.|a9fe:)|^64:ff9b::(?:169\.254\.|a9fe:)/.test(
      name,
    ) || /^fd00:ec2:|^metadata(?:\.|$)|^100\.100\.100\.200$/.test(name)
  );
}

function isThisMachine(name: string): boolean {
  if (/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name) || ['::1', 'localhost', '0.0.0.0'].includes(name))
    return true;
  if (name === hostname().toLowerCase()) return true;
  return Object.values(networkInterfaces()).some((each) =>
    each?.some(({ address }) => address.toLowerCase() === name),
  );
}
