import type { FailureContext } from './failure-context.ts';
import { type Rule, textRule } from './rule.ts';
import { pathIn } from './storage.ts';

/** The login, key or token is missing or wrong; a person or a secret is needed, not patience. */
export const credentials: Rule = textRule({
  code: 'credentials',
  cause: 'credentials',
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
  tell: ({ line, groups }) => {
    const status = groups.status ?? groups.forbidden;
    const subject = hostIn(line) ?? groups.subject?.replace(/["',.]+$/, '') ?? (status && `HTTP ${status}`);
    const sudo = line.includes('sudo:');
    return {
      title: sudo
        ? 'sudo needs a password, and nobody is there to give it.'
        : `Access was refused${subject === undefined ? '' : ` (${subject})`}: the credentials are missing, wrong or not allowed to.`,
      remedy: sudo
        ? 'Run as a user with NOPASSWD for this, or as root.'
        : 'Check the name and the secret that were sent, their expiry and their rights; waiting does not help.',
      ...(subject !== undefined && { subject }),
    };
  },
});

/** ssh does not know the host, or knows it by another key. */
export const hostKey: Rule = textRule({
  code: 'host-key',
  cause: 'credentials',
  patterns: [
    /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|No \w{1,20} host key is known for (?<host>\S{1,200}?)(?: and|\.|$)/,
  ],
  tell: ({ groups: { host } }) => ({
    title: `ssh does not know the key of ${host ?? 'the host'}, or the host shows another one.`,
    remedy:
      'Compare the fingerprint with the owner of the host, then put it into known_hosts (ssh-keyscan shows it).',
    ...(host !== undefined && { subject: host }),
  }),
});

/** A probe was answered by 401 or 403: alive, but behind a login. */
export const checkUnauthorized: Rule = {
  code: 'credentials',
  cause: 'credentials',
  find: (scene) =>
    scene.input.checks.flatMap(({ check, verdict, class: kind }, index) => {
      const status = /^http-(401|403|407)$/.exec(kind)?.[1];
      if (verdict !== 'fail' || status === undefined) return [];
      const url = /\bhttps?:\/\/\S{1,300}/.exec(check)?.[0] ?? check;
      return [
        {
          title: `${url} answers ${status}: it runs, but refuses a request without credentials.`,
          remedy:
            'Probe a path that needs no login (or the port alone), or expect that status; waiting does not help.',
          subject: url,
          evidence: [scene.checkEvidence(index)],
          weight: 'told' as const,
        },
      ];
    }),
};

/** EACCES, EPERM on a file, a socket, or a thing that only root may do. */
export const permissionDenied: Rule = textRule({
  code: 'permission-denied',
  cause: 'credentials',
  patterns: [
    /permission denied|EACCES|\bEPERM\b|operation not permitted|access is denied/i,
    /are you root\?|must be (?:run|executed) as root|must be root|requires? (?:root|superuser) privileges|run (?:this|it) as root|only root (?:can|may)|need to be root|you do not have (?:sufficient )?permission/i,
    /is not in the sudoers file|not allowed to execute/,
  ],
  tell: ({ line }, scene) => {
    if (
      /\((?:publickey|password|keyboard)/.test(line) ||
      (/\bbind\b|listen EACCES/i.test(line) && !line.includes('/'))
    ) {
      return undefined;
    }
    const path = /docker\.sock/.test(line) ? '/var/run/docker.sock' : pathIn(line);
    const group = path === '/var/run/docker.sock';
    return {
      title: `${path === undefined ? 'The step does' : `${path}: the user has`} not${path === undefined ? ' have' : ''} the permission for this.`,
      remedy: group
        ? 'Run as root, or as a member of the group docker (which is as good as root).'
        : `Run as root or as the owner, or mend owner and mode${scene.facts.containers?.some(({ role }) => role === 'inside') ? '; in a container a missing capability says the same' : ''}.`,
      ...(path !== undefined && { subject: path }),
    };
  },
});

/** git refuses a repository of another owner (git-config(1), safe.directory). */
export const gitOwnership: Rule = textRule({
  code: 'git-ownership',
  cause: 'config',
  patterns: [/detected dubious ownership in repository at '(?<path>[^']{1,300})'/],
  tell: ({ groups: { path = '' } }) => ({
    title: `git refuses ${path}: it belongs to another user.`,
    remedy: `Run git as its owner, chown it, or \`git config --global --add safe.directory ${path}\`.`,
    subject: path,
  }),
});

/** A user or group that something names. */
export const userMissing: Rule = textRule({
  code: 'user-missing',
  cause: 'dependency',
  patterns: [
    /invalid (?:user|group)(?: name)?:? ['‘"](?<name>[^'’":]{1,64})/,
    /(?:unknown user(?: name)?|user|group) ['‘"]?(?<name>[\w-]{1,64})['’"]? (?:does not exist|unknown)/,
    /getpwnam\("(?<name>[^"]{1,64})"\) failed/,
    /unknown user:? ['‘"]?(?<name>[\w-]{1,64})/,
    /Failed to determine (?:user|group) credentials/,
  ],
  tell: ({ groups: { name = '' }, line }) =>
    /role "|database/.test(line)
      ? undefined
      : {
          title: `The user or group ${name} does not exist on this box.`,
          remedy: `Create ${name || 'it'} first (useradd --system), or name one that is there.`,
          ...(name !== '' && { subject: name }),
        },
});

/** The only host that the step's URLs name: whom a message means that names nobody. */
export function stepHost({ input }: FailureContext): string | undefined {
  const urls = input.step?.text.match(/\bhttps?:\/\/[^\s'"`<>|]{1,300}/g) ?? [];
  const hosts = new Set(urls.flatMap((url) => hostIn(url) ?? []));
  return hosts.size === 1 ? [...hosts][0] : undefined;
}

/** Host of a URL or image reference in a line. */
export function hostIn(line: string): string | undefined {
  return /\b[a-z]{2,10}:\/\/(?:[^\s/@'"]{1,100}@)?(\[[\da-f:]+\](?::\d+)?|[\w.-]{1,200}(?::\d{1,5})?)/i.exec(
    line,
  )?.[1];
}
