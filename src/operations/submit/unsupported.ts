import type { Target } from '../../fleet/inventory.ts';
import type { Action } from '../../model/action.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Step } from '../../model/runbook.ts';
import type { Prepared } from '../session/session.ts';

/** What would behave differently in a pod; all of it at once, each with its place. */
export function unsupportedInPods({ plan }: Prepared, targets: readonly Target[]): Diagnostic[] {
  const steps = [...plan.steps, ...plan.problems].map(({ step }) => step);
  const onTheCluster = targets.find(({ on }) => on === 'local');
  return [
    ...targets.flatMap(unreachable),
    ...steps.flatMap(bracesInId),
    ...steps.flatMap((step) =>
      step.actions.flatMap((action) => unsupportedAction(step, action, onTheCluster)),
    ),
  ];
}

/** Argo replaces `{{…}}` everywhere, and has no way to escape it. */
const BRACES = /\{\{|\}\}/;

/**
 * A box's name becomes a folder on the claim. Argo escapes quotation marks and backslashes twice where it replaces
 * `{{item.…}}`.
 */
const NO_FOLDER = /["\\/]|^\.{1,2}$/;

function unreachable({ box, on, name, place }: Target): Diagnostic[] {
  const bad = [name, on].find((text) => BRACES.test(text));
  return [
    ...(NO_FOLDER.test(name)
      ? [
          error(
            'no-folder-name',
            `The name \`${name}\` is not a valid folder name in a pod.`,
            'Give the box another `name:`, without slashes, quotation marks and backslashes.',
            place,
          ),
        ]
      : []),
    ...(box.kind === 'container' || box.kind === 'named'
      ? [
          error(
            'unreachable-from-pods',
            `A pod cannot reach ${on}, because it is a box of this machine.`,
            'Address it with ssh://.',
            place,
          ),
        ]
      : []),
    ...(bad === undefined
      ? []
      : [
          error(
            'braces',
            `Argo would replace the text in braces in \`${bad}\`.`,
            'Write it without {{ and }}.',
            place,
          ),
        ]),
  ];
}

function bracesInId({ id, place }: Step): Diagnostic[] {
  return BRACES.test(id)
    ? [
        error(
          'braces',
          `Argo would replace the text in braces in the id \`${id}\`.`,
          'Give the step another name.',
          place,
        ),
      ]
    : [];
}

function unsupportedAction(step: Step, action: Action, onTheCluster: Target | undefined): Diagnostic[] {
  const { place } = action;
  if (action.kind === 'shell' && action.interactive)
    return [
      error(
        'needs-terminal',
        `"${step.title}" needs a terminal, and a pod has none.`,
        'Replay it from this machine.',
        place,
      ),
    ];
  if (action.kind === 'shell' && action.background === 'pass')
    return [
      error(
        'ends-with-pod',
        `"${step.title}" leaves a process running until the pass ends, but in pods each step is a separate pass.`,
        'Use background "keep" and an Undo, or replay it from this machine.',
        place,
      ),
    ];
  if (onTheCluster && (action.kind === 'shell' || action.kind === 'file'))
    return [
      error(
        'lost-with-pod',
        `"${step.title}" changes the machine it runs on, which here is a pod that ends with the step.`,
        'Select boxes with --targets. Without it, only apply, patch and registry fences are useful.',
        place,
      ),
    ];
  return [];
}

function error(code: string, message: string, remedy: string, place: Diagnostic['place']): Diagnostic {
  return { code, severity: 'error', message, remedy, place };
}
