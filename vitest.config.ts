import { defineConfig } from 'vitest/config';

const slow = ['test/**/*.slow.test.ts', 'test/boxes/**/*.test.ts'];

/** `fast` is what runs at every save; `slow` starts containers and whole programs, one file at a time. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'fast', include: ['test/**/*.test.ts'], exclude: slow, testTimeout: 30_000 } },
      {
        test: {
          name: 'slow',
          include: slow,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
