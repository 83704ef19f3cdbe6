/** `1 step`, `2 steps`. Pass `several` for irregular plurals: `2 boxes`. */
export function pluralize(number: number, noun: string, several = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : several}`;
}
