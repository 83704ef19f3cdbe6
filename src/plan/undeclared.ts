import { guesser } from '../base/nearest.ts';
import type { Action } from '../model/action.ts';
import type { Check } from '../model/check.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Place } from '../model/place.ts';
import type { Runbook, Step } from '../model/runbook.ts';

/** `${NAME}` in capitals; `$${NAME}` is literal. Lower-case names are left unchanged. */
const REFERENCE = /(?<!\$)\$\{([A-Z_][A-Z0-9_]*)\}/g;

/** Variables that a shell or login sets. A script in a file fence may use them. */
const FROM_THE_SHELL = new Set(
  'HOME PATH PWD OLDPWD USER LOGNAME SHELL LANG LC_ALL TERM TMPDIR HOSTNAME HOSTTYPE OSTYPE UID EUID PPID RANDOM SECONDS LINENO FUNCNAME BASH BASH_SOURCE BASH_VERSION BASHPID IFS OPTARG OPTIND REPLY PIPESTATUS EDITOR'.split(
    ' ',
  ),
);

/**
 * References to undeclared names. In a file, a check or an attribute, `${NAME}` refers to a declared input, a fact or
 * an exported variable of an earlier fence. Any other name in capitals is probably a mistake, so it is an error:
 * declare it, or write `$${NAME}` to keep it literally.
 */
export function undeclaredNames(runbook: Runbook): Diagnostic[] {
  const declared = new Set([
    ...runbook.inputs.map((each) => each.name),
    ...runbook.facts.map((each) => each.name),
    ...Object.keys(runbook.frontMatter.env),
    ...FROM_THE_SHELL,
  ]);
  const references = runbook.steps.flatMap(templated).flatMap(({ text, place }) => {
    const at = placesIn(text, place);
    return [...text.matchAll(REFERENCE)].map((match) => ({ name: match[1] ?? '', place: at(match.index) }));
  });
  const unknown = references.filter(({ name }) => !declared.has(name));
  if (unknown.length === 0) return [];
  const mentioned = wordsInShellFences(runbook.steps);
  const guess = guesser([...declared]);
  return unknown
    .filter(({ name }) => !mentioned.has(name))
    .map(({ name, place }) => {
      const close = guess(name);
      return {
        code: 'undeclared-name',
        severity: 'error',
        message: `\${${name}} is not declared as an input or a fact, and no earlier fence exports it.`,
        remedy: `${close ? `Did you mean \${${close}}? Otherwise declare` : 'Declare'} ${name} under Inputs, or write $\${${name}} to keep the text literally.`,
        place,
      } as const;
    });
}

/**
 * Texts in which `${NAME}` is replaced: file, apply, patch and registry fences, check lines, attribute values. In
 * shell text, the shell expands it.
 */
function templated(step: Step): { text: string; place: Place }[] {
  const ofAction = (action: Action) => [
    ...(action.kind === 'shell' ? [] : [{ text: action.text, place: action.textPlace }]),
    ...Object.values(action.attributes).map((text) => ({ text, place: action.place, attribute: true })),
  ];
  const ofCheck = (check: Check) =>
    check.kind === 'probe'
      ? [{ text: check.text, place: check.place }]
      : check.kind === 'shell'
        ? ofAction(check.action)
        : [];
  return [...step.actions, ...step.undo]
    .flatMap(ofAction)
    .concat([...step.verify, ...step.when].flatMap(ofCheck));
}

function wordsInShellFences(steps: readonly Step[]): Set<string> {
  const words = new Set<string>();
  for (const step of steps) {
    for (const action of step.actions) {
      if (action.kind === 'shell')
        for (const word of action.text.match(/[A-Z_][A-Z0-9_]*/g) ?? []) words.add(word);
    }
  }
  return words;
}

/** Converts increasing offsets in a text to places, reading each line once. */
function placesIn(text: string, place: Place): (offset: number) => Place {
  let [line, start, end] = [0, 0, text.indexOf('\n')];
  return (offset) => {
    while (end >= 0 && end < offset) {
      line += 1;
      start = end + 1;
      end = text.indexOf('\n', start);
    }
    return line === 0
      ? { ...place, column: place.column + offset }
      : { ...place, line: place.line + line, column: offset - start + 1 };
  };
}
