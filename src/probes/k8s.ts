import type { CheckReader, Slot } from './line/check-reader.ts';
import { comparison } from './line/comparison.ts';
import { expectLooser } from './looser.ts';
import type { ProbeKind, ProbeOf } from './probe-kind.ts';

export const k8s: ProbeKind<'k8s'> = {
  docs: {
    syntax:
      'KIND[/NAME] [-n NAMESPACE] [-l SELECTOR] ready|succeeded|exists|absent|condition TYPE|jsonpath {PATH} = VALUE',
    summary:
      'objects of the cluster are ready, have succeeded, exist, are absent, or have a condition or value',
    agents: 'everything but the data of Secrets',
  },
  read,
  wait: () => ({ kind: 'cluster' }),
  reach: ({ resource, expect }) =>
    // Repeated comparisons could reveal the values of Secrets.
    /^(?:v1[./])?secrets?(?:$|[./])/i.test(resource) && expect.kind === 'jsonpath'
      ? { kind: 'refused', reason: 'the data of Secrets is never read' }
      : { kind: 'open' },
  sendsText: false,
  subject: ({ namespace, resource, name, selector }) =>
    `k8s ${namespace} ${resource}/${name ?? ''} ${selector ?? ''}`,
  looser: (old, now) => expectLooser(old.expect, now.expect, 'exists'),
  cannotFail: () => undefined,
};

function read(reader: CheckReader): ProbeOf<'k8s'> {
  const object = reader.slot(OBJECT);
  const unresolved = reader.lastUnresolved();
  let namespace = 'default';
  let selector: string | undefined;
  let word = nextWord(reader);
  for (; word === '-n' || word === '-l'; word = nextWord(reader)) {
    if (word === '-n') namespace = reader.value('a namespace');
    else selector = labelSelector(reader, object.name !== undefined && !unresolved);
  }
  const found = { kind: 'k8s', ...object, namespace, ...(selector !== undefined && { selector }) } as const;
  if (word === 'condition') return { ...found, expect: condition(reader) };
  if (word === 'jsonpath')
    return { ...found, expect: { kind: word, path: reader.path(), ...comparison(reader) } };
  return { ...found, expect: { kind: word } };
}

function nextWord(reader: CheckReader) {
  return reader.option(['ready', 'succeeded', 'exists', 'absent', 'condition', 'jsonpath', '-n', '-l']);
}

function labelSelector(reader: CheckReader, named: boolean): string {
  if (named) {
    const remedy = 'Name one object, or select several of a kind: `k8s pod -l app=web ready`.';
    reader.refuse('check-bad-value', '`-l` needs a kind without a name.', remedy);
  }
  return reader.value('a label selector');
}

function condition(reader: CheckReader): ProbeOf<'k8s'>['expect'] {
  const type = reader.value('the type of a condition');
  if (type.includes('=') && !reader.lastUnresolved()) {
    const message = `A condition type must not contain \`=\`. Found \`${type}\`.`;
    reader.refuse('check-bad-value', message, 'Put spaces around the `=`.');
  }
  return { kind: 'condition', type, value: reader.skip('=') ? reader.value('a status') : 'True' };
}

const OBJECT: Slot<{ resource: string; name?: string }> = {
  what: 'a kind, or a kind and a name',
  example: 'deployment/argo-server',
  fallback: { resource: '' },
  parse: (text) => {
    // Kinds may be qualified (`deployments.v1.apps`). Names follow the most permissive rule of Kubernetes, the one for
    // path segments.
    const parts = /^([A-Za-z][A-Za-z0-9.-]*)(?:\/([A-Za-z0-9][A-Za-z0-9.:_-]*))?$/.exec(text);
    if (!parts) return undefined;
    return parts[2] === undefined ? { resource: parts[1]! } : { resource: parts[1]!, name: parts[2] };
  },
};
