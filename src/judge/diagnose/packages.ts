import { type Rule, textRule } from './rule.ts';

/** Another package manager is running. Waiting fixes this failure. */
export const packageLock: Rule = textRule({
  code: 'package-lock',
  cause: 'timing',
  patterns: [
    /Could not get lock (?<path>\S{1,200})\. It is held by process (?<pid>\d+)(?: \((?<name>[^)]{1,60})\))?/,
    /frontend lock was locked by another process(?: with pid (?<pid>\d+))?/,
    /Could not get lock (?<path>\S{1,200}?)\.?(?: - open \(11|$)|Waiting for cache lock/,
    /Another app is currently holding the (?:yum|dnf) lock|unable to lock database|Waiting for (?:process with pid (?<pid>\d+)|pid)/i,
    /status database area is locked by another process/,
  ],
  describe: ({ line, groups: { pid, name } }, { facts }) => {
    if (line.includes('are you root')) return undefined;
    const holder = facts.processes?.find((each) => String(each.pid) === pid);
    const who = name ?? holder?.name;
    return {
      title: `Another package manager holds the lock${pid === undefined ? '' : `: ${who === undefined ? 'process' : who} (pid ${pid})`}.`,
      remedy:
        'Wait until it ends (apt-get -o DPkg::Lock::Timeout=120), or stop unattended-upgrades first. Never remove the lock file.',
      subject: 'package lock',
      evidence: holder === undefined ? [] : [holder.id],
    };
  },
});

/** dpkg was interrupted between unpacking and configuring. */
export const packagesUnfinished: Rule = textRule({
  code: 'packages-unfinished',
  cause: 'dependency',
  general: true,
  patterns: [
    /dpkg was interrupted, you must manually run|You might want to run 'apt(?:-get)? --fix-broken install'|Unmet dependencies\. Try/,
  ],
  describe: ({ line }) => ({
    title: 'An earlier installation was not finished.',
    remedy: line.includes('interrupted')
      ? 'Run `dpkg --configure -a`, then `apt-get -f install`.'
      : 'Run `apt-get --fix-broken install`.',
    subject: 'dpkg',
  }),
});

/** The package manager does not know the package: its index was never fetched, or the name is wrong. */
export const packageUnknown: Rule = textRule({
  code: 'package-unknown',
  cause: 'dependency',
  general: true,
  patterns: [
    /Unable to locate package (?<name>\S{1,100})/,
    /Couldn't find any package by (?:regex|glob) '(?<name>[^']{1,100})'/,
    /Package '?(?<name>[^\s']{1,100})'? has no installation candidate/,
    /Version '(?<version>[^']{1,60})' for '(?<name>[^']{1,100})' was not found/,
    /No match for argument: (?<name>\S{1,100})|Unable to find a match: (?<match>\S{1,100})/,
    /unable to select packages:|(?<!\S)(?<name>\S{1,100}) \(no such package\)/,
    /No matching distribution found for (?<name>\S{1,100})/,
    /404 Not Found - GET \S{1,200}?\/(?<name>[^\s/]{1,200}?)(?: - |$)|code E404|'(?<name2>\S{1,100})@\S{0,60}' is not in (?:this|the npm) registry/,
  ],
  describe: ({ line, groups }, { facts, input }) => {
    const name = groups.name ?? groups.match ?? groups.name2;
    const apt = /^E: |Couldn't find any package/.test(line);
    const system = facts.system?.[0];
    const never = system?.packageIndexAt === null;
    const fetched = /^(?:Hit|Get|Ign):\d+ /m.test(input.output) || typeof system?.packageIndexAt === 'string';
    const what = `${name ?? 'the package'}${groups.version === undefined ? '' : ` in version ${groups.version}`}`;
    if (apt && never && system !== undefined) {
      return {
        title: 'apt has no package index on this box, so it knows no packages.',
        remedy: 'Run `apt-get update` in the same step, before the install.',
        ...(name !== undefined && { subject: name }),
        evidence: [system.id],
      };
    }
    return {
      title: `The package source does not know ${what}${apt && !fetched ? ', or its index was never fetched' : ''}.`,
      remedy: apt
        ? `${fetched ? 'Check' : 'Run `apt-get update` first. Then check'} the name (apt-cache search) and that its repository is configured as a source.`
        : 'Check the name, the version and the configured registry.',
      ...(name !== undefined && { subject: name }),
    };
  },
});

