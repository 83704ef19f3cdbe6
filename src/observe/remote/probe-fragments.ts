import { resolve } from 'node:path';
import type { ProbeContext } from '../../model/box.ts';
import type { Probe } from '../../model/check.ts';
import { commandPaths } from '../probes/command.ts';
import { trustPaths } from '../probes/trust.ts';
import { isServiceName, PROPERTIES, unitName } from '../services.ts';
import { each, INIT_SCRIPTS, NAT, PROCESSES, SOCKETS, SYSTEMD, tool } from './fragments.ts';
import { quoted } from './quoted.ts';
import { textKey } from './recorded-machine.ts';

/**
 * What a probe's asker reads, as pieces of script; none: nothing of the machine's files.
 * @throws NotGathered for a name that cannot be asked
 */
export function probeFragments(probe: Probe, context: ProbeContext): readonly string[] {
  switch (probe.kind) {
    case 'file':
      return filePieces(probe, resolve(context.folder, probe.path));
    case 'command':
      return [each('c', commandPaths(probe, context))];
    case 'port':
      return [PROCESSES, SOCKETS, NAT];
    case 'process':
      return [PROCESSES];
    case 'service':
      return isServiceName(probe.name) ? servicePieces(probe.name) : [SYSTEMD];
    case 'http':
      return probe.url.startsWith('https:') && !probe.insecure ? [each('r', trustPaths(context.env))] : [];
    case 'tcp':
    case 'k8s':
    case 'fact':
      return [];
  }
}

function filePieces({ expect }: Extract<Probe, { kind: 'file' }>, path: string): readonly string[] {
  const all = `s ${quoted(path)}`;
  if (expect.kind === 'sha256')
    return [all, `if [ -f ${quoted(path)} ]; then h sha256 .; sha256sum ${quoted(path)}; fi`];
  if (expect.kind !== 'text') return [all];
  const { text } = expect;
  // A line is looked for where the file is, and reaches grep by a pipe: it may hold a secret, and shows in no command line.
  return text.kind === 'contains' && text.value !== '' && !/[\n\0]/.test(text.value)
    ? [all, `g ${textKey(path, text.value)} ${quoted(path)} ${quoted(text.value)}`]
    : [all, `r ${quoted(path)}`];
}

function servicePieces(name: string): readonly string[] {
  const script = `/etc/init.d/${name}`;
  return [
    SYSTEMD,
    PROCESSES,
    INIT_SCRIPTS,
    `if [ -d /run/systemd/system ]; then ${tool('systemctl', ['show', `--property=${PROPERTIES}`, '--', unitName(name)])}
elif [ -x ${quoted(script)} ]; then ${tool(script, ['status'])}
else h missing ${quoted(`${script} status`)}; fi`,
  ];
}
