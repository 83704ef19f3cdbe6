import { z } from 'zod';
import type { KubeObject } from '../../model/cluster/kube.ts';

const Credentials = z.strictObject({
  server: z.string().min(1),
  username: z.string().min(1),
  password: z.string().min(1),
  email: z.string().optional(),
});

/** Docker Hub goes by this name in credentials, whatever images say. */
const DOCKER_HUB = 'https://index.docker.io/v1/';

/** A docker-registry Secret, or what is wrong with what it is made of (never with a value in it). */
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
        : `${issue?.path.join('.') || 'it'} is missing or no text`;
    return {
      ok: false,
      message: `A registry fence holds server, username and password (and email): ${what}.`,
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
