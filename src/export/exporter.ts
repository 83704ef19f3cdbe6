import type { Action, ApplyAction, PatchAction, RegistryAction } from '../model/action.ts';
import type { KubeObject } from '../model/cluster/kube.ts';
import type { Place } from '../model/place.ts';
import type { Plan, PlanStep } from '../model/plan.ts';
import type { Runbook } from '../model/runbook.ts';
import type { LeftState } from '../plan/left-state.ts';

/** Everything that an export is computed from. Contains no values of inputs, except their defaults. */
export interface ExportSource {
  readonly runbook: Runbook;
  readonly plan: Plan;
  /** sha256 in hexadecimal of what the document runs, with the files that its fences name. */
  readonly hash: string;
  /** The objects of an apply or registry fence, and the content of a patch, with `${NAME}` and `TYPED` names not replaced. */
  readonly objects: (action: ApplyAction | RegistryAction | PatchAction) => readonly KubeObject[];
  /** What the fences of a step set that a later step may use; undefined if none does. */
  readonly leaves: (planned: PlanStep) => LeftState | undefined;
}

/** Before the name of an input that is a whole plain scalar of YAML: it gets the type of its value. */
export const TYPED = '\u0001';

/** Whether objects, as JSON, have the value of an input in them. */
export const usesInput = (json: string, name: string): boolean =>
  json.includes(`\${${name}}`) || json.includes(JSON.stringify(`${TYPED}${name}`));

/** A file of the output; its path is relative, with slashes. */
export interface ExportedFile {
  readonly path: string;
  readonly text: string;
  readonly executable?: boolean;
}

/** Something of the document that the other format cannot say. */
export interface Loss {
  readonly place: Place;
  /** What of the document: `the check "port 80 free"`. */
  readonly what: string;
  readonly reason: string;
}

/** An export, as data. */
export interface Exported {
  readonly files: readonly ExportedFile[];
  readonly losses: readonly Loss[];
}

/** One format: a pure function over the plan. A row of `EXPORTERS`. */
export type Exporter = (source: ExportSource) => Exported;

/** A fence as part of a sentence: `the shell fence of "Install Caddy"`. */
export const fenceOf = ({ kind }: Pick<Action, 'kind'>, title: string): string =>
  `the ${kind} fence of "${title}"`;
