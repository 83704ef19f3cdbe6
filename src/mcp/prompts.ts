import {
  type GetPromptResult,
  type Prompt,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';

/** A predefined task for the agent; clients offer it as a slash command. */
interface Order {
  readonly prompt: Prompt;
  readonly text: (args: Readonly<Record<string, string>>) => string;
}

const orders: readonly Order[] = [
  {
    prompt: {
      name: 'deploy',
      title: 'Deploy and record how',
      description:
        'Deploy something on this box step by step, until it is verified and saved in the runbook.',
      arguments: [
        { name: 'goal', description: 'what to run, and how to see that it works', required: false },
      ],
    },
    text: ({ goal }) => `${goal ? `Deploy this: ${goal}` : 'Deploy what the runbook describes.'}

Start with runbook_read and env_observe. Then take one small step at a time with apply_step, each with a Why and a Verify that fails before it and passes after it. When a step fails, observe before you change anything, fix the cause, and explain the problem with problem_resolve. Call env_save whenever something works. At the end, call verify, and tell me what is unsaved, what is unproven, and what a person has to decide.`,
  },
  {
    prompt: {
      name: 'diagnose',
      title: 'Find out what is wrong',
      description:
        'Observe without changing anything, and name the most ordinary cause that the evidence supports.',
      arguments: [{ name: 'symptom', description: 'what you see, such as an error text', required: false }],
    },
    text: ({
      symptom,
    }) => `${symptom ? `Find out why this happens: ${symptom}` : 'Find out what is wrong on this box.'}

Change nothing. Use runbook_read, verify, env_observe and find_fix. Name the most ordinary cause that the evidence supports, and cite the evidence ids. Say what you checked, what you could not check, and what would prove you wrong. Then propose one step.`,
  },
  {
    prompt: {
      name: 'redeploy',
      title: 'Replay the runbook',
      description: 'Bring a box to the state in the runbook in one pass, without improvising.',
      arguments: [{ name: 'box', description: 'which box; this machine by default', required: false }],
    },
    text: ({ box }) => `Replay the runbook${box ? ` on ${box}` : ''} in one pass.

First call runbook_read and replay with dry_run, and tell me what it would do and what is missing. Then replay, follow it with job_read, and verify. Do not change the document to make it pass. If a step fails, say which check failed, what was observed and expected, and what find_fix knows, then stop.`,
  },
];

/** Longer arguments are neither a goal nor a symptom; a log belongs into a file. */
const MAX_CHARACTERS = 4_000;

export const listPrompts = (): Prompt[] => orders.map(({ prompt }) => prompt);

/** @throws ProtocolError for an unknown name. */
export function getPrompt(name: string, args: Readonly<Record<string, string>> = {}): GetPromptResult {
  const order = orders.find(({ prompt }) => prompt.name === name);
  if (!order) {
    const names = orders.map(({ prompt }) => prompt.name).join(', ');
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `The prompt ${JSON.stringify(name)} does not exist. Prompts: ${names}.`,
    );
  }
  const given = Object.fromEntries(
    Object.entries(args).map(([key, value]) => [key, value.slice(0, MAX_CHARACTERS)]),
  );
  return {
    description: order.prompt.description,
    messages: [{ role: 'user', content: { type: 'text', text: order.text(given) } }],
  };
}
