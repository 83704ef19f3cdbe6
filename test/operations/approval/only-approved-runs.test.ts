import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ShellAction } from '../../../src/model/action.ts';
import { Approved } from '../../../src/model/approved.ts';
import type { Box } from '../../../src/model/box.ts';
import { OwnProgram } from '../../../src/model/own-program.ts';
import type { ShellRequest } from '../../../src/model/shell.ts';
import { ApprovedClosure } from '../../../src/operations/approval/approved-closure.ts';
import type { performApply } from '../../../src/operations/pass/actions/apply-action.ts';
import type { performPatch } from '../../../src/operations/pass/actions/patch-action.ts';

const CODE = { interpreter: ['bash'], text: 'id\n' };
const HOW = { state: { variables: new Map() }, timeoutMs: 1, capture: false } as const;

/** Never called: the type check fails as soon as one of these lines compiles. */
export function cannotCompile(box: Box, action: ShellAction, approved: Approved<ShellAction>): void {
  // @ts-expect-error code of a document, as it was read
  void box.run({ ...HOW, code: CODE });
  // @ts-expect-error an action that is not approved
  void box.run({ ...HOW, code: action });
  // @ts-expect-error the form of a request before code had to be approved
  void box.run({ ...HOW, ...CODE });
  // @ts-expect-error the same on the terminal
  void box.interact({ ...HOW, code: CODE });
  // @ts-expect-error the same in the background
  void box.background({ ...HOW, code: CODE }, '/dev/null');
  // @ts-expect-error something that only looks approved
  void box.run({ ...HOW, code: { value: CODE } });
  // @ts-expect-error a copy of approved code with another text
  void box.run({ ...HOW, code: { ...approved, value: CODE } });
  // @ts-expect-error approved code cannot be replaced
  approved.value = action;
  // @ts-expect-error no one outside of the class makes approved code
  void new Approved(CODE);
  // @ts-expect-error a program of the engine must be made where its text is
  void box.exec({ run: ['sh', '-c', action.text] });
  // @ts-expect-error no one outside of the class makes a program of the engine
  void new OwnProgram({ run: 'id' });
  // @ts-expect-error no one outside of the class makes an approved closure
  void new ApprovedClosure({}, 'yes', '/');
  void box.run({ ...HOW, code: approved });
  void box.exec(OwnProgram.make({ run: 'id' }));
}

/** Objects of a cluster are changed for approved fences alone. */
export function clusterCannotCompile(apply: typeof performApply, patch: typeof performPatch): void {
  // @ts-expect-error an action that is not approved
  void apply({ kind: 'apply' }, {} as never);
  // @ts-expect-error an action that is not approved
  void patch({ kind: 'patch' }, {} as never);
}

test('a request without approved code cannot start anything even where types were evaded', () => {
  const forged = { ...HOW, code: Object.create(Approved.prototype) } as ShellRequest;
  expect(() => forged.code.value).toThrow(TypeError);
});

test('only an approved closure makes approved code, and no cast forges one', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((each) =>
    each.endsWith('.ts'),
  );
  const having = (pattern: RegExp) =>
    sources.filter((each) => pattern.test(readFileSync(join('src', each), 'utf8'))).sort();
  expect(having(/\bApproved\.make\b/)).toEqual(['operations/approval/approved-closure.ts']);
  expect(having(/\bApprovedClosure\.make\b/)).toEqual(['operations/approval/approve-closure.ts']);
  expect(having(/\bOwnProgram\.make\b/)).toEqual([
    'observe/remote/remote-observer.ts',
    'operations/chaos/inside-faults.ts',
    'operations/preflight/preflight.ts',
  ]);
  expect(
    having(/^(?!\s*(?:\/?\*|\/\/)).*\bas (?:Approved|ApprovedClosure|ShellRequest|OwnProgram)\b/m),
  ).toEqual([]);
});
