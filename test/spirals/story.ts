import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

const Hypothesis = z.strictObject({
  cause: z.string(),
  mechanism: z.string(),
  prediction: z.array(z.string()).min(1),
});

const Round = z.strictObject({
  step: z.string().optional(),
  run: z.string().optional(),
  verify: z.array(z.string()).optional(),
  /** Runs in the box before this round, without the engine, as an editor or another terminal would. */
  before: z.string().optional(),
  /** Sent along; its evidence is whatever `env_observe` answers right before the round. */
  hypothesis: Hypothesis.optional(),
});

const Story = z.strictObject({
  name: z.string(),
  /** How a spiral is disguised, or what makes a series honest. */
  kind: z.string(),
  setup: z.string().default(''),
  step: z.string().default('Start the app'),
  run: z.string().default(''),
  verify: z.array(z.string()).min(1),
  /** Values of `@NAME@` in every text, one a round; the rounds are as many as the longest list. */
  vary: z.record(z.string(), z.array(z.union([z.string(), z.number()]))).default({}),
  /** What a round has of its own. */
  rounds: z.array(Round).default([]),
});

type Given = z.infer<typeof Story>;

/** One call of `apply_step`, and what is done next to it. */
export interface StoryRound {
  readonly step: string;
  readonly run: string;
  readonly verify: readonly string[];
  readonly before?: string;
  readonly hypothesis?: z.infer<typeof Hypothesis>;
}

/** A series of attempts as an agent sends them. */
export interface Story {
  readonly name: string;
  readonly kind: string;
  readonly setup: string;
  readonly rounds: readonly StoryRound[];
}

/** All stories of a folder next to this file, in the order of files and lines. */
export function readStories(folder: 'disguised' | 'honest'): Story[] {
  const place = fileURLToPath(new URL(`${folder}/`, import.meta.url));
  const files = readdirSync(place).filter((file) => file.endsWith('.yaml'));
  return files.sort().flatMap((file) => {
    const given = z.array(Story).safeParse(parse(readFileSync(place + file, 'utf8')));
    if (!given.success) throw new Error(`${folder}/${file}: ${z.prettifyError(given.error)}`);
    return given.data.map(expand);
  });
}

function expand(given: Given): Story {
  const lengths = Object.values(given.vary).map((values) => values.length);
  const count = Math.max(given.rounds.length, ...lengths, 1);
  const rounds = Array.from({ length: count }, (_, index) => roundOf(given, index));
  return { name: given.name, kind: given.kind, setup: given.setup, rounds };
}

function roundOf(given: Given, index: number): StoryRound {
  const own = given.rounds[index] ?? given.rounds.at(-1) ?? {};
  const { step = given.step, run = given.run, verify = given.verify, ...rest } = own;
  const values = Object.entries(given.vary).map(
    ([name, list]) => [name, list[index] ?? list.at(-1)] as const,
  );
  const filled = JSON.stringify({ step, run, verify, ...rest }, (_, value) =>
    typeof value === 'string' ? fill(value, values) : value,
  );
  return JSON.parse(filled);
}

const fill = (text: string, values: readonly (readonly [string, unknown])[]) =>
  values.reduce((filled, [name, value]) => filled.replaceAll(`@${name}@`, String(value)), text);
