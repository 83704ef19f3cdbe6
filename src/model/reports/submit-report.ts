/** The result of `runbook submit`. */
export interface SubmitReport {
  readonly file: string;
  readonly engine: 'argo';
  readonly namespace: string;
  /** The workflow's name. */
  readonly workflow: string;
  readonly targets: readonly string[];
  /** --dry-run: the YAML that would be applied. Nothing was sent. */
  readonly yaml?: string;
  /** How the workflow ended; undefined with --dry-run and --detach. */
  readonly ended?: { readonly phase: string; readonly message: string; readonly ms: number };
}
