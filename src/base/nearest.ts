const LONGEST_WORD = 200;

/** Words for which a guess is made in one document: each is compared with every candidate, and who misspelt more looks himself. */
const MOST_GUESSES = 100;

/** `nearest` for the words of one document, however many they are and however often each comes: time stays in proportion. */
export function guesser(candidates: readonly string[]): (word: string) => string | undefined {
  const guesses = new Map<string, string | undefined>();
  return (word) => {
    if (!guesses.has(word) && guesses.size < MOST_GUESSES) guesses.set(word, nearest(word, candidates));
    return guesses.get(word);
  };
}

/**
 * The candidate that a misspelt word most likely means, or undefined where none is near.
 *
 * Distance is the restricted Damerau–Levenshtein one (insert, delete, replace, swap neighbours), without
 * regard to case. Near means at most a third of the longer word, so that unrelated words suggest nothing. Where none is
 * near, a word cut short (`GREET`, four letters at least) means the only candidate that begins with it. A word longer than any
 * that somebody types means nothing.
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

/** Insertions, deletions, replacements and swaps of neighbours that make one of the other. */
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
