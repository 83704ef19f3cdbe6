import type { Target } from '../../fleet/inventory.ts';
import type { Action } from '../../model/action.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Step } from '../../model/runbook.ts';
import type { Prepared } from '../session/session.ts';

/** What would not do in a pod what it does here; all of it at once, each with its place. */
export function unsupportedInPods({ plan }: Prepared, targets: readonly Target[]): Diagnostic[] {
  const steps = [...plan.steps, ...plan.problems].map(({ step }) => step);
  const onTheCluster = targets.find(({ on }) => on === 'local');
  return [
    ...targets.flatMap(unreachable),
    ...steps.flatMap(braced),
    ...steps.flatMap((step) => step.actions.flatMap((action) => unfitAction(step, action, onTheCluster))),
  ];
}

/** Argo replaces `{{…}}` wherever it stands, and knows no way to write it literally. */
const BRACES = /\{\{|\}\}/;

/** A box's name is a folder on the claim; quotation marks and backslashes Argo would escape twice where it replaces `{{item.…}}`. */
const NO_FOLDER = /["\\/]|^\.{1,2}$/;

function unreachable({ box, on, name, place }: Target): Diagnostic[] {
  const bad = [name, on].find((text) => BRACES.test(text));
  return [
    ...(NO_FOLDER.test(name)
      ? [
          error(
            'no-folder-name',
            `The name \`${name}\` cannot be that of a folder in a pod.`,
            'Give the box another `name:`, without slashes, quotation marks and backslashes.',
            place,
          ),
        ]
      : []),
    ...(box.kind === 'container' || box.kind === 'named'
      ? [
          error(
            'unreachable-from-pods',
            `A pod cannot reach ${on}, which is a box of this machine.`,
            'Name it by ssh://.',
            place,
          ),
        ]
      : []),
    ...(bad === undefined
      ? []
      : [
          error(
            'braces',
            `Argo would replace what stands in braces in \`${bad}\`.`,
            'Write it without {{ and }}.',
            place,
          ),
        ]),
  ];
}

function braced({ id, place }: Step): Diagnostic[] {
  return BRACES.test(id)
    ? [
        error(
          'braces',
          `Argo would replace what stands in braces in the id \`${id}\`.`,
          'Give the step another name.',
          place,
        ),
      ]
    : [];
}

function unfitAction(step: Step, action: Action, onTheCluster: Target | undefined): Diagnostic[] {
  const { place } = action;
  if (action.kind === 'shell' && action.interactive)
    return [
      error(
        'needs-terminal',
        `"${step.title}" talks to a person, and a pod has none.`,
        'Replay it from here.',
        place,
      ),
    ];
  if (action.kind === 'shell' && action.background === 'pass')
    return [
      error(
        'ends-with-pod',
        `"${step.title}" leaves a process running until the pass ends; in pods each step is a pass.`,
        'Use background "keep" and an Undo, or replay it from here.',
        place,
      ),
    ];
  if (onTheCluster && (action.kind === 'shell' || action.kind === 'file'))
    return [
      error(
        'lost-with-pod',
        `"${step.title}" changes the machine it runs on, which here is a pod that ends with the step.`,
        'Name the boxes with --targets; without it only apply, patch and registry fences make sense.',
        place,
      ),
    ];
  return [];
}

function error(code: string, message: string, remedy: string, place: Diagnostic['place']): Diagnostic {
  return { code, severity: 'error', message, remedy, place };
}
