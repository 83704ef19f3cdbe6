/** Whether a path of an object leads to where people put secrets, whatever the kind: environments, arguments, annotations. */
export function isPrivatePath(path: string): boolean {
  return /\b(?:env|annotations|args|command)\b/.test(path);
}
