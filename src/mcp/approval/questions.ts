import type { ApprovalAnswer, ApprovalRequest } from '../../operations/agent/tool.ts';

/** What came of a question. `open`: it is with the person. */
type Asked = { readonly at: number; readonly answer: ApprovalAnswer };

/** Which questions were asked in this process, and what came of them: nothing is asked twice. */
export interface Questions {
  find(key: string): ApprovalAnswer | undefined;
  opened(key: string, at: number): void;
  /** The client's word for an answer, made into ours. */
  answered(key: string, asked: number, response: Response): ApprovalAnswer;
}

/** What a client sends back for a form. */
export interface Response {
  readonly action: 'accept' | 'decline' | 'cancel' | 'failed';
  readonly content?: Readonly<Record<string, unknown>> | undefined;
}

/** Nobody reads a script and says no within this time, in milliseconds: the client declined by itself. */
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
 * VS Code, desktop and SDK hosts decline by themselves where they cannot ask, so a decline at once is no person's word;
 * nor is a dismissed form, or one accepted with nothing in it.
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

/** Characters of a script that a dialog can show so that a person reads it. */
export const MOST_SCRIPT = 4_096;

/** The form, in the words of MCP's elicitation. It asks for a choice and never for a secret, as the protocol demands. */
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
