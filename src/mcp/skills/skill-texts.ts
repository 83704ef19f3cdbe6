/** A predefined task for the agent. Clients offer it as a skill or as a slash command. */
export interface SkillText {
  readonly name: string;
  readonly title: string;
  /** When to use it, in one line. */
  readonly description: string;
  /** Names no argument: Claude Code passes only the first word of one, and the person says the rest in the conversation. */
  readonly body: string;
}

/** The source of the prompts, of the skills over MCP, and of plugin/skills (scripts/skills.mjs). */
export const skillTexts: readonly SkillText[] = [
  {
    name: 'deploy',
    title: 'Deploy and record how',
    description:
      'Deploy something on this box step by step, until it is verified and saved in the runbook AUTODOCK.md. Use it when the user asks to install, set up or bring up a service.',
    body: `Deploy what the user asked for in this conversation. If nothing was named, deploy what the runbook describes.

1. Start with \`runbook_read\` and \`env_observe\`.
2. Take one small step at a time with \`apply_step\`, each with a Why and a Verify that fails before it and passes after it.
3. When a step fails, observe before you change anything, fix the cause, and explain the problem with \`problem_resolve\`.
4. Call \`env_save\` whenever something works.
5. At the end, call \`verify\`, and report what is unsaved, what is unproven, and what a person has to decide.`,
  },
  {
    name: 'diagnose',
    title: 'Find out what is wrong',
    description:
      'Observe this box without changing anything, and name the most ordinary cause that the evidence supports. Use it when the user reports an error or asks why something fails.',
    body: `Find out what is wrong: what the user named in this conversation, or else what the box shows.

Change nothing. Use \`runbook_read\`, \`verify\`, \`env_observe\` and \`find_fix\`. Name the most ordinary cause that the evidence supports, and cite the evidence ids. Say what you checked, what you could not check, and what would prove you wrong. Then propose one step.`,
  },
  {
    name: 'redeploy',
    title: 'Replay the runbook',
    description:
      'Bring a box to the state in the runbook AUTODOCK.md in one pass, without improvising. Use it when the user asks to replay, redeploy or restore.',
    body: `Replay the runbook in one pass, on this box or on the one that the user named.

1. Call \`runbook_read\`, and \`replay\` with \`dry_run\`. Report what it would do and what is missing.
2. Call \`replay\`, follow it with \`job_read\`, and \`verify\`.

Do not change the document to make it pass. If a step fails, say which check failed, what was observed and expected, and what \`find_fix\` knows, then stop.`,
  },
];

/** The file SKILL.md of a skill, in the format of Agent Skills. */
export function skillFile({ name, title, description, body }: SkillText): string {
  return `---\nname: ${name}\ndescription: ${JSON.stringify(description)}\n---\n\n# ${title}\n\n${body}\n`;
}