/** The index lists versions that the mirror no longer has. */
export const packageIndexStale: Rule = textRule({
  code: 'package-index-stale',
  cause: 'dependency',
  patterns: [
    /^E: Failed to fetch (?<url>\S{1,300})\s{1,4}404 {1,2}Not Found|Hash Sum mismatch|File has unexpected size/,
  ],
  describe: () => ({
    title: 'The package index of this box is older than the mirror.',
    remedy: 'Run `apt-get update`, then install again.',
    subject: 'package index',
  }),
});

/** apt rejects what it cannot verify. */
export const repositoryUntrusted: Rule = textRule({
  code: 'repository-untrusted',
  cause: 'config',
  patterns: [
    /NO_PUBKEY (?<key>[0-9A-F]{8,40})|The repository '(?<url>[^\s']{1,300})[^']{0,100}' (?:is not signed|does not have a Release file|no longer has a Release file)/,
    /public key is not available|The following signatures couldn't be verified/,
  ],
  describe: ({ groups: { key, url } }) => ({
    title:
      url === undefined
        ? `The signing key${key === undefined ? '' : ` ${key}`} of a package repository is not known here.`
        : `The package repository ${url} has no signed Release file.`,
    remedy:
      url === undefined
        ? "Put the repository's key into /etc/apt/keyrings, and refer to it with signed-by= in its source."
        : 'Check its address and the name of the distribution in it.',
    ...((url ?? key) !== undefined && { subject: (url ?? key)! }),
  }),
});

/** Versions that conflict. */
export const dependencyConflict: Rule = textRule({
  code: 'dependency-conflict',
  cause: 'dependency',
  general: true,
  patterns: [
    /ERESOLVE|The following packages have unmet dependencies|held broken packages|ResolutionImpossible(?!: for help)|conflicting dependencies|dependency problems - leaving unconfigured|EBADENGINE|The engine "node" is incompatible|requires a different Python|version solving failed/i,
  ],
  describe: ({ index }, { lines }) => ({
    title: `The requested versions conflict with each other or with this version of the language${namedIn(lines.slice(Math.max(0, index - 20), index + 15).map(({ text }) => text))}.`,
    remedy:
      'The output names the two that conflict: pin versions of them that are compatible. Do not force the installation.',
    subject: 'dependencies',
  }),
});

/** Which versions conflict, in the words of npm, pip and apt. */
function namedIn(lines: readonly string[]): string {
  const errors = lines.filter((line) =>
    /\b(?:Found|Required|Depends|depends on|requires|requested|Conflicts?|peer)\b.*[@:<>=\d]|\bnot (?:installed|compatible)/i.test(
      line,
    ),
  );
  const words = errors
    .slice(0, 3)
    .map((line) => line.replace(/^npm (?:ERR!|error)(?: notsup)?\s*/, '').trim());
  return words.length === 0 ? '' : `: ${words.join('; ').slice(0, 250)}`;
}

/** PEP 668. */
export const pythonManaged: Rule = textRule({
  code: 'python-managed',
  cause: 'config',
  patterns: [/externally-managed-environment/],
  describe: () => ({
    title:
      "This Python belongs to the system's package manager, which does not allow pip to install into it (PEP 668).",
    remedy:
      'Create a virtual environment (python3 -m venv DIR) and use its pip, or install the Debian package.',
    subject: 'python',
  }),
});

/** The server limits the request rate. */
export const rateLimited: Rule = textRule({
  code: 'rate-limited',
  cause: 'timing',
  patterns: [
    /toomanyrequests|too many requests|rate limit(?:ed| exceeded)|returned error: 429|HTTP(?:\/[\d.]+)? 429/i,
  ],
  describe: () => ({
    title: 'The server limits the rate of requests.',
    remedy:
      'Log in, which often raises the limit, use a cache or a mirror, or retry after the time in the message.',
    subject: 'rate limit',
  }),
});
