import type { Comparator, Probe, StatusRange, TextTest } from '../../model/check.ts';
import type { CheckReader, Slot } from './check-reader.ts';
import { parseDuration } from './duration.ts';

type ProbeOf<K extends Probe['kind']> = Extract<Probe, { kind: K }>;

/** One grammar production per kind of probe; docs/format.md has the whole grammar. */
export const productions: { readonly [K in Probe['kind']]: (reader: CheckReader) => ProbeOf<K> } = {
  http,
  tcp,
  port,
  file,
  process: (reader) => {
    const name = reader.value('the name of a process');
    reader.keyword(['running']);
    return { kind: 'process', name };
  },
  service: (reader) => {
    const name = reader.value('the name of a service');
    return { kind: 'service', name, state: reader.keyword(['active', 'enabled']) };
  },
  command: (reader) => {
    const name = reader.value('the name of a command');
    reader.keyword(['exists']);
    return { kind: 'command', name };
  },
  k8s,
  fact: (reader) => ({ kind: 'fact', name: reader.slot(IDENT), ...comparison(reader) }),
};

/** `within` of a check, in milliseconds. */
export const DURATION: Slot<number> = {
  what: 'a duration from 1ms to 24h',
  example: '1m30s',
  fallback: 0,
  parse: parseDuration,
};

function http(reader: CheckReader): ProbeOf<'http'> {
  const method = reader.keyword(['GET', 'HEAD']);
  const url = reader.value('a URL');
  if (!reader.lastUnresolved() && !isWebAddress(url)) {
    const message = `The URL must start with http:// or https://. Found \`${url}\`.`;
    reader.refuse('check-bad-value', message, 'Write it like `http://127.0.0.1:8080/health`.');
  }
  let status: StatusRange | undefined;
  let text: TextTest | undefined;
  let insecure = false;
  const headers: string[] = [];
  while (reader.more()) {
    const option = reader.option(['status', 'header', 'insecure', 'contains', 'matches'], 'header');
    if (option === 'status') status = reader.slot(STATUS);
    else if (option === 'header') headers.push(header(reader));
    else if (option === 'insecure') insecure = true;
    else text = reader.text(option);
  }
  return { kind: 'http', method, url, headers, insecure, ...(status && { status }), ...(text && { text }) };
}

function header(reader: CheckReader): string {
  const line = reader.value('a header');
  // The syntax of RFC 9110, section 5.1. A line break could inject another header.
  if (!reader.lastUnresolved() && !/^[!#$%&'*+.^_`|~\w-]+:[^\r\n\0]*$/.test(line)) {
    const message = 'A header must be a name, a colon and a value on one line. This is not.';
    reader.refuse('check-bad-value', message, 'Write it like `header "Accept: application/json"`.');
  }
  return line;
}

function tcp(reader: CheckReader): ProbeOf<'tcp'> {
  const target = reader.slot(HOST_PORT);
  reader.keyword(['open']);
  return { kind: 'tcp', ...target };
}

function port(reader: CheckReader): ProbeOf<'port'> {
  const target = reader.slot(PORT);
  const expect = reader.keyword(['owner', 'free']);
  if (expect === 'free') return { kind: 'port', ...target, expect: { kind: 'free' } };
  return { kind: 'port', ...target, expect: { kind: 'owner', owner: reader.value("the owner's name") } };
}

function file(reader: CheckReader): ProbeOf<'file'> {
  const path = reader.value('a path');
  const what = reader.keyword(['exists', 'absent', 'contains', 'matches', 'mode', 'sha256']);
  switch (what) {
    case 'exists':
    case 'absent':
      return { kind: 'file', path, expect: { kind: what } };
    case 'contains':
    case 'matches':
      return { kind: 'file', path, expect: { kind: 'text', text: reader.text(what) } };
    case 'mode':
      return { kind: 'file', path, expect: { kind: 'mode', mode: reader.slot(OCTAL) } };
    case 'sha256':
      return { kind: 'file', path, expect: { kind: 'sha256', hex: reader.slot(SHA256) } };
  }
}

function k8s(reader: CheckReader): ProbeOf<'k8s'> {
  const object = reader.slot(OBJECT);
  const unresolved = reader.lastUnresolved();
  let namespace = 'default';
  let selector: string | undefined;
  let word = k8sWord(reader);
  for (; word === '-n' || word === '-l'; word = k8sWord(reader)) {
    if (word === '-n') namespace = reader.value('a namespace');
    else selector = labelSelector(reader, object.name !== undefined && !unresolved);
  }
  const found = { kind: 'k8s', ...object, namespace, ...(selector !== undefined && { selector }) } as const;
  if (word === 'condition') return { ...found, expect: condition(reader) };
  if (word === 'jsonpath')
    return { ...found, expect: { kind: word, path: reader.path(), ...comparison(reader) } };
  return { ...found, expect: { kind: word } };
}

function k8sWord(reader: CheckReader) {
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
    reader.refuse(
      'check-bad-value',
      `A condition type must not contain \`=\`. Found \`${type}\`.`,
      'Put spaces around the `=`.',
    );
  }
  return { kind: 'condition', type, value: reader.skip('=') ? reader.value('a status') : 'True' };
}

