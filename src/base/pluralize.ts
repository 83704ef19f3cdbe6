/** `1 step`, `2 steps`; `several` where an s is not enough: `2 boxes`. */
export function pluralize(number: number, noun: string, several = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : several}`;
}
