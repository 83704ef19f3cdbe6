import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPlainRecord, SCHEMA } from '../../src/journal/record-shape.ts';
import { JOURNAL_SCHEMA, JournalRecord } from '../../src/model/journal.ts';

const text = fc.string({ maxLength: 12 });
const texts = fc.array(text, { maxLength: 3 });
const seq = fc.integer({ min: 1, max: 2 ** 40 });
const base = { v: fc.constant(SCHEMA), seq, at: text, pass: text };
const process = fc.record({ fence: fc.nat(9), pid: fc.nat(), start: text, log: text });
const stepAction = { ...base, step: text, action: text, inputs: text };

const whole = fc.oneof(
  fc.record({ ...base, kind: fc.constant('pass-started'), version: text, document: text, box: text }),
  fc.record({ ...base, kind: fc.constant('pass-ended'), outcome: text }),
  fc.record({ ...stepAction, kind: fc.constant('started') }),
  fc.record({ ...stepAction, kind: fc.constant('failed'), reason: text }),
  fc.record({
    ...stepAction,
    kind: fc.constant('fix'),
    how: fc.constantFrom('reactive', 'in-pass'),
    problem: text,
  }),
  fc.record({ ...base, kind: fc.constant('undone'), step: text }),
  fc.record({ ...base, kind: fc.constant('renamed'), step: text, from: text }),
  fc.record({ ...base, kind: fc.constant('background'), step: text, process }),
  fc.record({
    ...stepAction,
    kind: fc.constant('confirmed'),
    how: fc.constantFrom('acted', 'found', 'accepted', 'restored'),
    ms: fc.nat(),
    title: text,
    undo: fc.array(fc.jsonValue(), { maxLength: 2 }),
    background: fc.array(process, { maxLength: 2 }),
    state: fc.record({ set: fc.dictionary(text, text), unset: texts, secret: texts, cwd: text }),
  }),
);

/** A record with one field, at any depth, removed or replaced by anything. */
const mutated = fc
  .tuple(whole, fc.nat(), fc.oneof(fc.jsonValue(), fc.constant(undefined)))
  .map(([record, where, value]) => {
    const copy = JSON.parse(JSON.stringify(record));
    const places: [Record<string, unknown>, string][] = [];
    const gather = (node: unknown) => {
      if (typeof node !== 'object' || node === null) return;
      for (const key of Object.keys(node)) {
        places.push([node as Record<string, unknown>, key]);
        gather((node as Record<string, unknown>)[key]);
      }
    };
    gather(copy);
    const [node, key] = places[where % places.length]!;
    if (value === undefined) delete node[key];
    else node[key] = value;
    return JSON.parse(JSON.stringify(copy)) as unknown;
  });

const judge = (value: unknown) => JournalRecord.safeParse(value).success;

it('knows every whole record, so that zod is not loaded for a sound journal', () => {
  fc.assert(
    fc.property(whole, (record) => isPlainRecord(JSON.parse(JSON.stringify(record))) && judge(record)),
  );
  expect(SCHEMA).toBe(JOURNAL_SCHEMA);
});

it('never takes what the schema refuses', () => {
  fc.assert(
    fc.property(fc.oneof(mutated, fc.jsonValue()), (value) => !isPlainRecord(value) || judge(value)),
    { numRuns: 3000 },
  );
});
