import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { CountAttacks } from './test/attack/count-attacks.ts';
import { RecordClientResults } from './test/clients/support/record-results.ts';

const cluster = ['test/**/*.cluster.test.ts'];
const clients = ['test/clients/**/*.test.ts'];
const node = ['test/**/*.node.test.ts'];
const slow = ['test/**/*.slow.test.ts', 'test/boxes/**/*.test.ts'];

/** Starts programs of its own, or reads many documents: part of `npm test`, too slow for `npm run check`. */
const programs = [
  'test/{operations,mcp,execute,examples,attack,docs}/**',
  'test/observe/remote/**',
  'test/secrets/mask.test.ts',
  'test/markdown/{inline,scan.oracle}.test.ts',
  'test/cli/{docs,fleet}.test.ts',
  'test/{serve,notify}/**',
  'test/secrets/age-file.test.ts',
];

/** On a busy machine a program may start late. A test that fails three times in a row has found something. */
const retry = process.env.CI ? 2 : 0;

/** Vitest leaves one processor idle otherwise, which on two is half of the machine. */
const maxWorkers = availableParallelism();

/** A shell script is imported as its text, as the build does it. */
const shellText = {
  name: 'shell-text',
  enforce: 'pre',
  transform: (code: string, id: string) =>
    id.endsWith('.sh') ? { code: `export default ${JSON.stringify(code)}`, map: null } : undefined,
} as const;

/**
 * `quick` is what `npm run check` runs, and part of `fast`. `fast` is everything without containers; `slow` starts containers and
 * whole programs; `cluster` has a real API server; `node` has real pods and runs when the others have ended;
 * `clients` drives real coding agents; `measure` grades findings and guards on sets of real failures, and is run by name.
 */
export default defineConfig({
  test: {
    reporters: ['default', new CountAttacks(), new RecordClientResults()],
    projects: [
      {
        plugins: [shellText],
        test: {
          name: 'quick',
          retry,
          isolate: false,
          maxWorkers,
          include: ['test/**/*.test.ts'],
          exclude: [...slow, ...cluster, ...clients, ...node, ...programs],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [shellText],
        test: {
          name: 'fast',
          retry,
          maxWorkers,
          include: ['test/**/*.test.ts'],
          exclude: [...slow, ...cluster, ...clients, ...node, 'test/attack/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [shellText],
        test: {
          name: 'slow',
          retry,
          sequence: { groupOrder: 1 },
          include: slow,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          maxWorkers,
        },
      },
      {
        plugins: [shellText],
        test: {
          name: 'measure',
          include: ['test/**/*.measure.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        plugins: [shellText],
        test: {
          name: 'cluster',
          retry,
          sequence: { groupOrder: 2 },
          include: cluster,
          globalSetup: 'test/cluster/global-setup.ts',
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        plugins: [shellText],
        test: {
          name: 'clients',
          retry,
          include: clients,
          globalSetup: 'test/clients/support/global-setup.ts',
          testTimeout: 180_000,
          hookTimeout: 600_000,
        },
      },
      {
        plugins: [shellText],
        test: {
          name: 'node',
          retry,
          sequence: { groupOrder: 3 },
          include: node,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        // Attacks the built server through its own protocol.
        plugins: [shellText],
        test: {
          name: 'attack',
          retry,
          maxWorkers,
          include: ['test/attack/**/*.test.ts'],
          globalSetup: 'test/attack/build-once.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
