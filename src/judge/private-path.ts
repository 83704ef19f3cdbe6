/**
 * Whether a path of an object leads to a usual place of secrets, for any kind: environments, arguments, annotations.
 */
export function isPrivatePath(path: string): boolean {
  return /\b(?:env|annotations|args|command)\b/.test(path);
}
