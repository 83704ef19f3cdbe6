import { Document, isScalar, Scalar, visit } from 'yaml';
import { REFERENCE } from '../../base/substitute.ts';
import type { KubeObject } from '../../model/cluster/kube.ts';
import { TYPED } from '../exporter.ts';
import { namesSecret } from '../kubernetes/cluster-objects.ts';
import { mapStrings } from '../kubernetes/map-scalars.ts';

// Private-use characters replace template actions while the rest becomes YAML.
const [BRACES, ACTION, END] = ['\uE000', '\uE001', '\uE002'];

/** What of an object a release decides. */
export interface Replaced {
  /** Inputs that are values of the chart. */
  readonly values: ReadonlySet<string>;
  /** Constants: facts. */
  readonly constants: ReadonlyMap<string, string>;
  readonly namespace: string;
  readonly secrets: ReadonlySet<string>;
}

/** An object as YAML with template actions: inputs, the namespace of the release, names of existing Secrets. */
export function objectTemplate(object: KubeObject, replaced: Replaced): string {
  const actions: string[] = [];
  const action = (text: string) => `${ACTION}${actions.push(text) - 1}${END}`;
  const marked = mapStrings(object, (text, path) => {
    if (path.at(-1) === 'namespace' && text === replaced.namespace)
      return action('.Release.Namespace | toJson');
    if (namesSecret(path) && replaced.secrets.has(text))
      return action(`index .Values.existingSecrets ${goString(text)} | toJson`);
    if (text.startsWith(TYPED)) return action(`include "runbook.typed" .Values.${text.slice(TYPED.length)}`);
    const printed = printedText(text, replaced);
    return printed === undefined ? text.replaceAll('$${', '${').replaceAll('{{', BRACES) : action(printed);
  });
  const document = new Document(marked, { version: '1.1', aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      // Braces at the beginning would be a map once the template is rendered.
      if (
        isScalar(node) &&
        typeof node.value === 'string' &&
        node.value.includes(BRACES) &&
        !node.value.includes('\n')
      )
        node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document
    .toString({ lineWidth: 0 })
    .replaceAll(
      new RegExp(`${ACTION}(\\d+)${END}`, 'g'),
      (_, index: string) => `{{ ${actions[Number(index)]!} }}`,
    )
    .replaceAll(BRACES, '{{ "{{" }}');
}

/** A text with values in it, as one action; undefined without a value. */
function printedText(text: string, { values, constants }: Replaced): string | undefined {
  const args: string[] = [];
  let [format, end] = ['', 0];
  const literal = (part: string) => part.replaceAll('%', '%%');
  for (const match of text.matchAll(REFERENCE)) {
    const [reference, name = ''] = match;
    format += literal(text.slice(end, match.index));
    end = match.index + reference.length;
    if (reference.startsWith('$$')) format += literal(reference.slice(1));
    else if (values.has(name)) {
      format += '%s';
      args.push(`(include "runbook.text" .Values.${name})`);
    } else format += literal(constants.get(name) ?? reference);
  }
  format += literal(text.slice(end));
  if (args.length === 0) return undefined;
  return `printf ${goString(format)} ${args.join(' ')} | toJson`;
}

/** A string of Go's templates. */
const goString = (text: string): string =>
  JSON.stringify(text).replaceAll(
    /[\u007F\u2028\u2029]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Text that is not YAML, such as notes, with its braces escaped. */
export const literalText = (text: string): string => text.replaceAll('{{', '{{ "{{" }}');
