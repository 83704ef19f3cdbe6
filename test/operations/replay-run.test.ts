import { spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RunEvent } from '../../src/model/outcome.ts';
import { runbook, scenario } from '../support/scenario.ts';

const fence = (text: string, info = 'bash') => `~~~${info}\n${text}\n~~~\n`;
const check = (lines: string) => `\nVerify:\n\n~~~check\n${lines}\n~~~\n`;
const INPUTS =
  '## Inputs\n\n| Name | Kind | Required | Default | What for |\n| --- | --- | --- | --- | --- |\n';

describe('a failure reports what a person needs', () => {
  test('output tail, exit code, place and how to continue', async () => {
    const scene = await scenario(runbook({ one: fence('echo before; echo "it broke" >&2; exit 7') }));
    const told = await scene.replay();
    expect(told.report.steps[0].outcome).toMatchObject({
      kind: 'failed',
      failure: { kind: 'exit', exitCode: 7, outputTail: 'before\nit broke', place: { line: 11 } },
    });
    expect(told.report.next).toContain('continues from "one"');
  });

  test.each([
    ['- In a list:\n\n  ~~~bash\n  if true; then\n    false\n  fi\n  ~~~'],
    ['~~~console\n$ true\ntold\n$ false\n~~~'],
    ['~~~bash\nx=1\nf() {\n  false\n}\nf\n~~~'],
  ])('the place is that of the failed command: %j', async (body) => {
    const scene = await scenario(runbook({ one: body }));
    const { failure } = (await scene.replay()).report.steps[0].outcome;
    const line = (await scene.read('AUTODOCK.md')).split('\n')[failure.place.line - 1]!;
    expect(line.slice(failure.place.column - 1)).toBe('false');
  });

  test('the failed check, observed against expected', async () => {
    const scene = await scenario(
      runbook({ one: fence('echo a > f') + check('file f contains "b"\nfile f exists') }),
    );
    const { failure } = (await scene.replay()).report.steps[0].outcome;
    expect(failure.kind).toBe('checks');
    expect(failure.checks.map((each: { verdict: string }) => each.verdict)).toEqual(['fail', 'pass']);
    expect(failure.message).toContain('file f contains "b"');
  });

  test('a non-zero exit fails the step even if its Verify would pass', async () => {
    const scene = await scenario(runbook({ one: fence('touch f; false') + check('file f exists') }));
    expect((await scene.replay()).exit).toBe(1);
  });
});

describe('the ordinary explanation', () => {
  test('reports a missing program and what to do', async () => {
    const scene = await scenario(runbook({ one: fence('mkdri -p www') }));
    const { failure } = (await scene.replay()).report.steps[0].outcome;
    expect(failure.findings[0]).toMatchObject({ code: 'program-missing' });
    expect(failure.findings[0].title).toContain('mkdri');
  });

  test('what a program wrote only into its log is read', async () => {
    const program = 'echo "nginx: [emerg] no \\"events\\" section in configuration" >server.log; false';
    const scene = await scenario(
      runbook({ one: fence(`${program} || exit 0`) + check('file ready exists') }),
    );
    const { failure } = (await scene.replay()).report.steps[0].outcome;
    expect(failure.findings[0].title).toMatch(/no section events \(server\.log:1\)/);
  });

  test('a link that leads nowhere is named by the link', async () => {
    const scene = await scenario(
      runbook({ one: fence('ln -s "$PWD/v41" current; cat "$PWD/current/VERSION"') }),
    );
    const { failure } = (await scene.replay()).report.steps[0].outcome;
    expect(failure.findings[0].title).toMatch(/current is a link to \S+v41, which does not exist/);
  });
});

