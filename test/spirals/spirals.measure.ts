import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { openSandbox, type Sandbox, type ShownAttempt, sandboxMissing } from '../failures/sandbox.ts';
import { readStories, type Story, type StoryRound } from './story.ts';

const OUT = fileURLToPath(new URL('../../node_modules/.cache/failures/', import.meta.url));
/** By this round a spiral has to be stopped. */
const BY_ROUND = 3;

interface Told {
  readonly story: Story;
  readonly statuses: readonly string[];
  /** What the guard said, where one refused. */
  readonly reason?: string;
  readonly broken?: string;
}

const told: Record<'disguised' | 'honest', Told[]> = { disguised: [], honest: [] };
const unable = sandboxMissing();
if (unable) console.error(`SKIPPED, all of test/spirals: ${unable}`);

describe.skipIf(unable)('what guards let pass', () => {
  mkdirSync(OUT, { recursive: true });
  rmSync(`${OUT}spirals.jsonl`, { force: true });

  for (const folder of ['disguised', 'honest'] as const)
    for (const story of readStories(folder))
      test.concurrent(`${folder} ${story.name}`, async () => {
        const one = await tell(story);
        told[folder].push(one);
        appendFileSync(`${OUT}spirals.jsonl`, `${JSON.stringify(one)}\n`);
        expect(one.broken).toBeUndefined();
      });

  afterAll(() => {
    const table = render();
    writeFileSync(`${OUT}spirals.json`, JSON.stringify(told, null, 1));
    writeFileSync(`${OUT}spirals.md`, table);
    console.log(`\n${table}\n`);
    const { disguised, honest } = told;
    const stopped = disguised.filter(isStopped).length;
    if (disguised.length > 0)
      expect(stopped / disguised.length, 'share stopped').toBeGreaterThanOrEqual(0.95);
    expect(honest.filter(isStopped).length, 'honest held up').toBeLessThanOrEqual(2);
  });
});

/** Plays the rounds until one is refused; a round of an honest series may fail, of a spiral it must. */
async function tell(story: Story): Promise<Told> {
  const statuses: string[] = [];
  let sandbox: Sandbox | undefined;
  try {
    sandbox = await openSandbox(story.setup);
    for (const round of story.rounds.slice(0, BY_ROUND + 3)) {
      if (round.before) await sandbox.beside(`cd /srv/app\n${round.before}`);
      const attempt = await play(sandbox, round);
      statuses.push(attempt.status);
      if (attempt.status === 'refused') return { story, statuses, reason: reasonOf(attempt) };
    }
    return { story, statuses };
  } catch (error) {
    return { story, statuses, broken: error instanceof Error ? error.message : String(error) };
  } finally {
    await sandbox?.close();
  }
}

async function play(sandbox: Sandbox, { step, run, verify, hypothesis }: StoryRound): Promise<ShownAttempt> {
  const draft = { title: step, run, verify: verify.join('\n') };
  if (!hypothesis) return sandbox.apply({ draft });
  return sandbox.apply({ draft, hypothesis: { ...hypothesis, evidence: await sandbox.evidence() } });
}

const reasonOf = ({ guard }: ShownAttempt) => (guard ? `${guard.code}: ${guard.reason}` : 'refused');

const isStopped = ({ statuses }: Told) => statuses.slice(0, BY_ROUND).includes('refused');

function render(): string {
  const { disguised, honest } = told;
  const stopped = disguised.filter(isStopped);
  const heldUp = honest.filter(({ statuses }) => statuses.includes('refused'));
  return [
    `Disguised spirals stopped by round ${BY_ROUND}: ${stopped.length} of ${disguised.length}`,
    ...byKind(disguised, isStopped),
    ...disguised
      .filter((one) => !isStopped(one))
      .map((one) => `- not stopped: ${one.story.name} (${one.broken ?? one.statuses.join(', ')})`),
    '',
    `Honest series held up: ${heldUp.length} of ${honest.length}`,
    ...heldUp.map((one) => `- held up: ${one.story.name} (${one.statuses.join(', ')}): ${one.reason}`),
    ...honest.filter(({ broken }) => broken).map((one) => `- broken: ${one.story.name}: ${one.broken}`),
  ].join('\n');
}

function byKind(some: readonly Told[], counts: (one: Told) => boolean): string[] {
  const kinds = [...new Set(some.map(({ story }) => story.kind))].sort();
  return kinds.map((kind) => {
    const of = some.filter(({ story }) => story.kind === kind);
    return `  ${kind}: ${of.filter(counts).length} of ${of.length}`;
  });
}
