const LONGEST_WORD = 200;

/** Caps the number of guesses per document: each guess compares the word with every candidate. */
const MAX_GUESSES = 100;

/** A memoizing, bounded `nearest` for the words of one document, so that the time grows linearly with the document. */
export function guesser(candidates: readonly string[]): (word: string) => string | undefined {
  const guesses = new Map<string, string | undefined>();
  return (word) => {
    if (!guesses.has(word) && guesses.size < MAX_GUESSES) guesses.set(word, nearest(word, candidates));
    return guesses.get(word);
  };
}

/**
 * The candidate that a misspelled word most likely means, or undefined if no candidate is similar. The measure is the
 * restricted Damerau–Levenshtein distance (insert, delete, replace, swap neighbors), ignoring case. The distance may
 * be at most a third of the longer word. Without a similar candidate, an abbreviation of at least four letters
 * (`GREET`) matches the only candidate that it is a prefix of. Overlong words get no suggestion.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const cutOff = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (Math.abs(word.length - candidate.length) > cutOff) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance <= cutOff && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? onlyLonger(wanted, candidates);
}

function onlyLonger(wanted: string, candidates: Iterable<string>): string | undefined {
  if (wanted.length < 4) return undefined;
  const longer = [...candidates].filter((each) => each.toLowerCase().startsWith(wanted));
  return longer.length === 1 ? longer[0] : undefined;
}

/** The number of insertions, deletions, replacements and swaps of neighbors that turn one word into the other. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, replaced);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, beforeLast[j - 2]! + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
