/** A port from 1 to 65535; undefined for anything else. */
export function parsePort(digits: string | undefined): number | undefined {
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? port : undefined;
}
