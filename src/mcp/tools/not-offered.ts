import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Toolset } from '../../operations/agent/tool.ts';
import type { AgentToolRow } from '../../operations/all.ts';

/** Why an existing tool may not be called here, and what a person can do. Undefined: it may be called. */
export function whyNotOffered(
  { toolsets, readOnly }: { readonly toolsets: readonly Toolset[]; readonly readOnly: boolean },
  { name, toolset, effect }: AgentToolRow,
): Diagnostic | undefined {
  if (!toolsets.includes(toolset)) {
    return {
      code: 'toolset-off',
      severity: 'error',
      message: `${name} belongs to the toolset ${toolset}, which this server does not offer.`,
      remedy: `A person can start the server with --toolsets ${[...toolsets, toolset].join(',')}.`,
    };
  }
  if (readOnly && effect !== 'read') {
    return {
      code: 'read-only',
      severity: 'error',
      message: `This server is read-only, but ${name} changes the box or the document.`,
      remedy:
        'Say what you would change and why. A person can run it, or start the server without --read-only.',
    };
  }
  return undefined;
}
