import { expect, test } from 'vitest';
import type { Attempt } from '../../../src/loop/attempt.ts';
import { symptomOf } from '../../../src/operations/agent/save/symptom.ts';

const probe = {
  check: 'http GET http://127.0.0.1:8080/ contains "new"',
  verdict: 'fail' as const,
  class: 'text',
  observed: '12 bytes without the text',
  expected: 'a body that contains "new"',
};

const taken = {
  code: 'port-taken',
  title: 'Port 8080 is held by python3 (pid 4711), on 127.0.0.1.',
  evidence: [],
  remedy: '',
  cause: 'port' as const,
  rank: 1,
};

function failure(parts: Partial<Attempt>): Attempt {
  return { exitCode: 0, outputTail: '', checks: [probe], findings: [], ...parts } as Attempt;
}

test('is the error of a background process, even if the step itself exited with 0', () => {
  const outputTail = 'started\nOSError: [Errno 98] Address already in use\n';
  expect(symptomOf(failure({ outputTail }))).toBe('`Address already in use`');
});

test('is the finding if no program printed anything', () => {
  const outputTail =
    'Its Verify does not hold: 1 of 1 checks did not pass, such as: http GET http://127.0.0.1:8080/ contains "already"';
  expect(symptomOf(failure({ outputTail, findings: [taken] }))).toBe('`is held by python`');
});

test('is the output of a shell check', () => {
  const shell = {
    ...probe,
    form: 'x',
    observed: 'exit 1: psql: role "app" does not exist',
    expected: 'exit 0',
  };
  expect(symptomOf(failure({ checks: [shell] }))).toBe('`does not exist`');
});

test.each(['12 bytes without the text', 'HTTP 404, wanted 200-299', 'connection refused by 127.0.0.1:8080'])(
  'is never the text of a probe: %s',
  (observed) => {
    expect(symptomOf(failure({ checks: [{ ...probe, observed }] }))).toBe('');
  },
);

test.each([
  ['bash: line 1: etc/app.conf: No such file or directory', 'etc/app.conf: No such file or directory'],
  ["fatal: cannot change to 'repo': No such file or directory", "repo': No such file or directory"],
  ['cat: /tmp/x/project/a/key: No such file or directory', 'key: No such file or directory'],
  ['cat: /home/me/app/key: Permission denied', 'key: Permission denied'],
  ['cat: /etc/app/key: Permission denied', '/etc/app/key: Permission denied'],
  ["mkdir: cannot create directory 'data': File exists", "data': File exists"],
])('names the file of an error that every file can cause: %s', (outputTail, symptom) => {
  expect(symptomOf(failure({ exitCode: 1, outputTail, checks: [] }))).toBe(`\`${symptom}\``);
});
