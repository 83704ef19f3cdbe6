import type { Comparator } from '../../model/check.ts';
import type { ProbeOf } from '../../probes/probe-kind.ts';
import { compareVersions } from '../compare-versions.ts';
import type { Machine } from '../machine.ts';
import { tool } from '../remote/fragments.ts';
import { answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

type Expect = ProbeOf<'package'>['expect'];

/** The package managers of the box, in the order in which they are asked. Each prints a line for each installed instance. */
const MANAGERS = {
  dpkg: (name: string) => ['dpkg-query', ['-W', '-f', '${db:Status-Abbrev} ${Version}\\n', name]] as const,
  rpm: (name: string) => ['rpm', ['-q', '--qf', 'ii  %{VERSION}-%{RELEASE}\\n', name]] as const,
  apk: (name: string) => ['apk', ['info', '-v', '-e', name]] as const,
};

/** Whether a package is installed, and in which version. */
export const probePackage: EvaluateProbe<'package'> = async ({ name, expect }, _context, machine) => {
  const say = answers(wanted(name, expect));
  if (!isPackageName(name)) return say.unknown('name', `${name} is not the name of a package`);
  const version = await installedVersion(name, machine);
  if (version === undefined) return say.unknown('no-manager', 'no dpkg, rpm or apk of this box answers');
  if (version === null)
    return expect.kind === 'absent'
      ? say.pass('missing', `${name} is not installed`)
      : say.fail('missing', `${name} is not installed`);
  if (expect.kind === 'absent') return say.fail('installed', `${name} ${version} is installed`);
  if (expect.kind === 'installed' || holds(version, expect.comparator, expect.value))
    return say.pass('installed', `${name} ${version}`);
  return say.fail('version', `${name} ${version}, wanted ${expect.comparator} ${expect.value}`);
};

/** The newest installed version; null: not installed; undefined: no package manager answers. */
async function installedVersion(name: string, machine: Machine): Promise<string | null | undefined> {
  let answered = false;
  for (const [manager, command] of Object.entries(MANAGERS)) {
    const [file, args] = command(name);
    const answer = await machine.tool(file, args);
    // All three end with 1 if they do not have the package, and with another code if they fail.
    if (answer.kind !== 'exit' || answer.code > 1) continue;
    answered = true;
    const lines = answer.code === 0 ? answer.stdout.split('\n') : [];
    const versions = lines.flatMap((line) => versionIn(line, manager === 'apk' ? name : undefined) ?? []);
    const newest = versions.sort(compareVersions).at(-1);
    if (newest !== undefined) return newest;
  }
  return answered ? null : undefined;
}

/** `apk`: the name of the package, which apk puts in front of the version. */
function versionIn(line: string, apk: string | undefined): string | undefined {
  if (apk !== undefined) return line.startsWith(`${apk}-`) ? line.trim().slice(apk.length + 1) : undefined;
  const [status = '', version = ''] = line.trim().split(/\s+/);
  return /^[ih]i/.test(status) && version !== '' ? version : undefined;
}

function holds(version: string, comparator: Comparator, value: string): boolean {
  // A version without a revision means the version of the program: 1.22.1 is 1.22.1-9.
  const bare = value.includes('-') ? version : version.replace(/-[^-]*$/, '');
  const own = value.includes(':') ? bare : bare.replace(/^\d+:/, '');
  const order = compareVersions(own, value);
  const verdicts: Record<Comparator, boolean> = {
    '=': order === 0,
    '!=': order !== 0,
    '<': order < 0,
    '<=': order <= 0,
    '>': order > 0,
    '>=': order >= 0,
  };
  return verdicts[comparator];
}

function wanted(name: string, expect: Expect): string {
  return expect.kind === 'version'
    ? `package ${name} version ${expect.comparator} ${expect.value}`
    : `package ${name} ${expect.kind}`;
}

/** The names that dpkg, rpm and apk allow. */
function isPackageName(name: string): boolean {
  return /^[A-Za-z0-9][\w.+:-]{0,127}$/.test(name);
}

export const packageEvaluation: ProbeEvaluation<'package'> = {
  evaluate: probePackage,
  fragments: ({ name }) =>
    isPackageName(name)
      ? Object.values(MANAGERS).map((command) => {
          const [file, args] = command(name);
          return tool(file, args);
        })
      : [],
};
