import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Toolset } from '../../operations/agent/tool.ts';
import type { AgentToolRow } from '../../operations/all.ts';

/** Why a tool that there is may not be called here, and what a person can do; undefined: it may. */
export function whyNotOffered(
  { toolsets, readOnly }: { readonly toolsets: readonly Toolset[]; readonly readOnly: boolean },
  { name, toolset, effect }: AgentToolRow,
): Diagnostic | undefined {
  if (!toolsets.includes(toolset)) {
    return {
      code: 'toolset-off',
      severity: 'error',
      message: `${name} belongs to the toolset ${toolset}, which is not served here.`,
      remedy: `A person can start the server with --toolsets ${[...toolsets, toolset].join(',')}.`,
    };
  }
  if (readOnly && effect !== 'read') {
    return {
      code: 'read-only',
      severity: 'error',
      message: `${name} changes things, and this server is read-only.`,
      remedy:
        'Say what you would change and why; a person can run it, or start the server without --read-only.',
    };
  }
  return undefined;
}
