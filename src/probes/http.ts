import type { StatusRange, TextTest } from '../model/check.ts';
import type { CheckReader, Slot } from './line/check-reader.ts';
import { textLooser } from './looser.ts';
import type { ProbeKind, ProbeOf } from './probe-kind.ts';

export const http: ProbeKind<'http'> = {
  docs: {
    syntax:
      'GET|HEAD URL [status CODE] [header LINE] [insecure] [under TIME] [contains TEXT|matches /REGEX/]',
    summary: 'a web server answers with this status and text, in less than this time',
    agents: 'this box, and hosts that a person has listed; no credentials in the URL',
  },
  read,
  wait: () => ({ kind: 'again' }),
  reach: ({ url }) => ({ kind: 'url', url }),
  sendsText: true,
  subject: ({ url }) => `http ${url}`,
  looser,
  cannotFail: ({ status, text }) =>
    status && status.from <= 200 && status.to >= 599 && !text ? 'every answer is accepted' : undefined,
};

function read(reader: CheckReader): ProbeOf<'http'> {
  const method = reader.keyword(['GET', 'HEAD']);
  const url = reader.value('a URL');
  if (!reader.lastUnresolved() && !isWebAddress(url)) {
    const message = `The URL must start with http:// or https://. Found \`${url}\`.`;
    reader.refuse('check-bad-value', message, 'Write it like `http://127.0.0.1:8080/health`.');
  }
  let status: StatusRange | undefined;
  let text: TextTest | undefined;
  let insecure = false;
  let underMs: number | undefined;
  const headers: string[] = [];
  while (reader.more()) {
    const option = reader.option(['status', 'header', 'insecure', 'under', 'contains', 'matches'], 'header');
    if (option === 'status') status = reader.slot(STATUS);
    else if (option === 'header') headers.push(header(reader));
    else if (option === 'insecure') insecure = true;
    else if (option === 'under') underMs = reader.slot(UNDER);
    else text = reader.text(option);
  }
  return {
    kind: 'http',
    method,
    url,
    headers,
    insecure,
    ...(status && { status }),
    ...(text && { text }),
    ...(underMs && { underMs }),
  };
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^/]/i.test(text) && URL.canParse(text);
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

/** How long an answer may take. */
const UNDER: Slot<number> = {
  what: 'a time from 1ms to 60s',
  example: '500ms',
  fallback: 0,
  parse: (text) => {
    const parts = /^(\d{1,5})(ms|s)$/.exec(text);
    const ms = Number(parts?.[1]) * (parts?.[2] === 's' ? 1000 : 1);
    return ms >= 1 && ms <= 60_000 ? ms : undefined;
  },
};

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

const ANY_SUCCESS = { from: 200, to: 299 };

function looser(old: ProbeOf<'http'>, now: ProbeOf<'http'>): readonly string[] {
  const [was, is] = [old.status ?? ANY_SUCCESS, now.status ?? ANY_SUCCESS];
  return [
    ...(is.from < was.from || is.to > was.to
      ? [`status ${was.from}-${was.to} became ${is.from}-${is.to}`]
      : []),
    ...textLooser(old.text, now.text),
    ...((old.underMs ?? Infinity) < (now.underMs ?? Infinity) ? ['it may take longer'] : []),
    ...(now.insecure && !old.insecure ? ['the certificate is no longer checked'] : []),
    ...(old.method === 'GET' && now.method === 'HEAD' ? ['GET became HEAD'] : []),
    ...(old.headers.join('\n') === now.headers.join('\n') ? [] : ['different headers are sent']),
  ];
}
