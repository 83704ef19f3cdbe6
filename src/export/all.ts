import type { Exporter } from './exporter.ts';

/** A format, as light as a verb: an exporter loads when it is chosen. */
interface ExporterRow {
  /** What it writes, for help. */
  readonly summary: string;
  readonly load: () => Promise<Exporter>;
}

/** One row for each format. */
export const EXPORTERS = {
  shell: {
    summary: 'one POSIX script that checks, skips and acts as a replay does',
    load: async () => (await import('./shell/export-shell.ts')).exportShell,
  },
} as const satisfies Readonly<Record<string, ExporterRow>>;
