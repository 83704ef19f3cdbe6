import type { NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import { type RawMeta, type RawPodSpec, workloadOf } from './raw.ts';

export type NewRegistry = Extract<NewClusterFact, { kind: 'registry' }>;

/** The registry of an image: `docker.io` if its name has no host (distribution/reference). */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isHost ? first : 'docker.io';
}

/** A pull secret's type and hosts; never a user, password or token. */
export interface PullSecret {
  readonly exists?: boolean;
  readonly type?: string;
  readonly hosts?: readonly string[];
}

/** Collects images by workload and registry. */
export class Registries {
  readonly #rows = new Map<string, NewRegistry>();
  readonly #accounts = new Map<string, readonly string[]>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Service accounts add their pull secrets to their pods, so they are added before the pods. */
  addAccount(raw: { metadata?: RawMeta; imagePullSecrets?: readonly { name?: string }[] }): void {
    const key = `${raw.metadata?.namespace} ${raw.metadata?.name}`;
    const names = (raw.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []);
    if (names.length > 0) this.#accounts.set(key, names);
  }

  addPod(meta: RawMeta, spec: RawPodSpec): void {
    const namespace = meta.namespace ?? 'default';
    const workload = workloadOf('pod', meta);
    const account = this.#accounts.get(`${namespace} ${spec.serviceAccountName ?? 'default'}`) ?? [];
    const own = (spec.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []);
    const secrets = [...new Set([...own, ...account])].map((name) => ({ name }));
    for (const { image } of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
      if (image === undefined) continue;
      const host = registryOf(image);
      const row = this.#rows.get(`${workload} ${host}`);
      if (row === undefined) {
        if (this.#rows.size >= this.#most) return;
        const fresh: NewRegistry = { kind: 'registry', namespace, workload, host, images: [image], secrets };
        this.#rows.set(`${workload} ${host}`, fresh);
      } else if (!row.images.includes(image) && row.images.length < 10) row.images.push(image);
    }
  }

  /** Includes what is known about the secrets, by `namespace/name`. */
  facts(known: ReadonlyMap<string, PullSecret>): NewRegistry[] {
    return [...this.#rows.values()].map((row) => ({
      ...row,
      secrets: row.secrets.map(({ name }) => {
        const { exists, type, hosts } = known.get(`${row.namespace}/${name}`) ?? {};
        return {
          name,
          ...(exists !== undefined && { exists }),
          ...(type !== undefined && { type }),
          ...(hosts !== undefined && { hosts: [...hosts] }),
        };
      }),
    }));
  }
}

interface RawSecret {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** Reads only the type and the hosts of a pull secret. */
export function pullSecret(raw: RawSecret): PullSecret {
  const type = raw.type ?? 'Opaque';
  const text = raw.data?.['.dockerconfigjson'];
  if (type !== 'kubernetes.io/dockerconfigjson' || text === undefined) return { exists: true, type };
  try {
    const config = JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as { auths?: object };
    return { exists: true, type, hosts: Object.keys(config.auths ?? {}).map(hostOnly) };
  } catch {
    return { exists: true, type, hosts: [] };
  }
}

/** `https://index.docker.io/v1/` is the registry docker.io, as docker login spells it. */
function hostOnly(key: string): string {
  const host =
    key
      .replace(/^[a-z]+:\/\//, '')
      .replace(/^[^/@]*@/, '')
      .split('/')[0] ?? '';
  return /^(?:index\.|registry-1\.)?docker\.io$/.test(host) ? 'docker.io' : host;
}
