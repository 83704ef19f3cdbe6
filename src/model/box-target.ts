import { nearest } from '../base/nearest.ts';
import type { Diagnostic } from './diagnostic.ts';

/** Which box is meant, as parsed from `--on`. */
export type BoxTarget =
  | { readonly kind: 'local' }
  /** `host` may be an alias from the person's ssh configuration, which then supplies the rest. */
  | { readonly kind: 'ssh'; readonly user?: string; readonly host: string; readonly port?: number }
  | { readonly kind: 'container'; readonly name: string; readonly engine?: ContainerEngine }
  /** Created by `runbook box launch`. The container engine finds it by its labels (boxes/find-box). */
  | { readonly kind: 'named'; readonly name: string };

export type ContainerEngine = 'podman' | 'docker';

/** The name that means this machine. */
const LOCAL = 'local';

/** Valid names of launched boxes, hosts and containers. They cannot be mistaken for a command-line option. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
const USER = /^[A-Za-z_][A-Za-z0-9_.@\\-]{0,63}$/;
const ADDRESS_6 = /^[0-9A-Fa-f:.]+(?:%[A-Za-z0-9]+)?$/;

/** Parses `NAME`, `local`, `ssh://[user@]host[:port]` or `container:NAME`. The error says what was expected. Pure. */
export function parseBoxTarget(text: string): BoxTarget | Diagnostic {
  if (text === LOCAL) return { kind: 'local' };
  if (text.startsWith('ssh://')) return parseSsh(text);
  if (text.startsWith('container:')) return parseContainer(text);
  if (NAME.test(text)) return { kind: 'named', name: text };
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1];
  const meant = scheme && nearest(scheme, ['ssh', 'container']);
  if (meant)
    return badTarget(text, `${scheme}: is not a known kind of box`, `Did you mean ${example(meant)}?`);
  if (/^[^@\s/]+@[^@\s/]+$/.test(text))
    return badTarget(text, 'it has a user but no scheme', `Did you mean ssh://${text}?`);
  return badTarget(text, 'it is neither a box name nor an address', GRAMMAR);
}

/** The target in canonical spelling, for keys and messages. */
export function targetText(target: BoxTarget): string {
  switch (target.kind) {
    case 'local':
      return LOCAL;
    case 'named':
      return target.name;
    case 'container':
      return `container:${target.name}`;
    case 'ssh': {
      const user = target.user === undefined ? '' : `${target.user}@`;
      const host = target.host.includes(':') ? `[${target.host}]` : target.host;
      return `ssh://${user}${host}${target.port === undefined ? '' : `:${target.port}`}`;
    }
  }
}

/** Whether a launched box may have this name, which must not have another meaning. */
export function isBoxName(name: string): boolean {
  return NAME.test(name) && name !== LOCAL;
}

const GRAMMAR = 'Use the name of a launched box, ssh://[user@]host[:port], container:NAME, or local.';

function parseSsh(text: string): BoxTarget | Diagnostic {
  const found = /^ssh:\/\/(?:([^@/]*)@)?(\[[^\]/]*\]|[^:@/[\]]*)(?::([^/]*))?\/?$/.exec(text);
  if (!found) return badTarget(text, 'it is not a host address', `Did you mean ${example('ssh')}?`);
  const [, user, written = '', port] = found;
  const host = written.replace(/^\[|\]$/g, '');
  const isHost = written.startsWith('[') ? ADDRESS_6.test(host) : NAME.test(host);
  if (!isHost)
    return badTarget(
      text,
      host === '' ? 'the host is missing' : `"${host}" is not a host name`,
      example('ssh'),
    );
  if (user?.includes(':'))
    return badTarget(
      text,
      'it must not contain a password',
      'Use a key; ssh prompts for anything else it needs.',
    );
  if (user !== undefined && !USER.test(user))
    return badTarget(text, `"${user}" is not a user name`, example('ssh'));
  const number = port === undefined ? undefined : Number(port);
  if (number !== undefined && !(/^\d{1,5}$/.test(port!) && number >= 1 && number <= 65_535))
    return badTarget(text, `"${port}" is not a port`, 'A port must be a number from 1 to 65535.');
  return {
    kind: 'ssh',
    host,
    ...(user === undefined ? {} : { user }),
    ...(number === undefined ? {} : { port: number }),
  };
}

function parseContainer(text: string): BoxTarget | Diagnostic {
  const name = text.slice('container:'.length);
  if (NAME.test(name)) return { kind: 'container', name };
  const what = name === '' ? 'the container name is missing' : `"${name}" is not a container name`;
  return badTarget(text, what, `Did you mean ${example('container')}?`);
}

function example(kind: string): string {
  return kind === 'ssh' ? 'ssh://user@host:22' : 'container:NAME';
}

function badTarget(text: string, why: string, remedy: string): Diagnostic {
  return { code: 'bad-box', severity: 'error', message: `"${text}" does not name a box: ${why}.`, remedy };
}
