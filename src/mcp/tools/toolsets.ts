import { nearest } from '../../base/nearest.ts';
import { EXIT, runbookError } from '../../model/diagnostic.ts';
import { TOOLSETS, type Toolset } from '../../operations/agent/tool.ts';

/**
 * Parses `--toolsets core,boxes`; `all` means every toolset.
 *
 * @throws RunbookError (exit 64) for an unknown one: a server without half of its tools would be hard to notice.
 */
export function readToolsets(text: string): readonly Toolset[] {
  const words = text.split(',').map((word) => word.trim().toLowerCase());
  if (words.length === 1 && words[0] === 'all') return TOOLSETS;
  const chosen = new Set(words.map(toolset));
  return TOOLSETS.filter((each) => chosen.has(each));
}

function toolset(word: string): Toolset {
  const found = TOOLSETS.find((each) => each === word);
  if (found) return found;
  const near = nearest(word, TOOLSETS);
  throw runbookError(
    {
      code: 'unknown-toolset',
      message: `--toolsets must name existing toolsets. ${JSON.stringify(word)} does not exist.`,
      remedy: near ? `Did you mean ${near}?` : `Toolsets: ${TOOLSETS.join(', ')}; or all.`,
    },
    EXIT.usage,
  );
}
