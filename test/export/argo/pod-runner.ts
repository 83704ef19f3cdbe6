import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Json, KubernetesApi } from '../../cluster/kubernetes-api.ts';

/** The data of a finished pod that tests need. */
export interface RanPod {
  readonly name: string;
  /** Program and arguments of its main container. */
  readonly argv: readonly string[];
  readonly code: number;
  readonly output: string;
}

/**
 * Replaces the nodes of a cluster. The main container of a pod runs as a process of this machine, with its variables, its
 * arguments, and a folder for each volume. Then the pod gets the result of the process, and the reports that Argo's executor
 * would write. Images are not used: `programs` maps the name of a program to the program that runs.
 */
export class PodRunner {
  readonly ran: RanPod[] = [];
  readonly #seen = new Set<string>();
  #kill: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly api: KubernetesApi,
    private readonly namespace: string,
    private readonly options: {
      /** The folder of volumes; a claim's volume outlives its pods. */
      readonly folder: string;
      readonly programs: Readonly<Record<string, readonly string[]>>;
      readonly env: Readonly<Record<string, string>>;
      readonly onError: (error: Error) => void;
    },
  ) {}

  /** Kills the process of the first pod of a step while it runs. */
  killOnce(step: string): void {
    this.#kill = step;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look().catch(this.options.onError), 150);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { items } = await this.api.get(this.#path('v1', 'pods'));
    for (const pod of items) {
      if (this.#seen.has(pod.metadata.uid) || pod.status?.phase !== 'Pending') continue;
      this.#seen.add(pod.metadata.uid);
      this.#run(pod).catch(this.options.onError);
    }
  }

  async #run(pod: Json): Promise<void> {
    const main = pod.spec.containers.find((each: Json) => each.name === 'main');
    const mounts = await this.#mounts(pod, main);
    const here = (text: string) => mounts.reduce((said, [from, to]) => said.replaceAll(from, to), text);
    // Argo prepends its executor: argoexec emissary … -- PROGRAM ARGUMENTS
    const given: string[] = [...main.command, ...(main.args ?? [])];
    const argv = given.slice(given.indexOf('--') + 1).map(here);
    const [program = '', ...args] = argv;
    const env = { ...this.options.env, ...(await this.#env(main, here)) };
    const cwd = main.workingDir ? here(main.workingDir) : this.options.folder;
    const lost = this.#kill !== undefined && args.includes(`--only=${this.#kill}`);
    if (lost) this.#kill = undefined;
    const { code, output } = await runProcess(
      [...(this.options.programs[program] ?? [program]), ...args],
      cwd,
      env,
      lost ? 800 : undefined,
    );
    this.ran.push({ name: pod.metadata.name, argv, code, output });
    await this.#tellResult(pod, code);
    await this.#tellEnd(pod, code);
  }

  /** What each path of a container is here, the longest first. Config maps are written where their claim lies, as mounts do. */
  async #mounts(pod: Json, main: Json): Promise<[string, string][]> {
    const places: [string, string][] = [];
    for (const mount of main.volumeMounts ?? []) {
      const volume = pod.spec.volumes.find((each: Json) => each.name === mount.name);
      if (!volume.persistentVolumeClaim) continue;
      const folder = join(this.options.folder, volume.persistentVolumeClaim.claimName, mount.subPath ?? '');
      mkdirSync(folder, { recursive: true });
      places.push([mount.mountPath, folder]);
    }
    places.sort(([a], [b]) => b.length - a.length);
    for (const mount of main.volumeMounts ?? []) {
      const volume = pod.spec.volumes.find((each: Json) => each.name === mount.name);
      if (!volume.configMap) continue;
      const { data } = await this.api.get(this.#path('v1', 'configmaps', volume.configMap.name));
      const path = places.reduce((said, [from, to]) => said.replace(from, to), mount.mountPath as string);
      mkdirSync(dirname(path), { recursive: true });
      if (!existsSync(path)) writeFileSync(path, data[mount.subPath]);
    }
    return places;
  }

  async #env(main: Json, here: (text: string) => string): Promise<Record<string, string>> {
    const env: Record<string, string> = {};
    for (const { name, value, valueFrom } of main.env ?? []) {
      if (name.startsWith('ARGO_')) continue;
      const key = valueFrom?.secretKeyRef;
      if (!key) {
        env[name] = here(value ?? '');
        continue;
      }
      const { status, body } = await this.api.ask('GET', this.#path('v1', 'secrets', key.name));
      const secret = status === 200 ? body.data?.[key.key] : undefined;
      if (secret !== undefined) env[name] = Buffer.from(secret, 'base64').toString();
      else if (!key.optional) throw new Error(`the pod needs ${key.name}/${key.key}`);
    }
    return env;
  }

  /** Does what Argo's wait container does. */
  async #tellResult(pod: Json, code: number): Promise<void> {
    await this.api.create(this.#path('argoproj.io/v1alpha1', 'workflowtaskresults'), {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'WorkflowTaskResult',
      metadata: {
        name: pod.metadata.annotations['workflows.argoproj.io/node-id'],
        labels: {
          'workflows.argoproj.io/workflow': pod.metadata.labels['workflows.argoproj.io/workflow'],
          'workflows.argoproj.io/report-outputs-completed': 'true',
        },
        ownerReferences: pod.metadata.ownerReferences.map(
          ({ controller: _, blockOwnerDeletion: __, ...each }: Json) => each,
        ),
      },
      outputs: { exitCode: String(code) },
    });
  }

  /** Does what a kubelet does. */
  async #tellEnd(pod: Json, code: number): Promise<void> {
    const at = new Date().toISOString();
    const ended = (name: string, exitCode: number) => ({
      name,
      ...{ image: 'none', imageID: '', ready: false, restartCount: 0 },
      state: {
        terminated: {
          exitCode,
          reason: exitCode === 0 ? 'Completed' : 'Error',
          startedAt: pod.metadata.creationTimestamp,
          finishedAt: at,
        },
      },
    });
    const codes = (containers: Json[] = []) =>
      containers.map(({ name }: Json) => ended(name, name === 'main' ? code : 0));
    await this.api.merge(`${this.#path('v1', 'pods', pod.metadata.name)}/status`, {
      status: {
        phase: code === 0 ? 'Succeeded' : 'Failed',
        initContainerStatuses: codes(pod.spec.initContainers),
        containerStatuses: codes(pod.spec.containers),
      },
    });
  }

  #path(group: string, resource: string, name = ''): string {
    const api = group === 'v1' ? '/api/v1' : `/apis/${group}`;
    return `${api}/namespaces/${this.namespace}/${resource}${name === '' ? '' : `/${name}`}`;
  }
}

function runProcess(
  [file = '', ...args]: readonly string[],
  cwd: string,
  env: Record<string, string>,
  killAfterMs?: number,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    child.once('close', (code, signal) => resolve({ code: code ?? (signal ? 137 : 1), output }));
  });
}
