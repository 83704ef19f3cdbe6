import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type ClientCapabilities,
  type Implementation,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Dialog } from './approval/questions.ts';
import { SKILLS_EXTENSION } from './skills/skills.ts';
import { TASKS_EXTENSION } from './tools/tasks.ts';

/** The calling client. Since revision 2026-07-28 every request identifies it. */
export interface Client {
  /** Name and version as reported by the client, shortened to one plain line because they are journaled. */
  readonly name: string;
  /** Whether it can show a form to a person. */
  readonly forms: boolean;
  /** Whether it can lead a person to a page in their browser. */
  readonly urls: boolean;
  /** How its form shows a text. */
  readonly dialog: Dialog;
  /** Whether it asks for skills over MCP (SEP-2640), so that prompts would offer the same twice. */
  readonly skills: boolean;
  /** Whether it follows long calls as tasks (SEP-2663). */
  readonly tasks: boolean;
}

export function clientOf(server: Server, { mcpReq }: ServerContext, modern: boolean): Client {
  const envelope = (mcpReq.envelope ?? {}) as Record<string, unknown>;
  const info = modern ? (envelope[CLIENT_INFO_META_KEY] as Implementation) : server.getClientVersion();
  const capabilities = modern
    ? (envelope[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities)
    : server.getClientCapabilities();
  const elicitation = capabilities?.elicitation;
  return {
    name: info ? `${info.name} ${info.version}`.replace(/[^\x20-\x7e]/g, '').slice(0, 80) : 'unknown',
    // Before modes existed there was only the form, so a client without a mode supports it.
    forms: elicitation !== undefined && ('form' in elicitation || !('url' in elicitation)),
    urls: elicitation !== undefined && 'url' in elicitation,
    dialog: dialogOf(info?.name ?? ''),
    skills: modern && (SKILLS_EXTENSION in (capabilities?.extensions ?? {}) || asksForSkills(info)),
    tasks: modern && TASKS_EXTENSION in (capabilities?.extensions ?? {}),
  };
}

/** Claude Code 2.1.332 cuts a message after four lines and a description after one; Codex 0.171 cuts what its screen has no room for. */
function dialogOf(client: string): Dialog {
  if (/^claude-code\b/.test(client)) return 'fields';
  return /^codex\b/.test(client) ? 'screen' : 'whole';
}

/** Claude Code asks since 2.1.332, and does not declare it. */
function asksForSkills(info: Implementation | undefined): boolean {
  const [major = 0, minor = 0, patch = 0] = (info?.version ?? '').split('.').map(Number);
  return info?.name === 'claude-code' && (major > 2 || (major === 2 && (minor > 1 || patch >= 332)));
}
