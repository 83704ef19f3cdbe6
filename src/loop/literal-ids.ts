/** A text in a script that names something of this box and this hour only. */
export interface LiteralId {
  readonly literal: string;
  /** What it is, with its article. */
  readonly kind: string;
  /** The form that works on the next box too. */
  readonly instead: string;
}

interface Pattern {
  readonly kind: string;
  readonly pattern: RegExp;
  readonly instead: string;
}

const BY_NAME =
  'name the process: `pkill -f PART_OF_ITS_COMMAND_LINE`, `fuser -k PORT/tcp`, or `systemctl stop UNIT`';
const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]';

const PATTERNS: readonly Pattern[] = [
  {
    kind: 'a process id',
    pattern: /\bkill\s+(?:-\w+\s+|-s\s+\w+\s+|--\s+)*-?(\d{2,7})\b/g,
    instead: BY_NAME,
  },
  { kind: 'a process id', pattern: /\bpids?[ =:]+(\d{2,7})\b/gi, instead: BY_NAME },
  { kind: 'a process id', pattern: /\/proc\/(\d{2,7})\b/g, instead: BY_NAME },
  {
    kind: 'a temporary path',
    pattern: /(\/(?:var\/)?tmp\/(?:tmp\.?[A-Za-z0-9]{6,}|[\w-]*[.-](?=\w*\d)(?=\w*[A-Z])\w{6,}))/g,
    instead: 'make it in the same step, DIR=$(mktemp -d), or use a path of your own choice',
  },
  {
    kind: 'a container id',
    pattern:
      /\b(?:docker|podman|nerdctl|crictl)\s[^\n;&|]*?(?<![\w:@-])((?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{12}))\b/g,
    instead: 'give the container a name, or select it by --filter label=KEY=VALUE',
  },
  {
    kind: 'the name of a pod',
    pattern: new RegExp(`\\bkubectl\\s[^\\n;&|]*?([\\w-]+-${RANDOM}{6,10}-${RANDOM}{5})(?![\\w-])`, 'g'),
    instead: 'select it by a label, `-l app=NAME`, or name its owner, such as deployment/NAME',
  },
];

/**
 * Literals that mean something on this box and at this hour only. A document that holds one would do harm, or nothing, on
 * the next box. `here`: this box's own addresses, and today as YYYY-MM-DD.
 */
export function literalIds(
  text: string,
  here: { readonly addresses: readonly string[]; readonly today: string },
): LiteralId[] {
  const own = here.addresses.map((each) => ({
    kind: 'an address of this box',
    pattern: new RegExp(`(?<![\\w.:])(${each.replace(/[.]/g, '\\.')})(?![\\w.]*\\w)`, 'g'),
    instead: 'measure it in the step, `hostname -I`, use 127.0.0.1, or declare it under Inputs',
  }));
  const today = {
    kind: "today's date",
    pattern: new RegExp(`(${here.today})`, 'g'),
    instead: 'write $(date +%F), or a name without a date',
  };
  return [...PATTERNS, ...own, today].flatMap(({ kind, pattern, instead }) =>
    [...text.matchAll(pattern)].map((match) => ({ literal: match[1]!, kind, instead })),
  );
}
