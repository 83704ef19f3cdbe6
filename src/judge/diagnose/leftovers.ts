import type { NamedProcess } from '../../model/facts/named-process.ts';
import type { PathFact } from '../../model/facts/path-fact.ts';
import type { FailureContext, Hit } from './failure-context.ts';
import { pathFact } from './path-fact.ts';
import { type Rule, textRule } from './rule.ts';
import { pathIn } from './storage.ts';

/** The request exceeds a Kubernetes quota or limit range. */
export const quotaExceeded: Rule = textRule({
  code: 'quota-exceeded',
  cause: 'quota',
  patterns: [
    /exceeded quota: (?<name>[\w.-]{1,200}), requested: (?<what>[^,]{1,200})/,
    /failed quota: (?<name>[\w.-]{1,200})|(?:maximum|minimum) \S{1,60} usage per (?:Container|Pod) is|must be less than or equal to (?:cpu|memory) limit|QuotaExceeded|quota exceeded/i,
  ],
  describe: ({ groups: { name, what } }) => ({
    title: `The request exceeds the quota${name === undefined ? '' : ` ${name}`}${what === undefined ? '' : ` (${what})`}.`,
    remedy:
      'Request less, or have the quota raised. Compare every layer: pod, namespace, node, virtual cluster.',
    subject: name ?? 'quota',
  }),
});

/** Something that the step creates already exists: the step is not idempotent. */
export const alreadyExists: Rule = textRule({
  code: 'already-exists',
  cause: 'config',
  general: true,
  patterns: [
    /['"‘“](?<name>[^'"’”]{1,200})['"’”] already exists|already exists(?: and is not an empty directory)?|File exists\b|EEXIST/i,
    /name "\/?(?<name>[^"]{1,200})" is already in use by/,
  ],
  describe: ({ line, groups }) => {
    const name = groups.name ?? pathIn(line);
    // SQL notices and mkdir -p print this without failing.
    if (/^(?:NOTICE|psql:.{0,100}NOTICE)|skipping/.test(line)) return undefined;
    return {
      title: `${name ?? 'Something that the step creates'} already exists.`,
      remedy:
        'Make the step safe to repeat (mkdir -p, IF NOT EXISTS, `id -u NAME || useradd NAME`), or add a check that skips it.',
      ...(name !== undefined && { subject: name }),
    };
  },
});

/** A database, role, table, bucket or object that does not exist. */
export const objectMissing: Rule = textRule({
  code: 'object-missing',
  cause: 'dependency',
  general: true,
  patterns: [
    /(?:FATAL|ERROR):\s{1,3}(?<kind>database|role|relation|schema|extension) "(?<name>[^"]{1,100})" does not exist/,
    /Unknown database '(?<name>[^']{1,100})'|Table '(?<table>[^']{1,100})' doesn't exist/,
    /Error from server \(NotFound\): (?<kind>\S{1,100}) "(?<name>[^"]{1,200})" not found/,
    /no matches for kind "(?<name>[^"]{1,100})" in version/,
    /namespaces "(?<name>[^"]{1,100})" not found/,
  ],
  describe: ({ groups }) => {
    const name = groups.name ?? groups.table ?? '';
    const what = `${groups.kind === undefined ? '' : `${groups.kind} `}${name}`;
    return {
      title: `${what} does not exist.`,
      remedy: 'Create it in an earlier step, or fix the name.',
      subject: what,
    };
  },
});

/** ENOENT for a file other than a program. */
export const fileMissing: Rule = textRule({
  code: 'file-missing',
  cause: 'config',
  general: true,
  patterns: [
    /\[(?<path>\/[^\]]{1,300})\] does not exist/,
    /ENOENT: no such file or directory.{0,40}'(?<path>[^']{1,300})'/,
    /FileNotFoundError: \[Errno 2\] No such file or directory: '(?<path>[^']{1,300})'/,
    /\bopen(?:ing)? (?<path>\/?[\w./@+-]{1,300}): no such file or directory/,
    /fopen\((?<path>\/[^,)]{1,300}),/,
    /(?:^|: )(?:cannot \w{1,20} |can't \w{1,20} )?['‘"]?(?<path>[\w./@+~-]{1,300})['’"]?: (?:Cannot open: )?No such file or directory/,
    /lock file "(?<lock>[^"]{1,100})" already exists|(?<what>no such file or directory|cannot find the (?:file|path) specified)/i,
  ],
  describe: (hit, context) => {
    const { line, groups, where } = hit;
    if (groups.lock !== undefined) return undefined;
    const own = groups.path ?? pathIn(line);
    const path = own === undefined || /\.(?:c|cc|cpp|h)$/.test(own) ? pathNear(hit, context) : own;
    if (/locale|bad interpreter/.test(line) || /^HTTP\/\d/.test(path ?? '')) return undefined;
    const fact = pathFact(context, path);
    return {
      title: missingTitle(path ?? 'A file', line, fact),
      remedy: 'Check the path and the working directory. Create the file or its folder in an earlier step.',
      ...(path !== undefined && { subject: path }),
      ...(fact && { evidence: [fact.id] }),
      ...(context.exit === 0 && where === undefined && { weight: 'inferred' as const }),
    };
  },
});

/** The absolute path that a line nearby names, where the error line names none. */
function pathNear(hit: Hit, context: FailureContext): string | undefined {
  return context
    .near(hit, 6)
    .flatMap((line) => pathIn(line) ?? [])
    .find((path) => path.startsWith('/'));
}

