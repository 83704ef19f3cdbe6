import {
  type ReadResourceResult,
  type Resource,
  ResourceNotFoundError,
  type ResourceTemplateType,
} from '@modelcontextprotocol/server';
import { plainText } from '../base/plain-text.ts';
import { type AgentResource, RESOURCE_BUDGET, type ReadingContext } from '../operations/agent/resource.ts';
import type { Serving } from './serving.ts';
import { readSkill, skillResources } from './skills/skills.ts';

/** Maximum number of listed resources per kind; the others can still be read by their URI. */
const MAX_LISTED = 50;

/** Fixed URIs, and those that the templates currently have. */
export async function listResources(serving: Serving, context: ReadingContext): Promise<Resource[]> {
  const lists = await Promise.all((await all(serving)).map((resource) => listed(resource, context)));
  return [...lists.flat(), ...(serving.skills ? skillResources() : [])];
}

export async function listTemplates(serving: Serving): Promise<ResourceTemplateType[]> {
  return (await all(serving)).filter(isTemplate).map(({ name, uri, title, description, mimeType }) => {
    return { name, uriTemplate: uri, title, description, mimeType };
  });
}

/** @throws ResourceNotFoundError for an unknown resource. */
export async function readResource(
  serving: Serving,
  context: ReadingContext,
  uri: string,
): Promise<ReadResourceResult> {
  const skill = serving.skills ? readSkill(uri) : undefined;
  if (skill) return { contents: [skill] };
  for (const resource of await all(serving)) {
    const id = idIn(uri, resource.uri);
    const text = id === undefined ? undefined : await resource.read(context, id);
    if (text !== undefined) return { contents: [{ uri, mimeType: resource.mimeType, text: bearable(text) }] };
  }
  throw new ResourceNotFoundError(uri, `The resource ${JSON.stringify(uri.slice(0, 200))} does not exist.`);
}

async function listed(resource: AgentResource, context: ReadingContext): Promise<Resource[]> {
  const { name, uri, title, description, mimeType } = resource;
  if (!isTemplate(resource)) return [{ name, uri, title, description, mimeType }];
  const ids = (await resource.ids?.(context)) ?? [];
  return ids.slice(0, MAX_LISTED).map((each) => ({
    name: `${name} ${plainText(each.id)}`,
    uri: uri.replace('{id}', encodeURIComponent(each.id)),
    title: plainText(each.title),
    mimeType,
  }));
}

/**
 * The value of `{id}` in a URI of this form; empty for a fixed URI. Undefined if the URI does not match, or the id
 * could escape a folder.
 */
function idIn(uri: string, form: string): string | undefined {
  const [before = '', after] = form.split('{id}');
  if (after === undefined) return uri === form ? '' : undefined;
  if (!uri.startsWith(before) || !uri.endsWith(after) || uri.length <= before.length + after.length)
    return undefined;
  try {
    const id = decodeURIComponent(uri.slice(before.length, uri.length - after.length));
    return /^(?!\.{1,2}$)[^/\\\p{C}]{1,200}$/u.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

function bearable(text: string): string {
  if (text.length <= RESOURCE_BUDGET) return plainText(text);
  return `… ${text.length - RESOURCE_BUDGET} earlier characters are omitted …\n${plainText(text.slice(-RESOURCE_BUDGET))}`;
}

const isTemplate = ({ uri }: AgentResource) => uri.includes('{id}');
const all = ({ resources }: Serving) => Promise.all(resources.map((load) => load()));
