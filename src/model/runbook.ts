import type { Action } from './action.ts';
import type { Check } from './check.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { InputType } from './input-type.ts';
import type { Place, Span } from './place.ts';

/** Sections with a meaning; all others are prose. */
export type SectionKind =
  | 'steps'
  | 'problems'
  | 'inputs'
  | 'facts'
  | 'decisions'
  | 'endpoints'
  | 'schedule'
  | 'questions'
  | 'prerequisites';

/** A level-2 heading and the text below it. */
export interface Section {
  readonly kind: SectionKind | 'other';
  readonly title: string;
  /** From the heading to the next level-1 or level-2 heading or the end. */
  readonly span: Span;
  readonly headingSpan: Span;
  readonly place: Place;
}

/** The front matter. Unknown keys stay in the text and are ignored here. */
export interface FrontMatter {
  readonly span?: Span;
  /** `runbook: 1`. */
  readonly version?: 1;
  readonly name?: string;
  /** `base: ../AUTODOCK.md` and `site: st-mary`: this document says only how one site differs from its base. */
  readonly site?: { readonly base: string; readonly name: string };
  /** The clean box that this runbook starts from. */
  readonly box?: { readonly image?: string; readonly ports?: readonly number[] };
  /** `curl`, `kubectl >= 1.30`, `disk >= 5GB`, `disk /var >= 5GB`. */
  readonly requires: readonly Requirement[];
  /** Base environment of every fence and probe. */
  readonly env: Readonly<Record<string, string>>;
  /** Expected differences between two boxes (judge/parity/expectations). */
  readonly parity?: { readonly expect: readonly string[] };
}

/** A prerequisite of the pass. */
export type Requirement =
  | {
      readonly kind: 'tool';
      readonly tool: string;
      readonly comparator?: '=' | '>=' | '>' | '<' | '<=';
      readonly version?: string;
      readonly text: string;
    }
  | { readonly kind: 'disk'; readonly path: string; readonly bytes: number; readonly text: string };

/** `Needs:` of a step. `previous`: not written, so the step follows the one before it. */
export type Needs =
  | { readonly kind: 'previous' }
  | { readonly kind: 'listed'; readonly ids: readonly string[] };

/** In a Symptom, inline code is literal text to find, and `/…/` inside inline code is a regular expression. */
export type Symptom =
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'regex'; readonly pattern: string; readonly ignoreCase: boolean };

/** One level-3 heading of Steps or Problems. In a loose document, one shell fence. */
export interface Step {
  /** A problem is a step with Symptom and Fix. */
  readonly kind: 'step' | 'problem';
  readonly id: string;
  readonly title: string;
  /** `steps`: in the order of the pass. `problems`: reactive only. */
  readonly section: 'steps' | 'problems';
  /** Position in the document among all steps and problems, starting at 0. */
  readonly index: number;
  /** From the heading to the next heading of the same or a higher level. */
  readonly span: Span;
  readonly headingSpan: Span;
  readonly place: Place;
  /** Prose of the Why parts as trimmed markdown; empty if missing. */
  readonly why: string;
  readonly needs: Needs;
  /** From the label Needs to the end of what it names; absent: not written. */
  readonly needsSpan?: Span;
  readonly when: readonly Check[];
  /** Run and Fix fences, in document order. */
  readonly actions: readonly Action[];
  readonly verify: readonly Check[];
  readonly undo: readonly Action[];
  /** Problems: id of the step that it is for (resolved from For, else the next step). Undefined: not found. */
  readonly for?: string;
  readonly symptoms: readonly Symptom[];
  /** Prose of Symptom and Fix parts as written, for display. */
  readonly symptomText: string;
  readonly fixText: string;
  /** runme's excludeFromRunAll: only `--only` runs it. */
  readonly excluded: boolean;
}

/** A row of Inputs. */
export interface Input {
  readonly name: string;
  readonly kind: 'variable' | 'secret';
  /** What its value must be; absent: any text. */
  readonly type?: InputType;
  readonly required: boolean;
  readonly default?: string;
  /** A command in backticks in the column From (or Default of a secret) whose output is the value, such as `pass show x`. */
  readonly command?: string;
  readonly purpose: string;
  readonly place: Place;
}

/** A row of Facts. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  /** The command that measures the fact. */
  readonly command?: string;
  /** ISO date of the last measurement. */
  readonly on: string;
  readonly why: string;
  readonly place: Place;
  /** Spans of the cells' text, for surgical rewriting. */
  readonly cells: { readonly value: Span; readonly unit?: Span; readonly on?: Span };
}

/** An entry under Decisions. */
export interface Decision {
  readonly title: string;
  readonly why: string;
  readonly alternatives: string;
  readonly date: string;
  readonly span: Span;
  readonly place: Place;
}

/** A row of Endpoints. */
export interface Endpoint {
  readonly name: string;
  readonly target: string;
  readonly check?: Check;
  readonly checkText: string;
  readonly place: Place;
}

/** A row of Schedule. */
export interface ScheduledTask {
  /** From the column Name, else from What: `replay-dry-run`. Unique in the document. */
  readonly name: string;
  /** As written. */
  readonly what: string;
  readonly verb: string;
  readonly flags: readonly string[];
  /** Another document than this one, relative to it. */
  readonly document?: string;
  /** A systemd calendar expression, or one of its words. */
  readonly when: string;
  /** Names of targets in the person's configuration. */
  readonly tell: readonly string[];
  readonly place: Place;
}

/** An entry under Open questions. */
export interface OpenQuestion {
  readonly title: string;
  readonly text: string;
  readonly span: Span;
  readonly place: Place;
}

/** The content of a markdown document as data. Produced by markdown/parse; nothing in it was executed. */
export interface Runbook {
  /** Path as given by the user. */
  readonly file: string;
  /** `loose`: any other markdown, which runs only with --loose. */
  readonly kind: 'runbook' | 'loose';
  /** Front matter's name, else the first level-1 heading, else the file's name. */
  readonly name: string;
  readonly frontMatter: FrontMatter;
  readonly sections: readonly Section[];
  /** Steps and problems of the sections Steps and Problems, in document order. */
  readonly steps: readonly Step[];
  readonly inputs: readonly Input[];
  readonly facts: readonly Fact[];
  readonly decisions: readonly Decision[];
  readonly endpoints: readonly Endpoint[];
  readonly schedule: readonly ScheduledTask[];
  readonly questions: readonly OpenQuestion[];
  /** Loose documents: relative links under `## Prerequisites`, never URLs. */
  readonly prerequisites: readonly { readonly path: string; readonly place: Place }[];
  /** The certificate comment of the last pass on a clean box, if any. */
  readonly certificate?: { readonly span: Span; readonly fields: Readonly<Record<string, string>> };
  readonly diagnostics: readonly Diagnostic[];
}
