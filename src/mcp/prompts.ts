import {
  type GetPromptResult,
  type Prompt,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';

/** A ready-made order to the agent; clients offer it as a slash command. */
interface Order {
  readonly prompt: Prompt;
  readonly text: (args: Readonly<Record<string, string>>) => string;
}

const orders: readonly Order[] = [
  {
    prompt: {
      name: 'deploy',
      title: 'Deploy, and write down how',
      description:
        'Bring something up on this box step by step, until it is verified and saved in the runbook.',
      arguments: [
        { name: 'goal', description: 'what shall run, and how one sees that it does', required: false },
      ],
    },
    text: ({ goal }) => `${goal ? `Deploy this: ${goal}` : 'Deploy what the runbook describes.'}

Begin with runbook_read and env_observe. Then one small step at a time with apply_step, each with a Why and a Verify that fails before it and passes after it. When a step fails, observe before you change anything, mend the cause, and give the problem its Why with problem_resolve. Use env_save whenever something works. At the end: verify, and tell me what is unsaved, what is unproven, and what a person has to decide.`,
  },
  {
    prompt: {
      name: 'diagnose',
      title: 'Find out what is wrong',
      description: 'Look, change nothing, and name the most mundane cause that the evidence supports.',
      arguments: [{ name: 'symptom', description: 'what you see, such as an error text', required: false }],
    },
    text: ({
      symptom,
    }) => `${symptom ? `Find out why this happens: ${symptom}` : 'Find out what is wrong on this box.'}

Change nothing. Use runbook_read, verify, env_observe and find_fix. Name the most mundane cause that the evidence supports, cite the evidence ids, say what you looked at and could not see, and what would prove you wrong. Then propose one step.`,
  },
  {
    prompt: {
      name: 'redeploy',
      title: 'Replay the runbook',
      description: 'Bring a box to what the runbook says, in one pass, without inventing anything.',
      arguments: [
        { name: 'box', description: 'which box; this machine where none is named', required: false },
      ],
    },
    text: ({ box }) => `Replay the runbook${box ? ` on ${box}` : ''} in one pass.

First runbook_read and replay with dry_run, and tell me what it would do and what is missing. Then replay, follow it with job_read, and verify. Do not change the document to make it pass: if a step fails, say which check failed with observed against expected, what find_fix knows, and stop.`,
  },
];

/** Longer arguments are no goal and no symptom; a log belongs into a file. */
const MOST_CHARACTERS = 4_000;

export const listPrompts = (): Prompt[] => orders.map(({ prompt }) => prompt);

/** @throws ProtocolError for a name that is none of them. */
export function getPrompt(name: string, args: Readonly<Record<string, string>> = {}): GetPromptResult {
  const order = orders.find(({ prompt }) => prompt.name === name);
  if (!order) {
    const names = orders.map(({ prompt }) => prompt.name).join(', ');
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `There is no prompt ${JSON.stringify(name)}; there are ${names}.`,
    );
  }
  const given = Object.fromEntries(
    Object.entries(args).map(([key, value]) => [key, value.slice(0, MOST_CHARACTERS)]),
  );
  return {
    description: order.prompt.description,
    messages: [{ role: 'user', content: { type: 'text', text: order.text(given) } }],
  };
}
