import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createQuestions, isShownWhole } from '../../src/mcp/approval/questions.ts';
import { readingTime } from '../../src/operations/approval/reading-time.ts';
import { type ClientOptions, clients, type TestClient } from './support/clients.ts';
import { rawServer } from './support/raw-server.ts';
import { standIn } from './support/stand-in.ts';

const server = standIn();
/** A server of a person who has not said that answers may come at once. */
const careful = () => server.command({ person: join(server.folder, 'careful') });
const script = 'apt-get install -y caddy';

/** A person who takes a moment to read, as people do. */
const slowly = (answer: { action: string; content?: Record<string, unknown> }) => async () => {
  await new Promise((resolve) => setTimeout(resolve, 800));
  return answer;
};

/** The answers that a form offers, in either way to write them. */
function choicesOf(form: { requestedSchema?: unknown } | undefined): string[] {
  const schema = form!.requestedSchema as { properties: { answer: Record<string, unknown> } };
  const { answer } = schema.properties;
  const { oneOf } = answer as { oneOf?: { const: string }[] };
  return oneOf ? oneOf.map((each) => each.const) : (answer.enum as string[]);
}

test('the minimum reading time grows with the text, up to a limit', () => {
  expect([0, 300, 4_096].map(readingTime)).toEqual([700, 1_300, 5_000]);
  const yes = { action: 'accept', content: { answer: 'project' } } as const;
  const after = (afterMs: number, characters: number) =>
    createQuestions().answered('k', yes, { afterMs, characters });
  expect([after(699, 0), after(700, 0), after(4_999, 4_096), after(5_000, 4_096)]).toEqual([
    'too-fast',
    'project',
    'too-fast',
    'project',
  ]);
});

test('a dialog is used only for a script that it shows whole: wide characters and long lines count as they are drawn', () => {
  const request = { key: 'k', what: 'a new step', box: 'vm', lease: false };
  const shown = (dialog: Parameters<typeof isShownWhole>[1], script: string) =>
    isShownWhole({ ...request, script }, dialog);
  const lines = (count: number, line: string) => Array(count).fill(line).join('\n');
  expect([shown('whole', 'x'.repeat(4_096)), shown('whole', 'x'.repeat(4_097))]).toEqual([true, false]);
  expect([shown('screen', lines(16, 'ls')), shown('screen', lines(17, 'ls'))]).toEqual([true, false]);
  expect([shown('screen', lines(5, 'x'.repeat(80))), shown('screen', lines(6, 'x'.repeat(80)))]).toEqual([
    true,
    false,
  ]);
  expect([shown('fields', lines(16, 'x'.repeat(66))), shown('fields', lines(17, 'ls'))]).toEqual([
    true,
    false,
  ]);
  expect([shown('fields', lines(8, '寫'.repeat(34))), shown('fields', lines(9, '寫'.repeat(34)))]).toEqual([
    true,
    false,
  ]);
});

