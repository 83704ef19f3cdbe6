import { describe, expect, test } from 'vitest';
import { readToolsets } from '../../src/mcp/tools/toolsets.ts';
import type { RunbookError } from '../../src/model/diagnostic.ts';

describe('--toolsets', () => {
  test.each([
    ['core', ['core']],
    ['boxes,core', ['core', 'boxes']],
    [' Core , boxes ', ['core', 'boxes']],
    ['all', ['core', 'boxes']],
  ])('%s', (text, toolsets) => {
    expect(readToolsets(text)).toEqual(toolsets);
  });

  test.each([
    ['boxs', 'Did you mean boxes?'],
    ['core,', 'Toolsets: core, boxes; or all.'],
    ['', 'Toolsets: core, boxes; or all.'],
    ['kubernetes', 'Toolsets: core, boxes; or all.'],
  ])('%j is refused with the nearest name', (text, remedy) => {
    expect.assertions(1);
    try {
      readToolsets(text);
    } catch (error) {
      expect((error as RunbookError).diagnostics[0]).toMatchObject({ code: 'unknown-toolset', remedy });
    }
  });
});
