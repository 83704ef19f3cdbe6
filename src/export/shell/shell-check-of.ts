import { shellQuote } from '../../base/shell-quote.ts';
import type { ProbeCheck, TextTest } from '../../model/check.ts';
import type { Runbook } from '../../model/runbook.ts';
import type { IsReference } from './words.ts';
import { word } from './words.ts';

/** A check as a call of a function of scripts/checks.sh, or why it cannot be one. */
export type ProbeCommand = { readonly command: string } | { readonly reason: string };

/** Kinds whose readiness kubectl can wait for. */
const ROLLED_OUT = /^(?:deploy|deployments?|sts|statefulsets?|ds|daemonsets?)(?:\.|$)/;
const CONDITION: readonly (readonly [RegExp, string])[] = [
  [/^(?:po|pods?)(?:\.|$)/, 'Ready'],
  [/^(?:no|nodes?)(?:\.|$)/, 'Ready'],
  [/^jobs?(?:\.|$)/, 'Complete'],
  [/^(?:crds?|customresourcedefinitions?)(?:\.|$)/, 'Established'],
];

/** Converts one typed check for a POSIX shell. */
export function shellCheckOf(
  check: ProbeCheck,
  facts: Runbook['facts'],
  isReference: IsReference,
  path: (text: string) => string,
): ProbeCommand {
  const found = commandOf(check, facts, { q: (text) => word(text, isReference), pathOf: path });
  return 'command' in found && check.not ? { command: `not ${found.command}` } : found;
}

