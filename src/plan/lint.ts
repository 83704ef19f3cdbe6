import type { Action, ShellAction } from '../model/action.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Place } from '../model/place.ts';
import type { Runbook, Step } from '../model/runbook.ts';
import { buildPlan, isApplicable } from './build.ts';
import { laterUseOfState } from './left-state.ts';

/** Checks the whole runbook for one kind of likely trouble. */
type Rule = (runbook: Runbook) => Diagnostic[];

/** Rules for likely trouble that is not an error. Each row is one rule; docs/lint.md lists them. */
const RULES: readonly Rule[] = [
  stepRule(
    'no-verify',
    (step) =>
      step.kind === 'step' &&
      step.verify.length === 0 &&
      step.actions.some(isShell) && {
        message: `A step should have a Verify. "${step.title}" has none, so only the journal knows whether it is done.`,
        remedy: 'Add a Verify with a check that fails before the step and passes after it.',
      },
  ),
  stepRule(
    'no-why',
    (step) =>
      step.why === '' && {
        message: `A step should say why it exists. "${step.title}" has no Why.`,
        remedy: 'Add a line "Why: …" for the reader and for the next change.',
      },
  ),
  stepRule(
    'no-action',
    (step) =>
      step.kind === 'step' &&
      step.actions.length === 0 && {
        message: `A step must have something to run. "${step.title}" has no fence.`,
        remedy: 'Add a fence, or move the prose out of Steps.',
      },
  ),
  stepRule(
    'problem-only-shown',
    (step) =>
      step.kind === 'problem' &&
      step.actions.length > 0 &&
      !isApplicable(step) && {
        message: `A Fix needs a Verify. "${step.title}" has none, so its Fix is never applied.`,
        remedy: 'Add a Verify that tests for the obstacle, such as "not port 80 owner nginx".',
      },
  ),
  stepRule(
    'short-symptom',
    (step) =>
      step.symptoms.some((each) => each.kind === 'literal' && each.value.length < 8) && {
        message: `A Symptom should have at least 8 characters. One in "${step.title}" is shorter and can match by accident.`,
        remedy: 'Quote more of the error message.',
      },
  ),
  (runbook) => {
    const excluded = new Set(runbook.steps.filter((step) => step.excluded).map(({ id }) => id));
    if (excluded.size === 0) return [];
    return runbook.steps.flatMap((step) => {
      const needed = step.needs.kind === 'listed' && step.needs.ids.find((id) => excluded.has(id));
      if (needed === false || needed === undefined) return [];
      const words = {
        message: `"${step.title}" needs "${needed}", which is excluded from a full pass (excludeFromRunAll).`,
        remedy: 'Remove the attribute or the need.',
      };
      return [warning('needs-excluded', step.place, words)];
    });
  },
  (runbook) => {
    const { steps } = buildPlan(runbook);
    const declared = new Set([...runbook.inputs, ...runbook.facts].map(({ name }) => name));
    return steps.flatMap((planned) => {
      const { step } = planned;
      const use = step.verify.length > 0 && laterUseOfState(steps, planned, (name) => declared.has(name));
      if (!use) return [];
      const what = use.name === undefined ? 'the working directory' : use.name;
      const words = {
        message: `A step whose Verify passes should be skipped. "${step.title}" cannot be skipped, because "${use.by.title}" needs ${what} from it.`,
        remedy:
          'Move the export or cd into the step that uses it, or into a fence with {"always":"true"}, which runs in every pass.',
      };
      return [warning('state-for-later', step.place, words)];
    });
  },
  shellLineRule('sleep', /(?:^\s*|[;&|]\s*|\b(?:do|then|else)\s+)sleep\s+[\d.$]/, {
    message:
      'A step should wait for a condition. A sleep has a fixed length and is either too long or too short.',
    remedy: 'Use a check with "within", such as "tcp 127.0.0.1:443 open within 30s".',
  }),
  shellLineRule(
    'asks-a-person',
    /^(?!.*\s(?:-[a-z]*y[a-z]*|--yes|--assume-yes)\b).*\bapt(?:-get)?\s(?:.*\s)?(?:install|upgrade|dist-upgrade|remove|purge)\b/,
    {
      message: 'Package managers must run without questions. This command asks for confirmation without -y.',
      remedy: 'Add -y, and DEBIAN_FRONTEND=noninteractive if packages ask for configuration.',
    },
  ),
  shellLineRule('pipe-to-shell', /\b(?:curl|wget)\b[^|]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b/, {
    message:
      'A downloaded script should be pinned and verified. This one runs unchecked and can change at any time.',
    remedy: 'Download a pinned version, check its sha256, then run it.',
  }),
  shellLineRule('errors-ignored', /^\s*set\s+\+e\b|\|\|\s*true\s*$/, {
    message: 'A failure must stop the step. This line ignores it.',
    remedy: 'Test for the one failure that is acceptable, and let every other failure stop the step.',
  }),
  // Readers that exit before they have read everything; a small writer such as echo is done by then.
  shellLineRule(
    'early-reader',
    /^(?!\s*(?:#|echo\b|printf\b)).*[^\s|]\s*\|\s*(?:grep\s+(?:-\w*q|(?:-\w+\s+)*(?:-q|--quiet|-m\s*\d))|head\b|sed\s+(?:-n\s+)?["']?\d*q)/,
    {
      message:
        'A pipe should not end before its writer. This reader exits early, so a long output fails with SIGPIPE (exit 141).',
      remedy:
        'Let the reader read everything, as in `grep x >/dev/null`, `sed -n 1p`, or test a file or variable instead.',
    },
  ),
  shellLineRule(
    'placeholder',
    // Case matters, and closing tags: `<web-app>` and `<my-app></my-app>` are elements of XML and HTML.
    /<(?:[Yy]our|[Mm]y|[Tt]he|[Ss]ome|[Ii]nsert|[Rr]eplace|[Cc]hange)[-_ ][\w .-]*>(?!.*<\/)|<[A-Z][A-Z0-9]*(?:[-_][A-Z0-9]+)+>|\b(?:[Yy]our[-_](?:domain|email|password|token|server|host|user(?:name)?|api[-_]key|ip|name|project|account)|YOUR[-_](?:DOMAIN|EMAIL|PASSWORD|TOKEN|SERVER|HOST|USER(?:NAME)?|API[-_]KEY|IP|NAME|PROJECT|ACCOUNT))\b/,
    {
      message:
        'A command must not contain a placeholder. This one expects the reader to replace a part of it.',
      remedy: 'Declare an input and refer to it as ${NAME}.',
    },
  ),
  textRule(
    'moving-tag',
    /(?:\bimage:\s*["']?|\b(?:docker|podman|nerdctl|crictl)\s+(?:run|pull|create)\s(?:.*\s)?)[a-z0-9._:/-]+:(?:latest|main|master|edge|nightly|stable|dev)(?![\w.-])/i,
    {
      message: 'An image should be pinned. This tag can point to a different image on the next box.',
      remedy: 'Pin a version or, better, a digest (@sha256:…).',
    },
  ),
  textRule(
    'unpinned-url',
    /https?:\/\/\S*(?:\/(?:refs\/heads\/)?(?:main|master|HEAD|latest|stable)\/\S*|\/latest(?:["'\s)]|$)|releases\/latest\S*)/,
    {
      message: 'A download should be pinned. The content of this URL can change.',
      remedy: 'Use a version, tag or commit in the URL, and check the sha256.',
    },
  ),
  textRule(
    'secret-in-clear',
    /-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}\b|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+|\/\/[^\s/:@]+:[^\s/:@${]{3,}@|(?:password|passwd|secret|token|api[_-]?key)["']?\s*[=:]\s*["']?(?![$<{*"'\s]|true\b|false\b|null\b|xxx|changeme)[A-Za-z0-9+/_.!@#%^&-]{8,}/i,
    {
      message: 'A document must not contain secrets. This looks like a secret in clear text.',
      remedy:
        'Declare it under Inputs with kind secret, refer to it by name, and change the secret, because git keeps the old value.',
    },
  ),
  (runbook) =>
    runbook.inputs
      .filter((input) => input.kind === 'secret' && input.default !== undefined && input.default !== '')
      .map((input) =>
        warning('secret-default', input.place, {
          message: `A secret must not be in the document. ${input.name} has a default that every reader can see.`,
          remedy: 'Leave Default empty, and provide the value through the environment, .env or a command.',
        }),
      ),
  (runbook) => {
    if (runbook.inputs.length === 0) return [];
    const named = new Set(everythingThatRuns(runbook).match(/\w+/g));
    return runbook.inputs
      .filter((input) => !named.has(input.name))
      .map((input) =>
        warning('unused-input', input.place, {
          message: `An input should be used. No step refers to ${input.name}.`,
          remedy: 'Use the input or remove it: everyone who replays this runbook has to provide it.',
        }),
      );
  },
  (runbook) =>
    runbook.facts
      .filter((fact) => fact.command === undefined || fact.on === '')
      .map((fact) =>
        warning('unmeasured-fact', fact.place, {
          message: `The fact ${fact.name} ${fact.command === undefined ? 'has no command that measures it' : 'has not been measured'}.`,
          remedy:
            fact.command === undefined
              ? 'Add a command in backticks to the column "Measured with".'
              : 'Run "runbook facts --write".',
        }),
      ),
];

/** Parts that loose documents do not have. */
const NOT_IN_LOOSE: ReadonlySet<string> = new Set(['no-verify', 'no-why']);

/** Runs all lint rules. They produce only warnings; errors come from the parser and the plan. */
export function lintRunbook(runbook: Runbook): Diagnostic[] {
  const isWanted = ({ code }: Diagnostic) => runbook.kind === 'runbook' || !NOT_IN_LOOSE.has(code);
  return RULES.flatMap((rule) => rule(runbook))
    .filter(isWanted)
    .sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
}

type Words = { readonly message: string; readonly remedy: string };

function warning(code: string, place: Place, words: Words): Diagnostic {
  return { code, severity: 'warning', ...words, place };
}

function stepRule(code: string, judge: (step: Step) => Words | false): Rule {
  return (runbook) =>
    runbook.steps.flatMap((step) => {
      const words = judge(step);
      return words ? [warning(code, step.place, words)] : [];
    });
}

/** A rule that matches each line of shell fences, except comments. */
function shellLineRule(code: string, pattern: RegExp, words: Words): Rule {
  return (runbook) =>
    runbook.steps.flatMap((step) =>
      fences(step)
        .filter(isShell)
        .flatMap((action) => matchingLines(action, code, pattern, words)),
    );
}

/** A rule that matches each line of every fence. */
function textRule(code: string, pattern: RegExp, words: Words): Rule {
  return (runbook) =>
    runbook.steps.flatMap((step) =>
      fences(step).flatMap((action) => matchingLines(action, code, pattern, words)),
    );
}

function matchingLines(action: Action, code: string, pattern: RegExp, words: Words): Diagnostic[] {
  return action.text.split('\n').flatMap((line, index) => {
    const match = /^\s*#(?!!)/.test(line) || line.length > 4_000 ? null : pattern.exec(line);
    if (!match) return [];
    return [
      warning(
        code,
        { ...action.textPlace, line: action.textPlace.line + index, column: match.index + 1 },
        words,
      ),
    ];
  });
}

function fences(step: Step): readonly Action[] {
  const checks = [...step.verify, ...step.when].flatMap((check) =>
    check.kind === 'shell' ? [check.action] : [],
  );
  return [...step.actions, ...step.undo, ...checks];
}

function isShell(action: Action): action is ShellAction {
  return action.kind === 'shell';
}

function everythingThatRuns(runbook: Runbook): string {
  const checks = runbook.steps.flatMap((step) => [...step.verify, ...step.when].map((check) => check.text));
  const texts = runbook.steps.flatMap((step) =>
    fences(step).flatMap((action) => [action.text, ...Object.values(action.attributes)]),
  );
  return [...texts, ...checks, ...runbook.endpoints.map((each) => `${each.target} ${each.checkText}`)].join(
    '\n',
  );
}
