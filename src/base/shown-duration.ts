/** Milliseconds for people: `340ms`, `12.3s`, `2m 05s`, `1h 02m`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  const tenths = Math.floor(ms / 100) / 10;
  if (tenths < 60) return `${tenths.toFixed(1)}s`;
  return clock(ms);
}

/** The same without fractions of a second, for text that is redrawn: `12s`, `2m 05s`. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${two(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
}

const two = (value: number) => String(value).padStart(2, '0');