describe('verify and drift say why a check fails', () => {
  test('a server answers 404: who it is', async () => {
    const server = createServer((_, answer) => answer.writeHead(200).end()).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
    const scene = await scenario(runbook({ one: fence('true') + check(`http GET ${url}`) }));
    expect((await scene.replay()).exit).toBe(0);
    server.removeAllListeners('request');
    server.on('request', (_, answer) => answer.writeHead(404).end());
    const { report } = await scene.run('verify');
    expect(report.steps[0].findings[0].title).toMatch(/answers HTTP 404 to GET \//);
    const drifted = (await scene.run('drift')).report.findings.find(
      (each: { kind: string }) => each.kind === 'failing',
    );
    expect(drifted.cause).toMatch(/answers HTTP 404 to GET \//);
  });
});

describe('waiting', () => {
  test('waits for a check only until it passes', async () => {
    const scene = await scenario(
      runbook({
        one: fence('(sleep 0.3; touch late) >/dev/null 2>&1 &') + check('file late exists within 20s'),
      }),
    );
    const told = await scene.replay();
    expect(told.exit).toBe(0);
    const { waitedMs } = told.report.steps[0].outcome.checks[0];
    expect(waitedMs).toBeGreaterThan(100);
    expect(waitedMs).toBeLessThan(10_000);
  });

  test('evaluates all checks again at the end, because one may fail by then', async () => {
    const scene = await scenario(
      runbook({
        one:
          fence('touch early; (sleep 0.3; rm early; touch late) >/dev/null 2>&1 &') +
          check('file early exists within 5s\nfile late exists within 20s'),
      }),
    );
    expect((await scene.replay()).exit).toBe(1);
  });

  test('a timeout kills the whole process group and reports it', async () => {
    const scene = await scenario(
      runbook({ one: fence('sleep 300 & sleep 300', 'bash {"timeout":"300ms"}') }),
    );
    const told = await scene.replay();
    expect(told.report.steps[0].outcome.failure).toMatchObject({ kind: 'timeout' });
  });

  test('a stop ends the fence, and the next pass repeats it as interrupted', async () => {
    const scene = await scenario(
      runbook({
        one: fence(
          'test -e second && again=1; touch second; echo one >> log; [ -n "${again:-}" ] || sleep 300',
        ),
      }),
    );
    const stop = new AbortController();
    const pass = scene.replay({}, { signal: stop.signal });
    while ((await scene.ran()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    const told = await pass;
    expect(told.exit).toBe(130);
    expect(told.report.summary).toMatchObject({ outcome: 'aborted', failed: 0, interrupted: 1 });
    expect((await scene.replay()).story).toEqual(['one: acted interrupted']);
  });
});

describe('several at once', () => {
  const three = {
    a: `Needs: none\n\n${fence('echo a >> log; while [ ! -e b ]; do sleep 0.02; done')}`,
    b: `Needs: none\n\n${fence('echo b >> log; touch b')}`,
    c: `Needs: a, b\n\n${fence('echo c >> log')}`,
  };

  test('--jobs 2 runs independent steps in parallel, and their dependents after them', async () => {
    const scene = await scenario(runbook(three));
    expect((await scene.replay({ jobs: 2 })).exit).toBe(0);
    expect((await scene.ran()).at(-1)).toBe('c');
  });

  test('--keep-going skips only what depends on the failed step', async () => {
    const scene = await scenario(
      runbook({
        a: `Needs: none\n\n${fence('exit 1')}`,
        b: `Needs: a\n\n${fence('echo b >> log')}`,
        c: `Needs: none\n\n${fence('echo c >> log')}`,
      }),
    );
    const told = await scene.replay({ keepGoing: true });
    expect(told.exit).toBe(1);
    expect(told.story).toEqual(['a: failed exit', 'b: not-reached', 'c: acted new']);
  });

  test('a second replay on the same box reports who holds the lock', async () => {
    const scene = await scenario(
      runbook({ one: fence('touch started; while [ ! -e go ]; do sleep 0.02; done') }),
    );
    const first = scene.replay();
    while ((await scene.read('started').catch(() => undefined)) === undefined)
      await new Promise((resolve) => setTimeout(resolve, 10));
    const second = await scene.replay();
    expect(second.exit).toBe(3);
    expect(second.diagnostics[0]?.message).toContain(String(process.pid));
    await scene.write('go', '');
    expect((await first).exit).toBe(0);
  });
});

describe('which process answers a check', () => {
  /** A stranger that answers on a port, and a step that starts a server there. */
  async function taken(verify: (port: number) => string, start: (port: number) => string) {
    const stranger = createServer((_, response) => response.end('Hello from a stranger'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void stranger.close());
    const { port } = stranger.address() as { port: number };
    const scene = await scenario(
      runbook({ serve: fence(start(port), 'bash {"background":"true"}') + check(verify(port)) }),
    );
    // While the stranger still has the port: a server that starts late would take it, and stay.
    onTestFinished(async () => {
      await scene.run('undo', { yes: true });
      await execa('pkill', ['-f', `listen[(]${port}`], { reject: false });
    });
    return { port, scene };
  }
  const server = (port: number) =>
    `exec node -e 'require("http").createServer((q, r) => r.end("Hello")).listen(${port}, "127.0.0.1")'`;

  test('an answer of another process on the port does not pass the check, and that process is named', async () => {
    const { port, scene } = await taken(
      (port) => `http GET http://127.0.0.1:${port}/ contains "Hello"`,
      server,
    );
    const { exit, report } = await scene.replay();
    expect(exit).toBe(1);
    const { failure } = report.steps[0].outcome;
    expect(failure.checks[0]).toMatchObject({
      verdict: 'fail',
      observed: `answered by node (pid ${process.pid}), which listened on port ${port} before this step acted`,
    });
    expect(failure.findings[0]).toMatchObject({
      code: 'port-taken',
      title: `Port ${port} is held by node (pid ${process.pid}), on 127.0.0.1.`,
    });
  });

  test('names that process even if the server prints nothing about it', async () => {
    const { port, scene } = await taken(
      (port) => `tcp 127.0.0.1:${port} open`,
      () => 'exec sleep 300',
    );
    const { failure } = (await scene.replay()).report.steps[0].outcome;
    expect(failure.findings[0]).toMatchObject({
      code: 'port-taken',
      title: expect.stringContaining(`Port ${port} is held by node`),
    });
  });

  test('a step that declares the owner of a port may use an existing service', async () => {
    const { scene } = await taken(
      (port) => `port ${port} owner node\ntcp 127.0.0.1:${port} open`,
      () => 'exec sleep 300',
    );
    expect((await scene.replay()).exit).toBe(0);
  });
});

describe('files, background, interactive', () => {
  test('writes a file only if it differs, atomically, with its mode', async () => {
    const scene = await scenario(
      runbook({ one: '~~~text {"file":"deep/er/f","mode":"0640"}\nhello\n~~~\n' }),
    );
    await scene.replay();
    expect(await scene.read('deep/er/f')).toBe('hello\n');
    expect((await scene.replay()).story).toEqual(['one: skipped confirmed']);
  });

  test('a file with a secret is readable only by its owner', async () => {
    const scene = await scenario(
      runbook(
        { one: '~~~text {"file":"conf"}\nkey=${TOKEN}\n~~~\n' },
        `${INPUTS}| TOKEN | secret | yes | | x |\n`,
      ),
      { env: { TOKEN: 'correct-horse-battery' } },
    );
    expect((await scene.replay()).exit).toBe(0);
    const { statSync } = await import('node:fs');
    expect(statSync(scene.path('conf')).mode & 0o777).toBe(0o600);
    expect(await scene.read('conf')).toBe('key=correct-horse-battery\n');
  });

  test('a background process outlives the pass, serves as its own check, and is ended by undo', async () => {
    const scene = await scenario(
      runbook({ one: fence('echo started >> log; exec sleep 300', 'bash {"background":"true"}') }),
    );
    expect((await scene.replay()).exit).toBe(0);
    expect((await scene.replay()).story).toEqual(['one: skipped confirmed']);
    expect((await scene.run('undo', { yes: true })).report.undone).toMatchObject([{ id: 'one' }]);
    expect((await scene.replay()).story).toEqual(['one: acted new']);
    await scene.run('undo', { yes: true });
  });

  test('a background process that dies ends the wait, and its output triggers the matching Fix', async () => {
    const dies = fence(
      '[ -e fixed ] || { echo "Address already in use, dying"; exit 1; }\nexec sleep 300',
      'bash {"background":"true"}',
    );
    const problem = `## Problems\n\n### Taken\n\nSymptom: \`Address already in use\`\n\nFix:\n\n${fence('touch fixed')}\nVerify:\n\n~~~check\nfile fixed exists\n~~~\n`;
    const scene = await scenario(runbook({ one: dies + check('file fixed exists within 60s') }, problem));
    const began = Date.now();
    const told = await scene.replay();
    expect(told.exit).toBe(0);
    expect(Date.now() - began).toBeLessThan(50_000);
    expect(told.events.filter((each: RunEvent) => each.type === 'fix-started')).toHaveLength(1);
    await scene.run('undo', { yes: true });
  }, 120_000);

  test('keeps the output of a background process, unless it could contain a secret', async () => {
    const loud =
      fence('echo "my token is $TOKEN"; touch said; exec sleep 300', 'bash {"background":"true"}') +
      check('file said exists within 20s');
    const open = await scenario(runbook({ one: loud }), { env: { TOKEN: 'correct-horse-battery' } });
    await open.replay();
    expect(await open.read('.runbook/logs/one.1.log')).toContain('my token is');
    await open.run('undo', { yes: true });

    const closed = await scenario(runbook({ one: loud }, `${INPUTS}| TOKEN | secret | yes | | x |\n`), {
      env: { TOKEN: 'correct-horse-battery' },
    });
    expect((await closed.replay()).exit).toBe(0);
    await closed.run('undo', { yes: true });
    expect(spawnSync('grep', ['-rl', 'correct-horse', closed.path('..')], { encoding: 'utf8' }).stdout).toBe(
      '',
    );
  });

  test('an interactive fence without a terminal needs a person, and nothing of the step runs', async () => {
    const scene = await scenario(
      runbook({ one: fence('echo ran >> log', 'bash {"interactive":"true"}'), two: fence('true') }),
    );
    const told = await scene.replay();
    expect(told.exit).toBe(3);
    expect(told.report.summary).toMatchObject({ outcome: 'person', failed: 0, person: 1, notReached: 1 });
    const [one, two] = told.report.steps;
    expect(one.outcome).toMatchObject({
      kind: 'person',
      failure: { kind: 'interactive', place: { line: 11 } },
    });
    expect(one.outcome.failure.remedy).toMatch(/in a terminal/);
    expect(two.outcome.because).toBe('an earlier step needs a person');
    expect(told.report.next).toBe(
      'Run it in a terminal; it continues from "one": runbook replay AUTODOCK.md',
    );
    expect(await scene.ran()).toEqual([]);
    const others = await scene.replay({ keepGoing: true });
    expect(others.report.steps[1].outcome.because).toBe('"one" needs a person');
  });
});

describe('When', () => {
  test('the step applies only if its check passes', async () => {
    const scene = await scenario(
      runbook({
        one: `When:\n\n~~~check\nfile here exists\n~~~\n\n${fence('echo one >> log')}`,
        two: fence('echo two >> log'),
      }),
    );
    expect((await scene.replay()).story).toEqual(['one: skipped not-applicable', 'two: acted new']);
    await scene.write('here', '');
    expect((await scene.replay()).story).toEqual(['one: acted new', 'two: skipped confirmed']);
  });
});

describe('undo', () => {
  test('undoes backwards, only what ran here, with the recorded text if the step was edited', async () => {
    const undo = (name: string) => `\nUndo:\n\n${fence(`echo undo-${name} >> log`)}`;
    const text = runbook({
      found: fence('false') + check('file there exists') + undo('found'),
      one: fence('true') + undo('one'),
      two: fence('true') + undo('two'),
      none: fence('true'),
    });
    const scene = await scenario(text, { files: { there: '' } });
    await scene.replay();
    await scene.write(
      'AUTODOCK.md',
      text.replace(
        '~~~bash\ntrue\n~~~\n\nUndo:\n\n~~~bash\necho undo-one',
        '~~~bash\ntrue edited\n~~~\n\nUndo:\n\n~~~bash\necho new-undo-one',
      ),
    );
    const told = await scene.run('undo', { yes: true });
    expect(await scene.ran()).toEqual(['undo-two', 'undo-one']);
    expect(told.report).toMatchObject({ withoutUndo: ['none'] });
  });

  test('undoes a repeated step at its place in the document, and a removed one last', async () => {
    const undo = (name: string) => `${fence('true')}\nUndo:\n\n${fence(`echo undo-${name} >> log`)}`;
    const steps = { one: undo('one'), two: undo('two'), gone: undo('gone'), three: undo('three') };
    const scene = await scenario(runbook(steps));
    await scene.replay();
    await scene.replay({ only: 'one', force: true });
    const { gone: _, ...rest } = steps;
    await scene.write('AUTODOCK.md', runbook(rest));
    await scene.run('undo', { yes: true });
    expect(await scene.ran()).toEqual(['undo-three', 'undo-gone', 'undo-two', 'undo-one']);
  });

  test('an Undo may end its own background process; a remaining one is ended after it', async () => {
    const serve = fence('echo $$ > pid; exec sleep 299.5', 'bash {"background":"true"}');
    const scene = await scenario(
      runbook({
        one: `${serve}${check('file pid exists within 20s')}\nUndo:\n\n${fence('kill $(cat pid) && echo ended >> log')}`,
      }),
    );
    await scene.replay();
    expect((await scene.run('undo', { yes: true })).exit).toBe(0);
    expect(await scene.ran()).toEqual(['ended']);
  });

  test('stops at the first failure', async () => {
    const text = runbook({
      one: `${fence('true')}\nUndo:\n\n${fence('echo undo-one >> log')}`,
      two: `${fence('true')}\nUndo:\n\n${fence('echo broken; exit 3')}`,
    });
    const scene = await scenario(text);
    await scene.replay();
    const told = await scene.run('undo', { yes: true });
    expect(told.exit).toBe(1);
    const two = text.slice(0, text.indexOf('echo broken')).split('\n').length - 1;
    expect(told.report.failed).toMatchObject({
      id: 'two',
      outputTail: 'broken',
      place: { file: 'AUTODOCK.md', line: two, column: 1 },
      remedy: expect.stringMatching(/edit this Undo, and run the same command again/),
    });
    expect(await scene.ran()).toEqual([]);
    await scene.write('AUTODOCK.md', text.replace('echo broken; exit 3', 'echo undo-two >> log'));
    await scene.run('undo', { yes: true });
    expect(await scene.ran()).toEqual(['undo-two', 'undo-one']);
  });

  test('with a recorded text says that an edit does not change it', async () => {
    const scene = await scenario(runbook({ one: `${fence('true')}\nUndo:\n\n${fence('exit 3')}` }));
    await scene.replay();
    await scene.write('AUTODOCK.md', runbook({ one: fence('true edited') }));
    const { failed } = (await scene.run('undo', { yes: true })).report;
    expect(failed).toMatchObject({ id: 'one', place: { line: 9 } });
    expect(failed.remedy).toMatch(/recorded when the step ran, so editing the document does not change it/);
  });

  test('is not reported as the rest of the last pass', async () => {
    const scene = await scenario(runbook({ one: fence('true'), two: fence('false') }));
    await scene.replay();
    const resumed = ({ events }: Awaited<ReturnType<typeof scene.run>>) =>
      events.flatMap((event) => (event.type === 'pass-started' ? [event.resumed] : []));
    expect(resumed(await scene.replay())).toEqual([true]);
    expect(resumed(await scene.run('undo', { yes: true }))).toEqual([false]);
  });
});

describe('verify and plan', () => {
  const text = runbook({
    good: fence('touch f') + check('file f exists'),
    shell: `${fence('true')}\nVerify:\n\n${fence('test -e f')}`,
    none: fence('true'),
  });

  test('verify evaluates every check and changes nothing', async () => {
    const scene = await scenario(text);
    await scene.replay();
    expect((await scene.run('verify', { yes: true })).exit).toBe(0);
    await rm(scene.path('f'));
    const told = await scene.run('verify', { yes: true });
    expect(told.exit).toBe(2);
    expect(told.report.steps.map((each: { verdict: string }) => each.verdict)).toEqual([
      'fail',
      'fail',
      'no-checks',
    ]);
  });

  test('verify of unapproved content runs no code: shell checks are unknown, exit 3', async () => {
    const scene = await scenario(text, { files: { f: '' } });
    const told = await scene.run('verify');
    expect(told.exit).toBe(3);
    expect(told.report.steps[1].checks[0].observed).toContain('not approved');
  });

  test('plan runs nothing, writes nothing, and says which check satisfies what', async () => {
    const scene = await scenario(text, { files: { f: '' } });
    const told = await scene.run('plan');
    expect(
      told.report.steps.map(
        (each: { id: string; would: string; reason: string }) => `${each.id} ${each.would} ${each.reason}`,
      ),
    ).toEqual(['good skip found', 'shell ask shell-checks', 'none act new']);
    expect(told.exit).toBe(0);
    await expect(readFile(scene.path('.runbook/.gitignore'))).rejects.toThrow();
  });

  test('a dry run is the plan, and emits nothing', async () => {
    const scene = await scenario(text);
    const told = await scene.run('replay', { dryRun: true });
    expect(told.report.plan.summary).toMatchObject({ act: 2, ask: 1 });
    expect(told.events.filter((each: RunEvent) => each.type === 'step-started')).toEqual([]);
    expect(await scene.ran()).toEqual([]);
  });
});

describe('facts', () => {
  test('an approval covers their values, and is handed on to what was measured', async () => {
    const scene = await scenario(runbook({ one: fence('true') }, table('41', '2020-01-01')));
    await scene.run('approve');
    expect((await scene.run('facts', { write: true })).exit).toBe(0);
    expect((await scene.run('replay')).exit).toBe(0);
    await scene.write('AUTODOCK.md', runbook({ one: fence('true') }, table('43', '2020-01-01')));
    expect((await scene.run('replay')).diagnostics[0]?.code).toBe('not-approved');
  });

  const table = (value: string, date: string) =>
    `## Facts\n\n| Fact | Value | Unit | Measured with | On | Why it matters |\n| --- | --- | --- | --- | --- | --- |\n| answer | ${value} | | \`echo 42\` | ${date} | x |\n`;

  test('measured, compared, and written into their own cells', async () => {
    const scene = await scenario(runbook({ one: fence('true') }, table('41', '2020-01-01')));
    const told = await scene.run('facts', { yes: true });
    expect(told.exit).toBe(2);
    expect(told.report.facts[0]).toMatchObject({
      name: 'answer',
      recorded: '41',
      measured: '42',
      verdict: 'changed',
    });
    expect((await scene.run('facts', { yes: true, write: true })).exit).toBe(0);
    const today = new Date().toISOString().slice(0, 10);
    expect(await scene.read('AUTODOCK.md')).toBe(runbook({ one: fence('true') }, table('42', today)));
    expect((await scene.run('facts', { yes: true })).exit).toBe(0);
  });
});
