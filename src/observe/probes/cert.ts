import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { ProbeContext } from '../../model/box.ts';
import type { Verdict } from '../../model/check.ts';
import type { ProbeOf } from '../../probes/probe-kind.ts';
import type { Machine } from '../machine.ts';
import { quoted } from '../remote/quoted.ts';
import { type Answers, answers } from './answers.ts';
import { secure } from './http.ts';
import { networkError, requestLimit } from './network-errors.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';
import { dial } from './tcp.ts';

const HOUR_MS = 3_600_000;

type Server = Extract<ProbeOf<'cert'>['source'], { kind: 'server' }>;

/** Reads a certificate from a server or a file. Whether an authority signed it is not asked: `http` does that. */
const probeCert: EvaluateProbe<'cert'> = async (probe, { folder, signal }, machine) => {
  const { source, hours, name } = probe;
  const where = source.kind === 'file' ? resolve(folder, source.path) : `${source.host}:${source.port}`;
  const wanted = `valid for ${hours % 24 === 0 ? `${hours / 24}d` : `${hours}h`}`;
  const say = answers(`the certificate of ${where} ${wanted}${name === undefined ? '' : ` for ${name}`}`);
  const found =
    source.kind === 'file'
      ? inFile(where, machine, say)
      : await ofServer(source, name ?? source.host, { machine, signal, say });
  return found instanceof X509Certificate ? judge(found, probe, machine.now, say) : found;
};

function inFile(path: string, machine: Machine, say: Answers): X509Certificate | Verdict {
  const reading = machine.read(path);
  if (reading.kind === 'denied') return say.unknown('permission', `no permission to read ${path}`);
  if (reading.kind === 'gone') return say.fail('missing', `${path} is missing`);
  try {
    return new X509Certificate(reading.value);
  } catch {
    return say.fail('no-certificate', `${path} does not begin with a certificate`);
  }
}

async function ofServer(
  { host, port }: Server,
  name: string,
  { machine, signal, say }: { machine: Machine; signal: ProbeContext['signal']; say: Answers },
): Promise<X509Certificate | Verdict> {
  const limit = requestLimit(signal);
  try {
    const socket = await dial(machine, host, port, limit);
    const secured = await secure(socket, name, { rejectUnauthorized: false }, limit);
    const found = secured.getPeerX509Certificate();
    secured.destroy();
    return found ?? say.fail('no-certificate', 'the server sent no certificate');
  } catch (error) {
    const failure = networkError(limit.aborted ? limit.reason : error);
    return say[failure.verdict](failure.class, failure.what);
  }
}

function judge(
  certificate: X509Certificate,
  { hours, name }: ProbeOf<'cert'>,
  now: Date,
  say: Answers,
): Verdict {
  const { validFrom, validTo, subjectAltName } = certificate;
  if (Date.parse(validFrom) > now.getTime()) return say.fail('not-yet', `valid from ${validFrom}`);
  const left = Date.parse(validTo) - now.getTime();
  if (left < 0) return say.fail('expired', `expired on ${validTo}`);
  const isFor = name === undefined || (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name));
  if (!isFor) return say.fail('name', `it is for ${subjectAltName ?? certificate.subject}`);
  return say[left >= hours * HOUR_MS ? 'pass' : 'fail']('expires', `expires on ${validTo}`);
}

export const certEvaluation: ProbeEvaluation<'cert'> = {
  evaluate: probeCert,
  fragments: ({ source }, { folder }) =>
    source.kind === 'file' ? [`r ${quoted(resolve(folder, source.path))}`] : [],
};
