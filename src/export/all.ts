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
  helm: {
    summary: 'a Helm chart of the objects that the document applies',
    load: async () => (await import('./helm/export-helm.ts')).exportHelm,
  },
  kustomize: {
    summary: 'a kustomize base of these objects, and an overlay with their images',
    load: async () => (await import('./kustomize/export-kustomize.ts')).exportKustomize,
  },
  argocd: {
    summary: 'an Application of Argo CD, with a sync wave for each step',
    load: async () => (await import('./argocd/export-argocd.ts')).exportArgocd,
  },
} as const satisfies Readonly<Record<string, ExporterRow>>;
