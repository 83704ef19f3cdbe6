import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attemptEvidence } from '../../../src/judge/diagnose/attempt-evidence.ts';
import { diagnose } from '../../../src/judge/diagnose/diagnose.ts';
import type { DiagnosisInput } from '../../../src/judge/diagnose/diagnosis-input.ts';
import { RULES } from '../../../src/judge/diagnose/rules.ts';
import { clusterCases } from './cluster-cases.ts';
import { recordedFailures } from './recorded-failures.ts';

const failures = recordedFailures();

describe('the first finding is the correct one', () => {
  test.each(failures.map((each) => [`${each.file}: ${each.title}`, each] as const))(
    '%s',
    (_name, failure) => {
      const found = diagnose(failure.input);
      const founded = found.filter(({ code }) => code !== 'said');
      if (failure.expect.code === 'none') return expect(founded).toEqual([]);
      const first = found[0];
      expect(first, 'a finding').toBeDefined();
      expect({ code: first!.code, subject: first!.subject }).toEqual({
        code: failure.expect.code,
        subject: failure.expect.subject ?? first!.subject,
      });
      if (failure.expect.says) expect(`${first!.title} ${first!.remedy}`).toContain(failure.expect.says);
    },
  );
});

test('does not report similar failures', () => {
  for (const { input, not, title } of clusterCases()) {
    const codes = diagnose(input, 50).map(({ code }) => code);
    for (const code of not) expect(codes, title).not.toContain(code);
  }
});

test('names workloads in subjects of clusters, and no pods, whose names change', () => {
  for (const { input, objects, title } of clusterCases()) {
    const pods = objects.filter(({ kind, metadata }) => kind === 'Pod' && metadata?.ownerReferences);
    for (const { subject } of diagnose(input, 50)) {
      for (const { metadata } of pods) expect(subject ?? '', title).not.toContain(metadata!.name!);
    }
  }
});

test('ranks cluster findings after the finding of an unrelated failure', () => {
  const trouble = clusterCases().find(({ expect: { code } }) => code === 'image-credentials')!;
  const output = 'step.sh: line 1: caddyy: command not found';
  const [first, ...others] = diagnose({ ...trouble.input, output, end: { kind: 'exit', code: 127 } });
  expect(first).toMatchObject({ code: 'program-missing', subject: 'caddyy' });
  expect(others.map(({ code }) => code)).toContain('image-credentials');
});

test('explains a step that waits for a workload by the workload, not by its timeout', () => {
  const trouble = clusterCases().find(({ expect: { code } }) => code === 'image-credentials')!;
  const output = 'error: timed out waiting for the condition on deployments/flow';
  const step = { text: 'kubectl -n argo rollout status deployment/flow --timeout=60s' };
  const [first] = diagnose({ ...trouble.input, output, step, end: { kind: 'exit', code: 1 } });
  expect(first).toMatchObject({ code: 'image-credentials' });
});

test('cites evidence that exists in every finding', () => {
  for (const { input, title } of failures) {
    const findings = diagnose(input);
    const facts = [input.snapshot, input.before].flatMap((each) => Object.values(each?.facts ?? {}).flat());
    const known = [...attemptEvidence(input, findings), ...facts, ...(input.programs ?? [])];
    const ids = new Set(known.map(({ id }) => id));
    for (const { code, evidence } of findings) {
      expect(evidence.length, `${title}: ${code}`).toBeGreaterThan(0);
      for (const id of evidence) expect(ids, `${title}: ${code}`).toContain(id);
    }
  }
});