describe.each(clients)('approval through a client of $name', ({ name, open }) => {
  let client: TestClient;
  let person: NonNullable<ClientOptions['person']>;
  let keys = 0;
  const call = (args: Record<string, unknown>) =>
    client.call('ask', { key: `key-${++keys}`, script, ...args });
  beforeAll(async () => {
    client = await open(server.command(), { shared: true, person: (form) => person(form) });
  });
  afterAll(() => client.close());

  test('shows the box and the script, and no text of the model', async () => {
    const forms: { message: string; requestedSchema?: unknown }[] = [];
    person = async (form) => {
      forms.push(form);
      return { action: 'accept', content: { answer: 'once' } };
    };
    const { structuredContent } = await call({ script: `${script}\u202e\u001b[2J` });
    expect(structuredContent).toEqual({ answer: 'once' });
    expect(forms).toHaveLength(1);
    expect(forms[0]?.message).toBe('An agent asks to run a new step on test-box.');
    expect(forms[0]?.requestedSchema).toMatchObject({
      properties: { answer: { description: `${script}\\u{202e}\\u{1b}[2J` } },
    });
    expect(choicesOf(forms[0])).toEqual(['once', 'project', 'lease', 'no']);
  });

  test('offers no lease where leases are not allowed', async () => {
    const forms: { message: string; requestedSchema?: unknown }[] = [];
    person = async (form) => {
      forms.push(form);
      return { action: 'accept', content: { answer: 'lease' } };
    };
    await call({ lease: false });
    expect(choicesOf(forms[0])).toEqual(['once', 'project', 'no']);
  });

  test.each([
    ['a choice', { action: 'accept', content: { answer: 'lease' } }, 'lease'],
    ['a no in the form', { action: 'accept', content: { answer: 'no' } }, 'no'],
    ['nothing in an accepted form', { action: 'accept', content: {} }, 'nobody-asked'],
    ['a word that was not offered', { action: 'accept', content: { answer: 'always' } }, 'nobody-asked'],
    ['a decline at once', { action: 'decline' }, 'nobody-asked'],
    ['a dismissed form', { action: 'cancel' }, 'nobody-asked'],
  ])('%s', async (_, response, answer) => {
    person = async () => response;
    expect((await call({})).structuredContent).toEqual({ answer });
  });

  test('a served page is offered by its address, once, and going there approves nothing', async () => {
    const url = 'http://127.0.0.1:7421/approvals/abc';
    const offers: { mode?: string; url?: string; message: string }[] = [];
    const browsing = await open(server.command(), {
      urls: true,
      person: async (offer) => {
        offers.push(offer);
        return { action: 'accept' };
      },
    });
    const asked = () =>
      browsing.call('ask', { key: 'page', script, url }).then((each) => each.structuredContent);
    expect(await asked()).toEqual({ answer: 'on-page' });
    expect(offers).toMatchObject([{ mode: 'url', url }]);
    expect(JSON.stringify(offers)).not.toMatch(/code|token/);
    const again = await browsing.call('ask', { key: 'page', script, url, isRepeated: true });
    expect(again.structuredContent).toEqual({ answer: 'on-page' });
    expect(offers).toHaveLength(1);
  });

  test('a client without pages is asked by a form', async () => {
    person = async () => ({ action: 'accept', content: { answer: 'once' } });
    const { structuredContent } = await call({ url: 'http://127.0.0.1:7421/approvals/abc' });
    expect(structuredContent).toEqual({ answer: 'once' });
  });

  test('an instant yes does not count and is asked again; a later one counts', async () => {
    let asked = 0;
    let wait = 0;
    const client = await open(careful(), {
      person: async () => {
        asked++;
        await new Promise((resolve) => setTimeout(resolve, wait));
        return { action: 'accept', content: { answer: 'once' } };
      },
    });
    const again = () => client.call('ask', { key: 'same', script }).then((each) => each.structuredContent);
    expect(await again()).toEqual({ answer: 'too-fast' });
    wait = readingTime(script.length) + 50;
    expect(await again()).toEqual({ answer: 'once' });
    wait = 0;
    for (const _ of [1, 2, 3]) expect(await again()).toEqual({ answer: 'too-fast' });
    // A program that answers is not asked for ever.
    expect(asked).toBe(4);
  });

  test('a yes counts for one call; the next call asks again', async () => {
    let asked = 0;
    person = async () => {
      asked++;
      return { action: 'accept', content: { answer: 'once' } };
    };
    for (const _ of [1, 2]) await call({ key: 'twice' });
    expect(asked).toBe(2);
  });

  // Since 2026-07-28 the client holds the question, and calls when it has the answer.
  test.runIf(name === 'SDK 1.x')(
    'an answer that comes after its call was given up counts in the next call',
    async () => {
      let asked = 0;
      const patient = await open(careful(), {
        person: async () => {
          asked += 1;
          await new Promise((resolve) => setTimeout(resolve, 2_000));
          return { action: 'accept', content: { answer: 'once' } };
        },
      });
      const ask = (options = {}) => patient.call('ask', { key: 'late', script }, options);
      await expect(ask({ timeout: 300 })).rejects.toThrow(/timed out/i);
      await expect
        .poll(async () => (await ask()).structuredContent, { timeout: 10_000 })
        .toEqual({ answer: 'once' });
      expect(asked).toBe(1);
    },
  );

  test('a decline after the reading time is a no', async () => {
    person = slowly({ action: 'decline' });
    expect((await call({})).structuredContent).toEqual({ answer: 'no' });
  });

  test('never asks the same question twice', async () => {
    let asked = 0;
    person = async () => {
      asked++;
      return { action: 'decline' };
    };
    for (const _ of [1, 2, 3]) await call({ key: 'same' });
    expect(asked).toBe(1);
    await call({ key: 'other' });
    expect(asked).toBe(2);
  });

  test('does not ask if the client has no form or the script is too long for it', async () => {
    const mute = await open(server.command());
    expect((await mute.call('ask', { key: 'k', script })).structuredContent).toEqual({
      answer: 'nobody-asked',
    });
    person = () => Promise.reject(new Error('no one should be asked'));
    const long = await call({ script: 'x'.repeat(4_097) });
    expect(long.structuredContent).toEqual({ answer: 'nobody-asked' });
  });

  test('a client error while asking counts as not asked', async () => {
    if (name === 'SDK 2.x') return; // This client fails the whole call before the server receives it.
    person = () => Promise.reject(new Error('no window'));
    expect((await call({})).structuredContent).toEqual({ answer: 'nobody-asked' });
  });
});

describe('a question in revision 2026-07-28', () => {
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
  };
  const accept = { approval: { action: 'accept', content: { answer: 'once' } } };
  const asking = (id: number, key: string, more: object = {}) => ({
    id,
    method: 'tools/call',
    params: { name: 'ask', arguments: { key, script }, _meta: envelope, ...more },
  });

  test('survives a restart of the server between question and answer', async () => {
    const first = await rawServer(server.command());
    const question = await first.ask(asking(1, 'k'));
    expect(question.result).toMatchObject({ resultType: 'input_required' });
    await first.end();
    const second = await rawServer(server.command());
    const { requestState } = question.result;
    const answered = await second.ask(asking(2, 'k', { requestState, inputResponses: accept }));
    expect(answered.result.structuredContent).toEqual({ answer: 'once' });
  });

  test('accepts an answer only for its own script and with genuine state', async () => {
    const { ask } = await rawServer(server.command());
    const { requestState } = (await ask(asking(1, 'k'))).result;
    const other = await ask(asking(2, 'another', { requestState, inputResponses: accept }));
    expect(other.result).toMatchObject({ resultType: 'input_required' });
    const forged = await ask(asking(3, 'k', { requestState: `${requestState}x`, inputResponses: accept }));
    expect(forged.error).toMatchObject({ code: -32602 });
    const unasked = await ask(asking(4, 'fresh', { inputResponses: accept }));
    expect(unasked.result).toMatchObject({ resultType: 'input_required' });
  });
});
