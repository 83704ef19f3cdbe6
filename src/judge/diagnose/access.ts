import type { PathFact } from '../../model/facts/path-fact.ts';
import type { FailureContext } from './failure-context.ts';
import { pathFact } from './path-fact.ts';
import { type Rule, textRule } from './rule.ts';
import { pathIn } from './storage.ts';

/** The login, key or token is missing or wrong. It needs a person or a secret; waiting does not help. */
export const credentials: Rule = textRule({
  code: 'credentials',
  cause: 'credentials',
  general: true,
  patterns: [
    /no basic auth credentials|unauthorized: (?:authentication required|incorrect username or password)|insufficient_scope/i,
    /pull access denied for (?<subject>[^\s,]{1,200})|denied: requested access to the resource is denied/i,
    /Permission denied \((?:publickey|password|keyboard)[^)]{0,60}\)|Too many authentication failures/i,
    /authentication failed(?: for (?:user )?['"‘]?(?<subject>[^\s'"’]{1,200}))?|fe_sendauth: no password supplied|could not read (?:Username|Password) for/i,
    /Access denied for user '(?<subject>[^']{1,100})'/i,
    /\b(?:NOAUTH|WRONGPASS)\b|invalid username-password pair|Login incorrect|invalid (?:credentials|api key|access token)|bad credentials/i,
    /\bE401\b|ENEEDAUTH|\bE403\b|The AWS Access Key Id you provided does not exist|Unable to locate credentials|InvalidClientTokenId|ExpiredToken/,
    /(?:returned error|HTTP(?:\/[\d.]{1,3})?|status(?: ?code)?|response|awaiting response\.\.\.)\W{1,4}(?<status>401|403|407)\b/i,
    /\b(?<status>401) Unauthorized|\b(?<forbidden>403) Forbidden|You must be logged in to the server|proxy authentication required/i,
    /sudo: (?:a password is required|a terminal is required|no tty present)/,
    /(?:is forbidden: User|cannot (?:list|get|create|patch|delete|watch|update) resource) /,
    /gpg: decryption failed: No secret key|age: error: no identity matched/,
  ],
  describe: ({ line, groups }) => {
    const status = groups.status ?? groups.forbidden;
    const subject = hostIn(line) ?? groups.subject?.replace(/["',.]+$/, '') ?? (status && `HTTP ${status}`);
    const sudo = line.includes('sudo:');
    if (status === '403') return forbidden(subject);
    return {
      title: sudo
        ? 'sudo needs a password, but no one can enter it here.'
        : `Access was denied${subject === undefined ? '' : ` (${subject})`}: the credentials are missing, wrong, or lack the permission.`,
      remedy: sudo
        ? 'Run as a user with NOPASSWD for this, or as root.'
        : 'Check the user name and the secret, when it expires and what it permits. Waiting does not help.',
      ...(subject !== undefined && { subject }),
    };
  },
});

/** 403 alone does not say why: a rule of the server, a missing index, file permissions, or the rights of an account. */
function forbidden(host: string | undefined) {
  const subject = host ?? 'The server';
  return {
    title: `${subject.startsWith('HTTP') ? 'The server' : subject} answers 403: it refuses this request.`,
    remedy:
      'Its log says why: a rule of the server, a missing index file, file permissions, or the rights of the account. Waiting does not help.',
    subject: host ?? 'HTTP 403',
    weight: 'consequence' as const,
  };
}

/** ssh does not know the host's key, or knows a different one. */
export const hostKey: Rule = textRule({
  code: 'host-key',
  cause: 'credentials',
  patterns: [
    /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|No \w{1,20} host key is known for (?<host>\S{1,200}?)(?: and|\.|$)/,
  ],
  describe: ({ groups: { host } }) => ({
    title: `ssh does not know the key of ${host ?? 'the host'}, or the host's key has changed.`,
    remedy:
      'Compare the fingerprint with the owner of the host, then add it to known_hosts (ssh-keyscan prints it).',
    ...(host !== undefined && { subject: host }),
  }),
});

/** A probe was answered with 401 or 403: the service runs, but requires a login. */
export const checkUnauthorized: Rule = {
  code: 'credentials',
  cause: 'credentials',
  find: (context) =>
    context.input.checks.flatMap(({ check, verdict, class: kind }, index) => {
      const status = /^http-(401|407)$/.exec(kind)?.[1];
      if (verdict !== 'fail' || status === undefined) return [];
      const url = /\bhttps?:\/\/\S{1,300}/.exec(check)?.[0] ?? check;
      return [
        {
          title: `${url} answers ${status}: the service runs, but requires credentials.`,
          remedy:
            'Probe a path that needs no login (or only the port), or expect that status. Waiting does not help.',
          subject: url,
          evidence: [context.checkEvidence(index)],
          weight: 'direct' as const,
        },
      ];
    }),
};

/** EACCES or EPERM on a file, a socket, or an operation that only root may perform. */
export const permissionDenied: Rule = textRule({
  code: 'permission-denied',
  cause: 'credentials',
  general: true,
  patterns: [
    /permission denied|EACCES|\bEPERM\b|operation not permitted|access is denied/i,
    /are you root\?|must be (?:run|executed) as root|must be root|requires? (?:root|superuser) privileges|run (?:this|it) as root|only root (?:can|may)|need to be root|you do not have (?:sufficient )?permission/i,
    /is not in the sudoers file|not allowed to execute/,
  ],
  describe: ({ line }, context) => {
    if (
      /\((?:publickey|password|keyboard)/.test(line) ||
      (/\bbind\b|listen EACCES/i.test(line) && !line.includes('/'))
    ) {
      return undefined;
    }
    const path = /docker\.sock/.test(line) ? '/var/run/docker.sock' : pathIn(line);
    const group = path === '/var/run/docker.sock';
    const fact = pathFact(context, path);
    if (fact?.attribute && /not permitted|EPERM/i.test(line)) return locked(path!, fact);
    return {
      title: `${path === undefined ? 'The step lacks' : `${path}: the user lacks`} the permission for this${fact?.access === undefined ? '' : ` (it belongs to ${fact.access.replace(' ', ', mode ')})`}.`,
      remedy: group
        ? 'Run as root, or as a member of the group docker (which is equivalent to root).'
        : `Run as root or as the owner, or fix owner and mode${context.facts.containers?.some(({ role }) => role === 'inside') ? '. In a container, a missing capability has the same effect' : ''}.`,
      ...(path !== undefined && { subject: path }),
      ...(fact && { evidence: [fact.id] }),
    };
  },
});

/** chattr +i and +a hold for root too. */
function locked(path: string, { attribute, id }: PathFact) {
  return {
    title: `${path} cannot be changed, not even by root: it has the attribute ${attribute} (chattr +${attribute === 'immutable' ? 'i' : 'a'}).`,
    remedy: `Find out who set it and why, then remove it with chattr -${attribute === 'immutable' ? 'i' : 'a'}.`,
    subject: path,
    evidence: [id],
  };
}

/** git rejects a repository that belongs to another user (git-config(1), safe.directory). */
export const gitOwnership: Rule = textRule({
  code: 'git-ownership',
  cause: 'config',
  patterns: [/detected dubious ownership in repository at '(?<path>[^']{1,300})'/],
  describe: ({ groups: { path = '' } }) => ({
    title: `git rejects ${path}: it belongs to another user.`,
    remedy: `Run git as its owner, chown it, or run \`git config --global --add safe.directory ${path}\`.`,
    subject: path,
  }),
});

/** A user or group that does not exist. */
export const userMissing: Rule = textRule({
  code: 'user-missing',
  cause: 'dependency',
  general: true,
  patterns: [
    /invalid (?:user|group)(?: name)?:? ['‘"](?<name>[^'’":]{1,64})/,
    /(?:unknown user(?: name)?|user|group) ['‘"]?(?<name>[\w-]{1,64})['’"]? (?:does not exist|unknown)/,
    /getpwnam\("(?<name>[^"]{1,64})"\) failed/,
    /unknown user:? ['‘"]?(?<name>[\w-]{1,64})/,
    /Failed to determine (?:user|group) credentials/,
  ],
  describe: ({ groups: { name = '' }, line }) =>
    /role "|database/.test(line)
      ? undefined
      : {
          title: `The user or group ${name} does not exist on this box.`,
          remedy: `Create ${name || 'it'} first (useradd --system), or use an existing one.`,
          ...(name !== '' && { subject: name }),
        },
});

/** The only host in the step's URLs. Used for messages that do not name a host. */
export function stepHost({ input }: FailureContext): string | undefined {
  const urls = input.step?.text.match(/\bhttps?:\/\/[^\s'"`<>|]{1,300}/g) ?? [];
  const hosts = new Set(urls.flatMap((url) => hostIn(url) ?? []));
  return hosts.size === 1 ? [...hosts][0] : undefined;
}

/** The host of a URL or image reference in a line. */
export function hostIn(line: string): string | undefined {
  return /\b[a-z]{2,10}:\/\/(?:[^\s/@'"]{1,100}@)?(\[[\da-f:]+\](?::\d+)?|[\w.-]{1,200}(?::\d{1,5})?)/i.exec(
    line,
  )?.[1];
}
