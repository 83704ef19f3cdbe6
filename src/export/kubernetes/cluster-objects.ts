import type { Action, ApplyAction, PatchAction, RegistryAction } from '../../model/action.ts';
import type { Check, ProbeCheck } from '../../model/check.ts';
import type { KubeObject } from '../../model/cluster/kube.ts';
import type { Step } from '../../model/runbook.ts';
import { type ExportSource, fenceOf, type Loss, usesInput } from '../exporter.ts';
import { foldApply, foldPatch } from './fold.ts';

/** The objects that a step applies, with later patches of the document folded in. */
export interface StepObjects {
  readonly step: Step;
  readonly objects: readonly KubeObject[];
}

/** What a document leaves in a cluster, and what of the document is not of that kind. */
export interface ClusterObjects {
  readonly steps: readonly StepObjects[];
  /** Where most namespaced objects are; a release or an overlay may choose another one. */
  readonly namespace: string;
  /** Secrets that a person must create, because they hold the value of a secret input, with their keys. */
  readonly secrets: ReadonlyMap<string, readonly string[]>;
  /** Typed http and tcp checks that another pod can evaluate. */
  readonly checks: readonly { readonly step: Step; readonly check: ProbeCheck }[];
  readonly losses: readonly Loss[];
}

const CLUSTER_SCOPED = new Set(
  'Namespace CustomResourceDefinition ClusterRole ClusterRoleBinding PersistentVolume StorageClass IngressClass PriorityClass APIService ValidatingWebhookConfiguration MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding RuntimeClass CSIDriver ClusterIssuer'.split(
    ' ',
  ),
);

/** What a format can do automatically. */
interface Abilities {
  /** It evaluates http and tcp checks from a pod. */
  readonly hasTests?: boolean;
  /** It creates the namespace that it installs into. */
  readonly createsNamespace?: boolean;
}

/** Collects the objects of a plan. */
export function clusterObjects(source: ExportSource, abilities: Abilities = {}): ClusterObjects {
  return new Collector(source, abilities).collect();
}

interface Applied {
  readonly step: Step;
  readonly id: string;
  object: KubeObject;
}

class Collector {
  readonly #applied: Applied[] = [];
  readonly #losses: Loss[] = [];
  readonly #checks: { step: Step; check: ProbeCheck }[] = [];
  readonly #secretInputs: readonly string[];
  readonly #secrets = new Map<string, readonly string[]>();
  readonly #clusterScoped: ReadonlySet<string>;

  constructor(
    private readonly source: ExportSource,
    private readonly abilities: Abilities,
  ) {
    const { runbook, plan } = source;
    this.#secretInputs = runbook.inputs.filter(({ kind }) => kind === 'secret').map(({ name }) => name);
    const defined = plan.steps
      .flatMap(({ step }) => step.actions)
      .flatMap((action) => (action.kind === 'apply' ? source.objects(action) : []))
      .flatMap(clusterScopedKind);
    this.#clusterScoped = new Set([...CLUSTER_SCOPED, ...defined]);
  }

