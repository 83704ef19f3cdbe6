import type { FailureContext } from '../failure-context.ts';
import { type Rule, textRule } from '../rule.ts';

/**
 * A JSON patch that cannot be applied: a pointer without a leading `/`, an unescaped `/` or `~` in a key (RFC 6901),
 * or a missing parent.
 */
export const patchPointer: Rule = textRule({
  code: 'patch-pointer',
  cause: 'config',
  patterns: [
    /(?:json ?patch )?(?<op>add|remove|replace|test|move|copy) operation does not apply: doc is missing (?:path|key|from path): \\?"?(?<path>[^"\\\s:]{1,300})/i,
    /jsonpatch (?<op>\w{1,10}) operation does not apply(?:: .{0,80}?path: "(?<path>[^"]{1,300})")?/,
    /the server rejected our request due to an error in our request|(?:invalid|unexpected) (?:json )?pointer "?(?<path>[^"\s]{1,300})|unable to parse "\[\{.{0,200}": yaml/i,
  ],
  describe: ({ groups: { op, path } }, context) => {
    const faults = patchesIn(context).map((each) => ({ path: each, right: corrected(each) }));
    const fault = faults.find(({ path: own, right }) => own !== right) ?? undefined;
    const said = path ?? fault?.path;
    if (said === undefined && op === undefined) return undefined;
    const subject = fault?.path ?? said ?? 'patch';
    return {
      title:
        fault === undefined
          ? `The patch cannot be applied: ${said ?? 'its path'} has no parent in the object.`
          : `The patch cannot be applied: ${fault.path} is not a pointer to one key; the correct form is ${fault.right}.`,
      remedy:
        fault === undefined
          ? 'Add the parent first ({"op":"add","path":PARENT,"value":{}}), or use an apply or a merge patch, which needs no parent.'
          : `Write ${fault.right}. In a pointer, write / inside a key as ~1 and ~ as ~0 (RFC 6901).`,
      subject,
    };
  },
});

/** Paths of the JSON patches in a step. */
function patchesIn({ input }: FailureContext): string[] {
  const text = input.step?.text ?? '';
  return [...text.matchAll(/\\?["']?path\\?["']?\s{0,4}:\s{0,4}\\?["']?([^\s"'\\,}]{1,300})/g)].map(
    ([, path]) => path!,
  );
}

/** Below these, a key is one segment, however many slashes it contains. */
const MAPS =
  /^\/?((?:.*\/)?(?:labels|annotations|nodeSelector|matchLabels|data|stringData|allocatable|capacity|requests|limits))\/(.+)$/;

/** A pointer in its correct form; unchanged if it is correct. */
function corrected(path: string): string {
  const rooted = path.startsWith('/') || path === '' ? path : `/${path.replaceAll('.', '/')}`;
  const [, parent, key] = MAPS.exec(rooted) ?? [];
  if (parent === undefined || key === undefined) return rooted;
  // Keeps escapes: a ~ that is not followed by 0 or 1 is literal.
  return `/${parent}/${key.replaceAll(/~(?![01])/g, '~0').replaceAll('/', '~1')}`;
}

/**
 * A kustomization that downloads resources when applied: the download fails, and git no longer has the whole
 * configuration.
 */
export const remoteKustomization: Rule = textRule({
  code: 'kustomization-remote',
  cause: 'config',
  patterns: [
    /accumulat(?:ing|ion) .{0,400}?(?<url>(?:https?:\/\/|git@|ssh:\/\/|github\.com\/)[^\s'"]{1,300})/,
    /(?:failed to run|exec: )['"]?\S{0,40}git (?:fetch|clone|init).{0,200}?(?<url>https?:\/\/[^\s'"]{1,300})/,
  ],
  describe: ({ groups: { url = '' } }) => ({
    title: `The kustomization refers to ${url}, which cannot be downloaded from here.`,
    remedy: `Keep a copy in the project (curl -fsSL ${url} -o vendor/…, or kustomize localize) and refer to that file. At least pin it to a full commit.`,
    subject: url,
  }),
});
