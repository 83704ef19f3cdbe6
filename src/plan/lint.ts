import type { Action, ShellAction } from '../model/action.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Place } from '../model/place.ts';
import type { Runbook, Step } from '../model/runbook.ts';
import { isApplicable } from './build.ts';

/** A rule looks at the whole runbook and says where it will hurt. */
type Rule = (runbook: Runbook) => Diagnostic[];

/** What will hurt later, beside what is plainly wrong. Each row is one rule; docs/lint.md lists them. */
const RULES: readonly Rule[] = [
  stepRule(
    'no-verify',
    (step) =>
      step.kind === 'step' &&
      step.verify.length === 0 &&
      step.actions.some(isShell) && {
        message: `"${step.title}" has no Verify: whether it is done rests on the journal alone.`,
        remedy: 'Add a Verify with a check that fails before the step and passes after it.',
      },
  ),
  stepRule(
    'no-why',
    (step) =>
      step.why === '' && {
        message: `"${step.title}" does not say why.`,
        remedy: 'Add a line "Why: …": the reader, and the next change, depend on it.',
      },
  ),
  stepRule(
    'no-action',
    (step) =>
      step.kind === 'step' &&
      step.actions.length === 0 && {
        message: `"${step.title}" has nothing to run.`,
        remedy: 'Give it a fence, or move the prose out of Steps.',
      },
  ),
  stepRule(
    'problem-only-shown',
    (step) =>
      step.kind === 'problem' &&
      step.actions.length > 0 &&
      !isApplicable(step) && {
        message: `The Fix of "${step.title}" is never applied: it has no Verify.`,
        remedy: 'Add a Verify that tests for the obstacle, such as "not port 80 owner nginx".',
      },
  ),
  stepRule(
    'short-symptom',
    (step) =>
      step.symptoms.some((each) => each.kind === 'literal' && each.value.length < 8) && {
        message: `A Symptom of "${step.title}" is shorter than 8 characters and would match by accident.`,
        remedy: 'Quote more of the message.',
      },
  ),
  (runbook) => {
    const excluded = new Set(runbook.steps.filter((step) => step.excluded).map(({ id }) => id));
    if (excluded.size === 0) return [];
    return runbook.steps.flatMap((step) => {
      const needed = step.needs.kind === 'listed' && step.needs.ids.find((id) => excluded.has(id));
      if (needed === false || needed === undefined) return [];
      const words = {
        message: `"${step.title}" needs "${needed}", which no whole pass runs (excludeFromRunAll).`,
        remedy: 'Take the attribute away, or the need.',
      };
      return [warning('needs-excluded', step.place, words)];
    });
  },
  shellLineRule('sleep', /(?:^\s*|[;&|]\s*|\b(?:do|then|else)\s+)sleep\s+[\d.$]/, {
    message: 'A sleep waits too long on a good day and too short on a bad one.',
    remedy: 'Say what is awaited: a check with "within", such as "tcp 127.0.0.1:443 open within 30s".',
  }),
  shellLineRule(
    'asks-a-person',
    /^(?!.*\s(?:-[a-z]*y[a-z]*|--yes|--assume-yes)\b).*\bapt(?:-get)?\s(?:.*\s)?(?:install|upgrade|dist-upgrade|remove|purge)\b/,
    {
      message: 'Without -y this asks a question that nobody answers.',
      remedy: 'Add -y, and DEBIAN_FRONTEND=noninteractive where configuration is asked.',
    },
  ),
  shellLineRule('pipe-to-shell', /\b(?:curl|wget)\b[^|]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b/, {
    message: 'A script from the network is run unseen, and may be another one tomorrow.',
    remedy: 'Download a pinned version, check its sha256, then run it.',
  }),
  shellLineRule('errors-ignored', /^\s*set\s+\+e\b|\|\|\s*true\s*$/, {
    message: 'A failure here goes unnoticed.',
    remedy: 'Test for the one case that may fail, and let the rest fail the step.',
  }),
  textRule(
    'moving-tag',
    /(?:\bimage:\s*["']?|\b(?:docker|podman|nerdctl|crictl)\s+(?:run|pull|create)\s(?:.*\s)?)[a-z0-9._:/-]+:(?:latest|main|master|edge|nightly|stable|dev)(?![\w.-])/i,
    {
      message: 'This image tag moves: the next box gets another image.',
      remedy: 'Pin a version, better a digest (@sha256:…).',
    },
  ),
  textRule(
    'unpinned-url',
    /https?:\/\/\S*(?:\/(?:refs\/heads\/)?(?:main|master|HEAD|latest|stable)\/\S*|\/latest(?:["'\s)]|$)|releases\/latest\S*)/,
    {
      message: 'What this URL answers changes over time.',
      remedy: 'Name a version, a tag or a commit, and check its sha256.',
    },
  ),
  textRule(
    'secret-in-clear',
    /-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}\b|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+|\/\/[^\s/:@]+:[^\s/:@${]{3,}@|(?:password|passwd|secret|token|api[_-]?key)["']?\s*[=:]\s*["']?(?![$<{*"'\s]|true\b|false\b|null\b|xxx|changeme)[A-Za-z0-9+/_.!@#%^&-]{8,}/i,
    {
      message: 'This looks like a secret in clear.',
      remedy:
        'Declare it under Inputs with kind secret and use its name; then change it, since git remembers.',
    },
  ),
  (runbook) =>
    runbook.inputs
      .filter((input) => input.kind === 'secret' && input.default !== undefined && input.default !== '')
      .map((input) =>
        warning('secret-default', input.place, {
          message: `The secret ${input.name} has a default, which stands here for everybody to read.`,
          remedy: 'Leave Default empty; give the value by environment, .env or a command.',
        }),
      ),
  (runbook) => {
    if (runbook.inputs.length === 0) return [];
    const named = new Set(everythingThatRuns(runbook).match(/\w+/g));
    return runbook.inputs
      .filter((input) => !named.has(input.name))
      .map((input) =>
        warning('unused-input', input.place, {
          message: `No step names the input ${input.name}.`,
          remedy: 'Use it or take it out: whoever replays this is asked for it.',
        }),
      );
  },
  (runbook) =>
    runbook.facts
      .filter((fact) => fact.command === undefined || fact.on === '')
      .map((fact) =>
        warning('unmeasured-fact', fact.place, {
          message: `The fact ${fact.name} ${fact.command === undefined ? 'says not how it is measured' : 'was never measured'}.`,
          remedy:
            fact.command === undefined
              ? 'Give a command in backticks in the column "Measured with".'
              : 'Run "runbook facts --write".',
        }),
      ),
];

/** Names what will hurt: warnings only, since errors come from the parser and the plan. */
export function lint(runbook: Runbook): Diagnostic[] {
  return RULES.flatMap((rule) => rule(runbook)).sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
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

/** A rule for each line of shell fences; comments aside. */
function shellLineRule(code: string, pattern: RegExp, words: Words): Rule {
  return (runbook) =>
    runbook.steps.flatMap((step) =>
      fences(step)
        .filter(isShell)
        .flatMap((action) => matchingLines(action, code, pattern, words)),
    );
}

/** A rule for each line of whatever a fence holds. */
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
