import fc from 'fast-check';
import { expect, test } from 'vitest';
import { liveScreen } from '../../../src/cli/render/progress/live-screen.ts';
import { screen } from './screen.ts';

const line = fc.stringMatching(/^[a-z ]{0,19}$/).map((text) => text.trimEnd());
const drawing = fc.record({
  staying: fc.array(line, { maxLength: 12 }),
  frame: fc.array(line, { minLength: 1, maxLength: 7 }),
});

test('after any drawing the screen contains exactly the permanent lines', () => {
  fc.assert(
    fc.property(fc.array(drawing), (drawings) => {
      const seen = screen(20, 8);
      const live = liveScreen({ write: seen.write, columns: 20, rows: 8, on() {}, off() {} });
      for (const { staying, frame } of drawings) live.draw(staying, frame);
      live.close();
      expect(seen.lines()).toEqual([...drawings.flatMap((each) => each.staying), '']);
      expect(seen.cursorShown()).toBe(true);
    }),
  );
});

test('draws the frame below the lines and hides the cursor', () => {
  const seen = screen(20, 8);
  const live = liveScreen({ write: seen.write, columns: 20, rows: 8, on() {}, off() {} });
  live.draw(['one'], ['busy', 'footer']);
  live.draw(['two'], ['busier', 'footer']);
  expect(seen.lines()).toEqual(['one', 'two', 'busier', 'footer', '']);
  expect(seen.cursorShown()).toBe(false);
});