/** What is missing, and where the path ends. */
function missingTitle(path: string, line: string, fact: PathFact | undefined): string {
  const about = chainBefore(line, path);
  if (fact?.brokenLink)
    return `${path} does not exist: ${fact.brokenLink.path} is a link to ${fact.brokenLink.target}, which does not exist.`;
  if (fact?.missing !== undefined && fact.missing !== fact.path)
    return `${path} does not exist: its folder ${fact.missing} is missing.`;
  return about === undefined ? `${path} does not exist.` : `${path} does not exist (${about}).`;
}

/** What a program was about when it missed the file: `context "staging": context not found: open …`. */
function chainBefore(line: string, path: string): string | undefined {
  const before = line.slice(0, Math.max(0, line.indexOf(path)));
  return /(?:^|: )([^:]{1,100}: [^:]{0,60}(?:not found|unable to|could not|failed to)[^:]{0,60}): (?:open|stat|read)? ?$/.exec(
    before,
  )?.[1];
}

/** A second instance of a server on the same data. */
export const alreadyRunning: Rule = textRule({
  code: 'already-running',
  cause: 'config',
  general: true,
  patterns: [
    /Is another postmaster \(PID (?<pid>\d+)\) running in data directory "(?<subject>[^"]{1,200})"/,
    /(?:is )?already running(?: as process |: pid |, pid | \(pid )?\s?(?<pid>\d+)?|A server is already running|pid file .{0,100} (?:exists|already)|Another instance .{0,60}running/i,
  ],
  describe: ({ line, groups: { pid = pidIn(line), subject } }, { input }) => {
    const named = input.processes?.find((each) => each.pid === Number(pid));
    const file = /[\w./-]+\.pid\b/.exec(line)?.[0] ?? /[\w./-]+\.pid\b/.exec(input.step?.text ?? '')?.[0];
    if (named) return { ...alreadyRunningReport(named, file), ...(file !== undefined && { subject: file }) };
    return {
      title: `It is already running${pid === undefined ? '' : ` (pid ${pid})`}${subject === undefined ? '' : ` on ${subject}`}.`,
      remedy:
        'Reload or restart the running instance. If that process does not exist, remove the stale pid or lock file.',
      ...(subject !== undefined && { subject }),
    };
  },
});

/** The process that a pid file names, as it is. */
function alreadyRunningReport({ pid, name }: NamedProcess, file: string | undefined) {
  const what = file ?? 'The pid or lock file';
  return {
    title:
      name === undefined
        ? `${what} is stale: it names process ${pid}, which does not exist.`
        : `${what} names process ${pid}, which exists and is ${name}.`,
    remedy:
      name === undefined
        ? `Remove ${file ?? 'the pid or lock file'}, and start the program again.`
        : `If ${name} is the same program, reload or restart it. Otherwise the file is stale: remove it.`,
  };
}

function pidIn(line: string): string | undefined {
  return /\b(?:pid|process)\W{0,4}(\d{1,7})\b/i.exec(line)?.[1];
}

/** A server that refuses to run as root. */
export const notAsRoot: Rule = textRule({
  code: 'not-as-root',
  cause: 'config',
  general: true,
  patterns: [
    /"root" execution of the \S{1,60} server is not permitted|(?:must not|cannot|should not|can not|refusing to|don't) (?:be )?(?:run|start)(?:ning|ned)? (?:\w{1,30} )?as (?:the )?(?:user )?["']?root|running \S{1,40} as root is not/i,
  ],
  describe: ({ line }) =>
    /warn/i.test(line)
      ? undefined
      : {
          title: 'This program refuses to run as root.',
          remedy: 'Run it as its own user: `{"user":"NAME"}` on the fence, or User= in the unit.',
          subject: 'root',
        },
});

/** Usually noise next to the real failure. */
export const localeMissing: Rule = textRule({
  code: 'locale-missing',
  cause: 'config',
  patterns: [
    /(?<fatal>unsupported locale setting|invalid locale (?:name|settings)|Can't set the locale)/,
    /cannot change locale \((?<name>[^)]{1,60})\)|Setting locale failed|Cannot set LC_\w+ to default locale|locale.{0,40}(?:not supported|not available)/,
  ],
  describe: ({ groups: { fatal, name } }) => ({
    title: `The locale${name === undefined ? '' : ` ${name}`} is not installed on this box.`,
    remedy: 'Set LC_ALL=C.UTF-8, which always exists, or generate the locale (locales, locale-gen).',
    subject: 'locale',
    ...(fatal === undefined && { weight: 'consequence' as const }),
  }),
});

/** A file that is not the expected archive, usually a saved error page. */
export const notAnArchive: Rule = textRule({
  code: 'bad-download',
  cause: 'dependency',
  general: true,
  patterns: [
    /not in gzip format|This does not look like a tar archive|End-of-central-directory signature not found|File format not recognized|xz: .{0,100}File format|unexpected end of file.{0,20}(?:tar|gzip)|gzip: .{0,100}unexpected end of file/i,
    /checksum (?:mismatch|did NOT match)|computed checksums? did NOT match|sha256sum: WARNING|EINTEGRITY|digest mismatch/i,
  ],
  describe: () => ({
    title: 'A downloaded file has unexpected content: an error page, a truncated file, or another version.',
    remedy:
      'Inspect it (file, head -c 200). Download with `curl --fail --location`, and compare the checksum.',
    subject: 'download',
  }),
});