function comparison(reader: CheckReader): { comparator: Comparator; value: string } {
  const comparator = reader.keyword(['=', '!=', '<=', '>=', '<', '>']);
  const value = reader.value('a value to compare with', 'empty');
  const needsNumber = comparator !== '=' && comparator !== '!=';
  if (needsNumber && !reader.lastUnresolved() && !/^-?\d+(?:\.\d+)?$/.test(value)) {
    const message = `\`${comparator}\` needs a number. \`${value}\` is not a number.`;
    reader.refuse('check-bad-value', message, 'Write a number, or compare with `=` or `!=`.');
  }
  return { comparator, value };
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^/]/i.test(text) && URL.canParse(text);
}

const STATUS: Slot<StatusRange> = {
  what: 'an HTTP status',
  example: '200-299',
  fallback: { from: 200, to: 299 },
  parse: (text) => {
    const kind = /^([1-5])xx$/.exec(text);
    if (kind) return { from: Number(kind[1]) * 100, to: Number(kind[1]) * 100 + 99 };
    const codes = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(text);
    if (!codes) return undefined;
    const range = { from: Number(codes[1]), to: Number(codes[2] ?? codes[1]) };
    return range.from <= range.to ? range : undefined;
  },
};

const HOST_PORT: Slot<{ host: string; port: number }> = {
  what: 'a host and port',
  example: '127.0.0.1:443',
  fallback: { host: '', port: 0 },
  parse: (text) => {
    // An IPv6 address must be in brackets, as in a URL (RFC 3986, section 3.2.2).
    const parts = /^(?:\[([0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|([^:/[\]@\s]+)):(\d{1,5})$/.exec(text);
    const port = portNumber(parts?.[3]);
    return parts && port ? { host: parts[1] ?? parts[2]!, port } : undefined;
  },
};

const PORT: Slot<{ port: number; protocol: 'tcp' | 'udp' }> = {
  what: 'a port',
  example: '443 or 53/udp',
  fallback: { port: 0, protocol: 'tcp' },
  parse: (text) => {
    const parts = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(text);
    const port = portNumber(parts?.[1]);
    return port ? { port, protocol: parts?.[2] === 'udp' ? 'udp' : 'tcp' } : undefined;
  },
};

const OCTAL: Slot<number> = {
  what: 'an octal mode',
  example: '0644',
  fallback: 0,
  parse: (text) => (/^[0-7]{3,4}$/.test(text) ? Number.parseInt(text, 8) : undefined),
};

const SHA256: Slot<string> = {
  what: 'a SHA-256 of 64 hexadecimal digits',
  example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  fallback: '',
  parse: (text) => (/^[0-9A-Fa-f]{64}$/.test(text) ? text.toLowerCase() : undefined),
};

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

const IDENT: Slot<string> = {
  what: 'the name of a fact',
  example: 'egress_mbps',
  fallback: '',
  parse: (text) => (/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(text) ? text : undefined),
};

function portNumber(digits: string | undefined): number | undefined {
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? port : undefined;
}
