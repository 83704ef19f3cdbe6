import type { BoxTarget } from '../../model/box-target.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';

/** Explains ssh's error output. Pure. */
export function explainSsh(
  name: string,
  { host, port, user }: Extract<BoxTarget, { kind: 'ssh' }>,
  code: number | undefined,
  said: string,
): Diagnostic {
  const output = said.trim();
  const row = SSH_ERRORS.find(({ match }) => match.test(output));
  const login = `ssh${port === undefined ? '' : ` -p ${port}`} ${user === undefined ? '' : `${user}@`}${host}`;
  const {
    code: id,
    message,
    remedy,
  } = row ?? {
    code: 'box-unreachable',
    message: `opening a session failed (ssh exit code ${code ?? 'unknown'})`,
    remedy: 'Try "LOGIN" by hand; the cause has details.',
  };
  return {
    code: id,
    severity: 'error',
    message: `${name} could not be reached: ${message}.`,
    remedy: remedy.replaceAll('LOGIN', login),
    ...(output === '' ? {} : { cause: lastLines(output) }),
  };
}

interface SshError {
  readonly match: RegExp;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

const SSH_ERRORS: readonly SshError[] = [
  {
    match: /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/,
    code: 'host-key-changed',
    message: 'its host key differs from the one in known_hosts, so it may be another machine',
    remedy:
      'Ask its administrator why, or compare the fingerprints. Only then remove the old key with "ssh-keygen -R".',
  },
  {
    match: /Host key verification failed|No .* host key is known/,
    code: 'host-key-unknown',
    message: 'its host key is not in known_hosts, and runbook never accepts an unknown key automatically',
    remedy:
      'Run "LOGIN" once in a terminal, compare the fingerprint and answer yes, or add the key to known_hosts.',
  },
  {
    match: /Permission denied \([^)]*(?:password|keyboard-interactive)/,
    code: 'ssh-password',
    message: 'it asks for a password, and no terminal is attached to enter one',
    remedy:
      'Install your key with "ssh-copy-id", load it into the ssh agent, or run this command in a terminal.',
  },
  {
    match: /Permission denied|Too many authentication failures|no more authentication methods/i,
    code: 'ssh-denied',
    message: 'it rejected every key that ssh offered',
    remedy:
      'Try "LOGIN" by hand. Check the user, the key (IdentityFile, ssh agent) and authorized_keys on that box.',
  },
  {
    match: /Connection refused/,
    code: 'box-refused',
    message: 'nothing listens on that port',
    remedy: 'Check the port, and that sshd is running on that box.',
  },
  {
    match: /No route to host|Network is unreachable/,
    code: 'box-no-route',
    message: 'no network route leads to it',
    remedy: 'Check the address, the network (is a VPN needed?) and the firewalls on the way.',
  },
  {
    match: /timed out|Timeout, server/i,
    code: 'box-timeout',
    message: 'it did not answer in time',
    remedy: 'Check that it is running, and that no firewall drops packets to that port.',
  },
  {
    match: /Could not resolve hostname|Name or service not known/,
    code: 'box-unknown-host',
    message: 'its host name could not be resolved',
    remedy: 'Check the spelling, the DNS, or the Host entry in your ssh configuration.',
  },
  {
    match: /ENOENT/,
    code: 'no-ssh',
    message: 'ssh is not installed on this machine',
    remedy: 'Install the OpenSSH client.',
  },
  {
    match: /This account is currently not available|nologin/i,
    code: 'ssh-no-shell',
    message: 'that user has no login shell on the box',
    remedy: 'Use a user who may run commands.',
  },
];

function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => !/^@+$|^\s*$/.test(line));
  return lines.slice(-3).join(' ').slice(-600);
}
