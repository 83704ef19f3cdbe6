/** The port of `--http` where none is named: one address that clients can be given once. */
export const USUAL_PORT = 7420;

/** `runbook mcp --http` means the usual port; the command's parser knows no flag whose value may be left out. */
export function withPort(argv: readonly string[]): readonly string[] {
  if (!argv.includes('mcp')) return argv;
  return argv.map((word, index) =>
    word === '--http' && !/^\d+$/.test(argv[index + 1] ?? '') ? `--http=${USUAL_PORT}` : word,
  );
}