  collect(): ClusterObjects {
    const { steps, problems } = this.source.plan;
    for (const { step } of steps) {
      if (step.when.length > 0)
        this.#lose(
          step.place,
          `the When of "${step.title}"`,
          'the objects of every step are part of the output',
        );
      for (const action of step.actions) this.#fence(step, action);
      for (const check of step.verify) this.#check(step, check);
      if (step.undo.length > 0)
        this.#lose(step.place, `the Undo of "${step.title}"`, 'removing the objects is the only undo');
    }
    for (const { step } of problems)
      if (step.actions.length > 0)
        this.#lose(
          step.place,
          `the problem "${step.title}"`,
          'a fix is not an object; the document describes it',
        );
    const namespace = this.#mainNamespace();
    const kept = this.#applied.filter(
      ({ object }) =>
        !this.abilities.createsNamespace ||
        object.kind !== 'Namespace' ||
        object.metadata?.name !== namespace,
    );
    return {
      steps: steps
        .map(({ step }) => ({
          step,
          objects: kept.filter((each) => each.step === step).map(({ object }) => object),
        }))
        .filter(({ objects }) => objects.length > 0),
      namespace,
      secrets: this.#secrets,
      checks: this.#checks,
      losses: this.#losses,
    };
  }

  #lose(place: Loss['place'], what: string, reason: string): void {
    this.#losses.push({ place, what, reason });
  }

  #fence(step: Step, action: Action): void {
    if (action.kind === 'shell' || action.kind === 'file')
      this.#lose(
        action.place,
        fenceOf(action, step.title),
        'it changes a machine, not the objects of a cluster',
      );
    else if (action.kind === 'registry') this.#secrets.set(action.secret, ['.dockerconfigjson']);
    else if (action.kind === 'patch') this.#patch(step, action);
    else for (const object of this.source.objects(action)) this.#apply(step, action, object);
  }

  #apply(step: Step, action: ApplyAction | RegistryAction, written: KubeObject): void {
    const { kind = '', metadata = {} } = written;
    const namespace = this.#clusterScoped.has(kind)
      ? undefined
      : (metadata.namespace ?? action.namespace ?? 'default');
    const { namespace: _, ...own } = metadata;
    const object = { ...written, metadata: namespace === undefined ? own : { ...own, namespace } };
    const json = JSON.stringify(object);
    const secret = this.#secretInputs.find((name) => usesInput(json, name));
    if (secret !== undefined && kind === 'Secret') {
      const { data = {}, stringData = {} } = object as { data?: object; stringData?: object };
      this.#secrets.set(metadata.name ?? '', Object.keys({ ...data, ...stringData }));
      return;
    }
    if (secret !== undefined) {
      this.#lose(
        action.place,
        `${kind} "${metadata.name}"`,
        `it holds the value of ${secret}; refer to a Secret instead`,
      );
      return;
    }
    const id = `${object.apiVersion?.split('/').at(-2) ?? ''}/${kind}/${namespace ?? ''}/${metadata.name}`;
    const before = this.#applied.find((each) => each.id === id);
    if (before) before.object = foldApply(before.object, object);
    else this.#applied.push({ step, id, object });
  }

  #patch(step: Step, action: PatchAction): void {
    const [resource = '', name = ''] = action.target.split('/');
    const wanted = resource.split('.')[0]!.toLowerCase();
    const target = this.#applied.find(
      ({ object: { kind = '', metadata } }) =>
        metadata?.name === name &&
        (metadata.namespace ?? action.namespace) === action.namespace &&
        [kind.toLowerCase(), `${kind.toLowerCase()}s`].includes(wanted),
    );
    const content = this.source.objects(action)[0];
    const folded = target && foldPatch(target.object, action.type, content);
    if (target && folded) target.object = folded;
    else
      this.#lose(
        action.place,
        fenceOf(action, step.title),
        target
          ? 'it does not fit the object as the document applies it'
          : `the document does not apply ${action.target}`,
      );
  }

  #check(step: Step, check: Check): void {
    if (check.kind !== 'probe') {
      this.#lose(check.place, `a ${check.kind} check of "${step.title}"`, 'it runs on the machine');
      return;
    }
    // The program that installs the objects waits until they are ready.
    if (check.probe.kind === 'k8s' && !check.not && isAwaited(check.probe)) return;
    const reason = this.#whyNotTested(check);
    if (reason === undefined) this.#checks.push({ step, check });
    else this.#lose(check.place, `the check \`${check.text}\``, reason);
  }

  #whyNotTested({ probe }: ProbeCheck): string | undefined {
    const host = hostOf(probe);
    if (host === undefined) return 'it has no counterpart';
    if (!this.abilities.hasTests) return 'the format has no checks';
    return /^(?:localhost|127\..*|\[?::1\]?|0\.0\.0\.0)$/.test(host)
      ? 'it names the machine itself, which a pod cannot reach by that address'
      : undefined;
  }

  #mainNamespace(): string {
    const counts = new Map<string, number>();
    for (const { object } of this.#applied) {
      const namespace = object.metadata?.namespace;
      if (namespace !== undefined) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
    }
    return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? 'default';
  }
}

/** What an http or tcp check connects to. The URL may have names of inputs in it. */
function hostOf(probe: ProbeCheck['probe']): string | undefined {
  if (probe.kind === 'tcp') return probe.host;
  return probe.kind === 'http' ? /^https?:\/\/(\[[^\]]*\]|[^:/?#]*)/i.exec(probe.url)?.[1] : undefined;
}

const isAwaited = ({ expect }: Extract<ProbeCheck['probe'], { kind: 'k8s' }>): boolean =>
  expect.kind === 'ready' ||
  expect.kind === 'exists' ||
  (expect.kind === 'condition' && expect.type === 'Established');

/** The kind that a definition adds, if its objects belong to no namespace. */
function clusterScopedKind({ kind, spec }: KubeObject): string[] {
  const { scope, names } = (spec ?? {}) as { scope?: string; names?: { kind?: string } };
  return kind === 'CustomResourceDefinition' && scope === 'Cluster' && names?.kind ? [names.kind] : [];
}

/** Whether a string of an object names a Secret. */
export const namesSecret = (path: readonly string[]): boolean =>
  path.at(-1) === 'secretName' ||
  (path.at(-1) === 'name' &&
    ['imagePullSecrets', 'secretKeyRef', 'secretRef', 'secrets', 'secret'].includes(path.at(-2) ?? ''));

/** The Why of a step as comments of YAML. */
export const whyComment = ({ title, why }: Step): string =>
  [title, ...(why === '' ? [] : why.split('\n'))].map((line) => `# ${line}`.trimEnd()).join('\n');
