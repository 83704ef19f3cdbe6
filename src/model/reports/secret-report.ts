/** The result of the verbs of `runbook secret`. Holds names and public keys, never a value. */
export interface SecretReport {
  readonly file: string;
  readonly did: 'set' | 'rotated' | 'removed' | 'listed' | 'shown' | 'edited' | 'recipients';
  readonly names: readonly string[];
  readonly recipients: readonly string[];
  /** Steps that use the secret and run again in the next pass. */
  readonly steps: readonly string[];
  /** A new identity file: without a copy of it, the secrets are lost with it. */
  readonly created?: string;
}
