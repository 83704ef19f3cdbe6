import type { ApprovalAnswer, ApprovalRequest } from '../../operations/agent/tool.ts';

/** The result of a question. `open`: the person has not answered yet. */
type Asked = { readonly at: number; readonly answer: ApprovalAnswer };

/** The questions asked in this process and their results, so that nothing is asked twice. */
export interface Questions {
  find(key: string): ApprovalAnswer | undefined;
  opened(key: string, at: number): void;
  /** Converts the client's response into an answer. */
  answered(key: string, asked: number, response: Response): ApprovalAnswer;
}

/** The response of a client to a form. */
export interface Response {
  readonly action: 'accept' | 'decline' | 'cancel' | 'failed';
  readonly content?: Readonly<Record<string, unknown>> | undefined;
}

/** In milliseconds. No person reads a script and declines faster than this, so the client declined automatically. */
const FASTEST_PERSON_MS = 700;

export function createQuestions(now: () => number): Questions {
  const asked = new Map<string, Asked>();
  return {
    find: (key) => asked.get(key)?.answer,
    opened: (key, at) => void asked.set(key, { at, answer: 'open' }),
    answered: (key, at, response) => {
      const answer = meaning(response, now() - at);
      asked.set(key, { at, answer });
      return answer;
    },
  };
}

/**
 * VS Code, desktop and SDK hosts decline automatically if they cannot ask. An immediate decline is therefore not a
 * person's decision; neither is a dismissed form, or one accepted without content.
 */
function meaning({ action, content }: Response, afterMs: number): ApprovalAnswer {
  switch (action) {
    case 'accept': {
      const chosen = content?.answer;
      return chosen === 'once' || chosen === 'lease' || chosen === 'no' ? chosen : 'nobody-asked';
    }
    case 'decline':
      return afterMs < FASTEST_PERSON_MS ? 'nobody-asked' : 'no';
    case 'cancel':
    case 'failed':
      return 'nobody-asked';
  }
}

/** Maximum length of a script that a person can read in a dialog, in characters. */
export const MOST_SCRIPT = 4_096;

/** The form for MCP's elicitation. It asks for a choice and never for a secret, as the protocol demands. */
export function formOf(request: ApprovalRequest) {
  const answers = [
    { value: 'once', name: 'Yes, run exactly this' },
    ...(request.lease ? [{ value: 'lease', name: 'Yes, and other drafts on this box for 30 minutes' }] : []),
    { value: 'no', name: 'No' },
  ];
  const shown = request.diff ? `Changed since it was last approved:\n\n${request.diff}` : request.script;
  return {
    mode: 'form' as const,
    message: `An agent asks to run this on ${request.box}:\n\n${shown}`,
    requestedSchema: {
      type: 'object' as const,
      properties: {
        answer: {
          type: 'string' as const,
          title: 'May it run?',
          enum: answers.map((each) => each.value),
          enumNames: answers.map((each) => each.name),
        },
      },
      required: ['answer'],
    },
  };
}
