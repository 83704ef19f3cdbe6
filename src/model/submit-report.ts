/** The answer of `runbook submit`. */
export interface SubmitReport {
  readonly file: string;
  readonly engine: 'argo';
  readonly namespace: string;
  /** The name of the workflow that runs it. */
  readonly workflow: string;
  readonly targets: readonly string[];
  /** --dry-run: what would be applied, as YAML; nothing was sent. */
  readonly yaml?: string;
  /** How the workflow ended; undefined with --dry-run and --detach. */
  readonly ended?: { readonly phase: string; readonly message: string; readonly ms: number };
}
