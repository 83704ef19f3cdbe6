/** The default port of `--http`: a fixed address for the configuration of clients. */
export const DEFAULT_PORT = 7420;

/** `runbook mcp --http` means the default port. The command's parser does not support optional values. */
export function withPort(argv: readonly string[]): readonly string[] {
  if (!argv.includes('mcp')) return argv;
  return argv.map((word, index) =>
    word === '--http' && !/^\d+$/.test(argv[index + 1] ?? '') ? `--http=${DEFAULT_PORT}` : word,
  );
}