function commandOf(
  { probe, tokens, not, text }: ProbeCheck,
  facts: Runbook['facts'],
  { q, pathOf }: Record<'q' | 'pathOf', (text: string) => string>,
): ProbeCommand {
  const call = (...words: string[]): ProbeCommand => ({ command: words.join(' ') });
  // A number that is known only on the box is 0 in the probe; its token has the reference.
  const numberAt = (position: number) => tokens[position + (not ? 1 : 0)] ?? '';
  switch (probe.kind) {
    case 'http': {
      if (/\bstatus \S*\$\{/.test(text)) return { reason: 'its status is known only on the box' };
      const status = probe.status ?? { from: 200, to: 299 };
      const test = textWords(probe.text, q);
      if ('reason' in test) return test;
      const limit = probe.underMs === undefined ? '10' : String(probe.underMs / 1000);
      const options = [
        ...(probe.method === 'HEAD' ? ['--head'] : []),
        ...(probe.insecure ? ['--insecure'] : []),
        ...probe.headers.flatMap((header) => ['--header', q(header)]),
      ];
      return call(
        'http_answers',
        q(probe.url),
        `${status.from}`,
        `${status.to}`,
        limit,
        test.words,
        ...options,
      );
    }
    case 'tcp': {
      const address = numberAt(1);
      const colon = address.lastIndexOf(':');
      return call(
        'tcp_open',
        q(address.slice(0, colon).replace(/^\[(.*)\]$/, '$1')),
        q(address.slice(colon + 1)),
      );
    }
    case 'port': {
      const [port = '', protocol = 'tcp'] = numberAt(1).split('/');
      const owner = probe.expect.kind === 'owner' ? [q(probe.expect.owner)] : [];
      return call(`port_${probe.expect.kind}`, protocol, q(port), ...owner);
    }
    case 'listening': {
      const [port = '', protocol = 'tcp'] = numberAt(1).split('/');
      return call('listening_on', protocol, q(port), q(probe.address));
    }
    case 'file': {
      const { expect } = probe;
      const path = pathOf(probe.path);
      switch (expect.kind) {
        case 'exists':
        case 'absent':
          return call(`file_${expect.kind}`, path);
        case 'text': {
          const test = textWords(expect.text, q);
          return 'reason' in test ? test : call('file_text', path, test.words);
        }
        case 'mode':
          return call('file_status', path, '%a', '=', expect.mode.toString(8));
        case 'owner':
          return call('file_status', path, '%U', '=', q(expect.owner));
        case 'group':
          return call('file_status', path, '%G', '=', q(expect.group));
        case 'sha256':
          return call('file_sha256', path, expect.hex);
        case 'size':
        case 'lines':
          if (/[^0-9]/.test(expect.value))
            return { reason: 'its size has a unit, which a script cannot read' };
          return call(`file_${expect.kind}`, path, shellQuote(expect.comparator), expect.value);
        case 'symlink':
          return call('file_symlink', path, ...(expect.target === undefined ? [] : [q(expect.target)]));
      }
      break;
    }
    case 'process':
      return call('process_running', q(probe.name));
    case 'service':
      return call('service_is', q(probe.name), probe.state);
    case 'command':
      return call('command_exists', q(probe.name));
    case 'package':
      if (probe.expect.kind === 'version')
        return { reason: 'a script cannot compare versions of every package manager' };
      return call(`package_${probe.expect.kind}`, q(probe.name));
    case 'user':
    case 'group': {
      const { expect } = probe;
      const fields = { uid: 'u', group: 'g', gid: '3', home: '6', shell: '7' } as const;
      const account = [probe.kind === 'user' ? 'passwd' : 'group', q(probe.name)];
      return expect.kind === 'exists' || expect.kind === 'absent'
        ? call(`account_${expect.kind}`, ...account)
        : call('account_is', ...account, fields[expect.kind], q(expect.value));
    }
    case 'dns':
      return call('dns_resolves', q(probe.name), ...(probe.address === undefined ? [] : [q(probe.address)]));
    case 'mount':
      if (probe.expect.kind === 'option') return { reason: 'options of mounts have no portable form' };
      return call(
        'mount_is',
        q(probe.path),
        probe.expect.kind,
        ...('value' in probe.expect ? [q(probe.expect.value)] : []),
      );
    case 'sysctl':
      return call('sysctl_is', q(probe.key), shellQuote(probe.comparator), q(probe.value));
    case 'interface':
      return call(
        'interface_has',
        q(probe.name),
        ...('value' in probe.expect ? [q(probe.expect.value)] : []),
      );
    case 'k8s':
      return kubernetesCommand(probe, q);
    case 'fact': {
      const recorded = facts.find(({ name }) => name === probe.name)?.value ?? '';
      return call('compare', shellQuote(recorded), shellQuote(probe.comparator), q(probe.value));
    }
    case 'cert':
    case 'container':
    case 'timer':
      return { reason: `the program that reads a ${probe.kind} is not on every box` };
    case 'json':
    case 'yaml':
    case 'ini':
      return { reason: `POSIX has no program that reads ${probe.kind}` };
  }
  return { reason: 'this form of check has no counterpart' };
}

function kubernetesCommand(
  probe: Extract<ProbeCheck['probe'], { kind: 'k8s' }>,
  q: (text: string) => string,
): ProbeCommand {
  const named = probe.name === undefined ? q(probe.resource) : q(`${probe.resource}/${probe.name}`);
  const selector = probe.selector === undefined ? '' : ` --selector ${q(probe.selector)}`;
  const object = `${named} --namespace ${q(probe.namespace)}${selector}`;
  const { expect } = probe;
  switch (expect.kind) {
    case 'exists':
    case 'absent':
      return { command: `kube_${expect.kind} ${object}` };
    case 'succeeded':
      return /^jobs?(?:\.|$)/.test(probe.resource)
        ? { command: `kube_condition Complete=True ${object}` }
        : { reason: 'kubectl knows only of Jobs how they end' };
    case 'condition':
      return { command: `kube_condition ${q(`${expect.type}=${expect.value}`)} ${object}` };
    case 'jsonpath':
      return {
        command: `kube_value ${q(expect.path)} ${shellQuote(expect.comparator)} ${q(expect.value)} ${object}`,
      };
    case 'ready': {
      if (ROLLED_OUT.test(probe.resource)) return { command: `kube_rolled_out ${object}` };
      const condition = CONDITION.find(([kind]) => kind.test(probe.resource))?.[1];
      return condition
        ? { command: `kube_condition ${condition}=True ${object}` }
        : { reason: `kubectl has no word for when ${probe.resource} is ready` };
    }
  }
}

/** `contains TEXT`, `matches REGEX`, or nothing, as two words. */
function textWords(
  test: TextTest | undefined,
  q: (text: string) => string,
): { readonly words: string } | { readonly reason: string } {
  if (test === undefined) return { words: "any ''" };
  if (test.kind === 'contains') return { words: `contains ${q(test.value)}` };
  // The part of RE2 that POSIX extended expressions share, and which means the same line by line.
  if (/\\[A-Za-z0-9]|\(\?|[*+?}]\?|[\^$]|\n/.test(test.pattern.replaceAll(/\[\^/g, '[')))
    return { reason: `grep cannot match /${test.pattern}/ as runbook does` };
  return { words: `${test.ignoreCase ? 'imatches' : 'matches'} ${shellQuote(test.pattern)}` };
}
