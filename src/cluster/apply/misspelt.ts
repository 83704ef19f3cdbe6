import { nearest } from '../../base/nearest.ts';
import type { Cluster } from '../../model/cluster/cluster.ts';
import type { ApiResource, KubeObject } from '../../model/cluster/kube.ts';
import { versionOf } from '../access/discovery.ts';

/** Explains a field that the API does not know. */
export interface Misspelt {
  readonly message: string;
  readonly remedy: string;
}

/** The parts of an OpenAPI v3 schema that are used. */
interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
}

interface OpenApi {
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

/** Messages in which API servers name an unknown field. */
const UNKNOWN_FIELD = [/unknown field "([^"]+)"/g, /(\.[\w.[\]"=:,\\-]+?): field not declared in schema/g];

/**
 * Explains an error about unknown fields: names each field and the nearest one in the schema of the kind. Undefined if
 * the error has another cause.
 */
export async function misspelt(
  cluster: Cluster,
  resource: ApiResource,
  object: KubeObject,
  message: string,
): Promise<Misspelt | undefined> {
  const fields = UNKNOWN_FIELD.flatMap((pattern) =>
    [...message.matchAll(pattern)].map((found) => found[1]!.replace(/^\./, '')),
  );
  if (fields.length === 0) return undefined;
  const schema = await schemaOf(cluster, resource).catch(() => undefined);
  const meant = fields.flatMap((field) => {
    const near = schema && nearField(schema, field);
    return near === undefined ? [] : [`${field} → ${near}`];
  });
  return {
    message: `${object.kind} has no field ${fields.join(', ')}.`,
    remedy: meant.length > 0 ? `Nearest: ${meant.join(', ')}` : 'List the fields with: kubectl explain',
  };
}

async function schemaOf(
  cluster: Cluster,
  resource: ApiResource,
): Promise<{ all: OpenApi; root: Schema } | undefined> {
  const root = resource.group === '' ? `api/${resource.version}` : `apis/${versionOf(resource)}`;
  const { body } = await cluster.client.request<OpenApi>({ path: `/openapi/v3/${root}` });
  const found = Object.values(body.components?.schemas ?? {}).find((each) =>
    each['x-kubernetes-group-version-kind']?.some(
      ({ group, version, kind }) =>
        group === resource.group && version === resource.version && kind === resource.kind,
    ),
  );
  return found && { all: body, root: found };
}

function nearField({ all, root }: { all: OpenApi; root: Schema }, field: string): string | undefined {
  const keys = field.replace(/\[[^\]]*\]/g, '').split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Schema | undefined>((schema, key) => schema && down(all, schema, key), root);
  const near = nearest(last, Object.keys(parent ? properties(all, parent) : {}));
  return near === undefined ? undefined : [...keys, near].join('.');
}

function down(all: OpenApi, schema: Schema, key: string): Schema | undefined {
  const found = properties(all, schema)[key];
  if (!found) return undefined;
  const own = resolved(all, found);
  return own.items ? resolved(all, own.items) : own;
}

function properties(all: OpenApi, schema: Schema): Readonly<Record<string, Schema>> {
  return resolved(all, schema).properties ?? {};
}

function resolved(all: OpenApi, schema: Schema): Schema {
  const reference = schema.$ref ?? schema.allOf?.find((each) => each.$ref)?.$ref;
  const name = reference?.split('/').at(-1);
  return (name && all.components?.schemas?.[name]) || schema;
}
