import type { BoxTarget } from '../../model/box-target.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';

/** What ssh's last words mean, in ours. Pure. */
export function explainSsh(
  name: string,
  { host, port, user }: Extract<BoxTarget, { kind: 'ssh' }>,
  code: number | undefined,
  said: string,
): Diagnostic {
  const words = said.trim();
  const row = TROUBLES.find(({ match }) => match.test(words));
  const login = `ssh${port === undefined ? '' : ` -p ${port}`} ${user === undefined ? '' : `${user}@`}${host}`;
  const {
    code: id,
    message,
    remedy,
  } = row ?? {
    code: 'box-unreachable',
    message: `no session could be had there (ssh ended with ${code ?? 'no code'})`,
    remedy: 'See the cause, and try "LOGIN" by hand.',
  };
  return {
    code: id,
    severity: 'error',
    message: `${name} was not reached: ${message}.`,
    remedy: remedy.replaceAll('LOGIN', login),
    ...(words === '' ? {} : { cause: lastLines(words) }),
  };
}

interface Trouble {
  readonly match: RegExp;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

const TROUBLES: readonly Trouble[] = [
  {
    match: /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/,
    code: 'host-key-changed',
    message: 'its host key is not the one that is known, so it may be another machine',
    remedy:
      'Find out why: ask who runs it, or compare the fingerprints. Only then remove the old key with "ssh-keygen -R".',
  },
  {
    match: /Host key verification failed|No .* host key is known/,
    code: 'host-key-unknown',
    message: 'its host key is not known here, and is never accepted without being asked about',
    remedy:
      'Run "LOGIN" once on a terminal, compare the fingerprint and answer yes; or add the key to known_hosts.',
  },
  {
    match: /Permission denied \([^)]*(?:password|keyboard-interactive)/,
    code: 'ssh-password',
    message: 'it wants a password, and there is nobody at a terminal to give one',
    remedy: 'Put your key there ("ssh-copy-id"), load it into the agent, or run this on a terminal.',
  },
  {
    match: /Permission denied|Too many authentication failures|no more authentication methods/i,
    code: 'ssh-denied',
    message: 'it takes none of the keys that ssh offers',
    remedy: 'Try "LOGIN": the user, the key (IdentityFile, agent) and authorized_keys there have to agree.',
  },
  {
    match: /Connection refused/,
    code: 'box-refused',
    message: 'nothing listens at that port',
    remedy: 'Check the port, and that sshd runs there.',
  },
  {
    match: /No route to host|Network is unreachable/,
    code: 'box-no-route',
    message: 'there is no route to it',
    remedy: 'Check the address, the network (a VPN?), and the firewalls between.',
  },
  {
    match: /timed out|Timeout, server/i,
    code: 'box-timeout',
    message: 'it did not answer in time',
    remedy: 'Check that it runs, and that no firewall drops what is sent to that port.',
  },
  {
    match: /Could not resolve hostname|Name or service not known/,
    code: 'box-unknown-host',
    message: 'its name is not known',
    remedy: 'Check the spelling, the DNS, or the Host entry in your ssh configuration.',
  },
  {
    match: /ENOENT/,
    code: 'no-ssh',
    message: 'this machine has no ssh',
    remedy: 'Install the OpenSSH client.',
  },
  {
    match: /This account is currently not available|nologin/i,
    code: 'ssh-no-shell',
    message: 'that user has no shell there',
    remedy: 'Name a user who may run commands.',
  },
];

function lastLines(words: string): string {
  const lines = words.split('\n').filter((line) => !/^@+$|^\s*$/.test(line));
  return lines.slice(-3).join(' ').slice(-600);
}
