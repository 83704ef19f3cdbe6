/** No person reads a question and answers it within this time, in milliseconds, however short it is. */
export const FASTEST_PERSON_MS = 700;

/** Twenty times as fast as people read: who only skims a script may say yes. */
const MS_PER_CHARACTER = 2;

/** However long a text is, a yes counts after this time, in milliseconds. */
const LONGEST_READING_MS = 5_000;

/** Milliseconds that a person needs at least to read so many characters and answer. */
export function readingTime(characters: number): number {
  return Math.min(LONGEST_READING_MS, FASTEST_PERSON_MS + MS_PER_CHARACTER * characters);
}