test('merges findings with the same code and subject, and ranks them in ascending order', () => {
  for (const { input } of failures) {
    const findings = diagnose(input, 50);
    const keys = findings.map(({ code, subject }) => `${code} ${subject}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(findings.map(({ rank }) => rank)).toEqual(findings.map(({ rank }) => rank).sort((a, b) => a - b));
  }
});

test('has a recorded case for every code', () => {
  const covered = new Set(failures.map(({ expect: { code } }) => code));
  const codes = [...new Set(RULES.map(({ code }) => code))];
  expect(codes.filter((code) => !covered.has(code))).toEqual([]);
});

test('puts no pid into subjects, so that fingerprints are stable', () => {
  for (const { input, title } of failures) {
    for (const { subject } of diagnose(input)) expect(subject ?? '', title).not.toMatch(/pid \d|4711|\bev-/);
  }
});

test('ignores noise before the failure', () => {
  const noise = Array.from(
    { length: 200 },
    (_, index) => `Get:${index} http://deb.debian.org/x [${index} kB]`,
  );
  const early = [
    'step.sh: line 1: jq: command not found',
    'cat: /etc/nope: No such file or directory',
    ...noise,
  ];
  const [first] = diagnose(failed([...early, 'listen tcp :443: bind: address already in use'].join('\n'), 1));
  expect(first).toMatchObject({ code: 'port-taken', subject: 'port 443' });
});

test('reports the last of two missing programs, which ended the script', () => {
  const [first] = diagnose(
    failed('x.sh: line 1: jq: command not found\nx.sh: line 2: caddy: command not found\n', 127),
  );
  expect(first?.subject).toBe('caddy');
});

/** The findings on a failure whose only words are in the log of a container. */
function containerLog(lines: readonly string[]) {
  const fact = {
    ...{ id: 'ev-pod', kind: 'pod-log', namespace: 'shop', name: 'web-1', workload: 'deployment shop/web' },
    ...{ container: 'web', previous: false, bytes: 100, lines },
  };
  const snapshot = { at: '', facts: { kubernetes: [fact] }, unavailable: [] };
  return diagnose({ attempt: 'a1', at: '', output: '', checks: [], snapshot } as unknown as DiagnosisInput);
}

describe('known lines', () => {
  const roleMissing = 'FATAL:  role "shop" does not exist';

  test('gives the words of a line only to the finding of the same line', () => {
    const pod = containerLog(['cat: /etc/app.conf: No such file or directory', roleMissing]);
    const missing = pod.filter(({ code }) => code === 'file-missing');
    expect(missing).toHaveLength(1);
    expect(missing[0]!.title).toContain('/etc/app.conf');
    expect(pod.some(({ title }) => /role "?shop/i.test(title))).toBe(true);
  });

  test('of a container say what to change there, not on this box', () => {
    const [found] = containerLog([roleMissing]);
    expect(found!.title).toContain('Container web of');
    expect(found!.remedy).toContain('kubectl -n shop logs web-1 -c web');
  });

  test('of a log count, however much the output says after it', () => {
    const output = Array.from({ length: 400 }, (_, index) => `progress ${index}`).join('\n');
    const logs = [{ path: 'app.log', first: 1, lines: [roleMissing] }];
    const findings = diagnose({ ...failed(output, 1), logs } as DiagnosisInput);
    expect(findings[0]?.title).toMatch(/shop.*app\.log:1/);
  });
});

test('explains a silent exit by the last command that its code fits', () => {
  const step = { text: 'grep -q a /etc/hosts\ntest -e /x\ngrep -q b /etc/hosts' };
  const [found] = diagnose({ ...failed('', 1), step });
  expect(found?.title).toContain('grep -q b');
});

test('reports nothing if nothing is known', () => {
  expect(diagnose(failed('', 1))).toEqual([]);
  expect(diagnose({ attempt: 'a1', at: '', output: '', checks: [] })).toEqual([]);
});

test('never throws, and bounds the number of findings', () => {
  const words = failures.flatMap(({ input }) => input.output.split(/\s+/)).filter((word) => word !== '');
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 80 }),
      fc.integer({ min: 0, max: 255 }),
      (parts, code) => {
        const findings = diagnose(failed(parts.join(' '), code));
        expect(findings.length).toBeLessThanOrEqual(5);
        for (const { title, remedy, subject } of findings) {
          expect(`${title}${remedy}${subject}`).not.toMatch(/\bundefined\b(?!$)/);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('stays fast on hostile output: megabytes of partial matches', () => {
  for (const unit of [
    'connect to ',
    'a',
    './',
    ': No such file or directory',
    'bind to 0.0.0.0:8',
    '"',
    'E: ',
    " '",
  ]) {
    const output = `${unit.repeat(Math.ceil(1000 / unit.length))}\n`.repeat(1000);
    const began = performance.now();
    diagnose(failed(output, 1));
    expect(performance.now() - began, unit).toBeLessThan(2_000);
  }
});

function failed(output: string, code: number): DiagnosisInput {
  return { attempt: 'a1', at: '2026-11-21T10:00:00.000Z', output, checks: [], end: { kind: 'exit', code } };
}
