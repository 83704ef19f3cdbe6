import { z } from 'zod';
import type { KubeObject } from '../../model/cluster/kube.ts';

const Credentials = z.strictObject({
  server: z.string().min(1),
  username: z.string().min(1),
  password: z.string().min(1),
  email: z.string().optional(),
});

/** Credentials of Docker Hub use this key, regardless of how images name it. */
const DOCKER_HUB = 'https://index.docker.io/v1/';

/** Builds a docker-registry Secret, or explains what is wrong with its input without revealing a value. */
export function registrySecret(
  value: unknown,
  { name, namespace }: { name: string; namespace: string },
): { ok: true; object: KubeObject } | { ok: false; message: string } {
  const read = Credentials.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    const what =
      issue?.code === 'unrecognized_keys'
        ? `unknown: ${issue.keys.join(', ')}`
        : `${issue?.path.join('.') || 'it'} is missing or is not text`;
    return {
      ok: false,
      message: `A registry fence must contain server, username and password, and may contain email; ${what}.`,
    };
  }
  const { server, username, password, email } = read.data;
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const entry = { username, password, ...(email !== undefined && { email }), auth };
  const config = JSON.stringify({ auths: { [addressOf(server)]: entry } });
  return {
    ok: true,
    object: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': Buffer.from(config).toString('base64') },
    },
  };
}

function addressOf(server: string): string {
  return /^(?:https?:\/\/)?(?:index\.|registry-1\.)?docker\.io\/?(?:v1\/?)?$/.test(server)
    ? DOCKER_HUB
    : server;
}
