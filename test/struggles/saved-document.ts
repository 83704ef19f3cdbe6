import { literalIds } from '../../src/loop/literal-ids.ts';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { sourceOf } from '../../src/markdown/source.ts';

/** Texts that match failures of every kind. */
const GENERIC = [
  /^`?(?:bytes )?without the text/i,
  /^`?HTTP \d+/i,
  /^`?(?:exit|exit code|exited with) \d+/i,
  /^`?(?:error|failed|failure|command failed|not found|no such file or directory)\.?`?$/i,
  /does not (?:hold|exist)\.?`?$/i,
  /^`?(?:nothing listens|no answer)/i,
];

/** What is wrong with a document that an agent saved: literals of one box, Symptoms that match everything, titles without content. */
export function faultsIn(text: string): string[] {
  const { steps: entries, diagnostics } = parseRunbook(sourceOf(text, 'AUTODOCK.md'));
  const steps = entries.filter(({ kind }) => kind === 'step');
  const problems = entries.filter(({ kind }) => kind === 'problem');
  const body = text.replace(/<!--.*?-->/g, '');
  const here = { addresses: [], today: new Date().toISOString().slice(0, 10) };
  return [
    ...diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message),
    ...literalIds(body, here).map(({ kind, literal }) => `${kind}: ${literal}`),
    ...(steps.length === 0 ? ['no step'] : []),
    ...steps.flatMap(({ id, why, actions, verify }) => [
      ...(why ? [] : [`${id} has no Why`]),
      ...(actions.length > 0 ? [] : [`${id} runs nothing`]),
      ...(verify.length > 0 ? [] : [`${id} has no Verify`]),
    ]),
    ...problems.flatMap(({ id, why, fixText, actions, symptomText }) => [
      ...(why ? [] : [`${id} has no Why`]),
      ...(fixText !== '' || actions.length > 0 ? [] : [`${id} has no Fix`]),
      ...(symptomText ? [] : [`${id} has no Symptom`]),
      ...(GENERIC.some((pattern) => pattern.test(symptomText))
        ? [`${id} has a Symptom that matches everything: ${symptomText}`]
        : []),
    ]),
  ];
}
