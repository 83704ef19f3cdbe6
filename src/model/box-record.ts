import { z } from 'zod';

/**
 * A box that `runbook box launch` made, as the person's state folder remembers it: one JSON file each, `boxes/NAME.json`.
 * `--on NAME` finds the box by it. Whatever was launched is a sandbox.
 */
export const BoxRecord = z.object({
  v: z.literal(1),
  name: z.string(),
  kind: z.literal('container'),
  engine: z.enum(['podman', 'docker']),
  /** The container's id or name, as the engine knows it. */
  container: z.string(),
  /** The image as asked for; `digest` is what it was then. */
  image: z.string(),
  digest: z.string().optional(),
  /** Published ports: `inside` the box is reached on this machine at `host`:`outside`. */
  ports: z
    .array(z.object({ inside: z.int(), outside: z.int(), host: z.string().default('127.0.0.1') }))
    .default([]),
  labels: z.record(z.string(), z.string()).default({}),
  /** ISO 8601. */
  created: z.string(),
  /** ISO 8601; never, if it is not given. */
  expires: z.string().optional(),
});

export type BoxRecord = z.infer<typeof BoxRecord>;
