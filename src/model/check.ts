import type { ShellAction } from './action.ts';
import type { Place } from './place.ts';

/** How two values compare: numerically if both are numbers; otherwise only `=` and `!=`, as text. */
export type Comparator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** `contains "…"` or `matches /…/i`. */
export type TextTest =
  | { readonly kind: 'contains'; readonly value: string }
  | { readonly kind: 'matches'; readonly pattern: string; readonly ignoreCase: boolean };

/** Inclusive bounds of HTTP status codes: `200`, `200-299`, `2xx`. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** A typed, read-only question about the box. Grammar: docs/format.md; parser: markdown/checks/check-grammar. */
export type Probe =
  | {
      readonly kind: 'http';
      readonly method: 'GET' | 'HEAD';
      readonly url: string;
      /** Default 200–299. */
      readonly status?: StatusRange;
      /** `Name: value` lines. */
      readonly headers: readonly string[];
      readonly insecure: boolean;
      readonly text?: TextTest;
      /** The answer must be complete within this many milliseconds. */
      readonly underMs?: number;
    }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'port';
      readonly port: number;
      readonly protocol: 'tcp' | 'udp';
      /** `free`, or held by a process of that name. Neither: some process listens. */
      readonly expect:
        | { readonly kind: 'free' }
        | { readonly kind: 'owner'; readonly owner: string }
        | { readonly kind: 'taken' };
    }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly expect:
        | { readonly kind: 'exists' }
        | { readonly kind: 'absent' }
        | { readonly kind: 'text'; readonly text: TextTest }
        | { readonly kind: 'mode'; readonly mode: number }
        | { readonly kind: 'sha256'; readonly hex: string }
        | { readonly kind: 'owner'; readonly owner: string }
        | { readonly kind: 'group'; readonly group: string }
        | { readonly kind: 'size'; readonly comparator: Comparator; readonly value: string }
        | { readonly kind: 'lines'; readonly comparator: Comparator; readonly value: string }
        /** A symbolic link, to this target if given. */
        | { readonly kind: 'symlink'; readonly target?: string };
    }
  | { readonly kind: 'process'; readonly name: string }
  | { readonly kind: 'service'; readonly name: string; readonly state: 'active' | 'enabled' }
  | { readonly kind: 'command'; readonly name: string }
  | {
      readonly kind: 'package';
      readonly name: string;
      readonly expect:
        | { readonly kind: 'installed' }
        | { readonly kind: 'absent' }
        | { readonly kind: 'version'; readonly comparator: Comparator; readonly value: string };
    }
  | {
      readonly kind: 'user';
      readonly name: string;
      readonly expect:
        | { readonly kind: 'exists' }
        | { readonly kind: 'absent' }
        | { readonly kind: 'uid' | 'group' | 'home' | 'shell'; readonly value: string };
    }
  | {
      readonly kind: 'group';
      readonly name: string;
      readonly expect:
        | { readonly kind: 'exists' }
        | { readonly kind: 'absent' }
        | { readonly kind: 'gid'; readonly value: string };
    }
  | {
      readonly kind: 'listening';
      readonly port: number;
      readonly protocol: 'tcp' | 'udp';
      readonly address: string;
    }
  /** `address` absent: any. */
  | { readonly kind: 'dns'; readonly name: string; readonly address?: string }
  | {
      readonly kind: 'mount';
      readonly path: string;
      readonly expect:
        | { readonly kind: 'exists' }
        | { readonly kind: 'type' | 'option' | 'source'; readonly value: string };
    }
  | { readonly kind: 'sysctl'; readonly key: string; readonly comparator: Comparator; readonly value: string }
  | {
      readonly kind: 'interface';
      readonly name: string;
      readonly expect: { readonly kind: 'up' } | { readonly kind: 'address'; readonly value: string };
    }
  | {
      readonly kind: 'cert';
      readonly source:
        | { readonly kind: 'server'; readonly host: string; readonly port: number }
        | { readonly kind: 'file'; readonly path: string };
      readonly hours: number;
      /** The host name that it must be for. */
      readonly name?: string;
    }
  | {
      readonly kind: 'container';
      readonly name: string;
      readonly state: 'running' | 'healthy';
      readonly image?: string;
    }
  | { readonly kind: 'timer'; readonly name: string }
  /** A value of a structured file, by its path of keys. */
  | {
      readonly kind: 'json' | 'yaml' | 'ini';
      readonly path: string;
      readonly key: string;
      readonly comparator: Comparator;
      readonly value: string;
    }
  | {
      readonly kind: 'k8s';
      readonly resource: string;
      readonly name?: string;
      readonly namespace: string;
      readonly selector?: string;
      readonly expect:
        | { readonly kind: 'ready' }
        /** Ran to its end, and ended well. */
        | { readonly kind: 'succeeded' }
        | { readonly kind: 'exists' }
        | { readonly kind: 'absent' }
        | { readonly kind: 'condition'; readonly type: string; readonly value: string }
        | {
            readonly kind: 'jsonpath';
            readonly path: string;
            readonly comparator: Comparator;
            readonly value: string;
          };
    }
  | { readonly kind: 'fact'; readonly name: string; readonly comparator: Comparator; readonly value: string };

/** One line of a `check` fence. */
export interface ProbeCheck {
  readonly kind: 'probe';
  /** The line as written, trimmed. Names the check in every report. */
  readonly text: string;
  /** The tokens of the line, with `${NAME}` not yet replaced; see `resolveCheck` in markdown/checks/check-grammar. */
  readonly tokens: readonly string[];
  readonly not: boolean;
  readonly probe: Probe;
  /** How long to wait for it after the last action, in milliseconds. 0: evaluated once. */
  readonly withinMs: number;
  readonly place: Place;
}

/** A shell fence under Verify or When; exit code 0 passes. It is code, so only replay, verify and apply-step run it. */
export interface ShellCheck {
  readonly kind: 'shell';
  readonly text: string;
  readonly action: ShellAction;
  /** `{"after":"true"}`: evaluated only after acting. */
  readonly after: boolean;
  readonly withinMs: number;
  readonly place: Place;
}

/**
 * InnovationEngine's `<!-- expected_similarity=… -->`. Judges the output of the last shell fence, so it is evaluated
 * only after acting.
 */
export interface OutputCheck {
  readonly kind: 'output';
  readonly text: string;
  readonly expected: string;
  /** A score from 0 to 1, or a regular expression that the output must match. */
  readonly similarity:
    | { readonly kind: 'score'; readonly atLeast: number }
    | { readonly kind: 'regex'; readonly pattern: string };
  readonly language: string;
  readonly withinMs: number;
  readonly place: Place;
}

export type Check = ProbeCheck | ShellCheck | OutputCheck;

/** The result of one check. `unknown` (no permission, tool, DNS, route or cluster) never counts as a pass. */
export interface Verdict {
  readonly verdict: 'pass' | 'fail' | 'unknown';
  /** What was observed, one line, masked. */
  readonly observed: string;
  /** What was expected, one line. */
  readonly expected: string;
  /** The class of the observation, for fingerprints: `refused`, `http-401`, `missing`, `timeout`, … */
  readonly class: string;
  /** Waiting cannot change the result, so a wait can stop. */
  readonly permanent?: true;
  /** It would pass if it stays as it is for so many milliseconds; the caller can wait that long. */
  readonly settlesInMs?: number;
}
