import { eastAsianWidth } from 'get-east-asian-width';
import type { ApprovalAnswer, ApprovalRequest } from '../../operations/agent/tool.ts';
import { FASTEST_PERSON_MS, readingTime } from '../../operations/approval/reading-time.ts';

/** Which questions were asked in this process, and what came of them: nothing is asked twice that has an answer. */
export interface Questions {
  /** The result of a question. A yes is returned once, because the caller acts on it. */
  take(key: string): ApprovalAnswer | undefined;
  opened(key: string): void;
  /** The client's word for an answer, made into ours. `characters`: of what had to be read. */
  answered(key: string, response: Response, reading: AnswerTiming): ApprovalAnswer;
}

/** How long an answer took, and how much had to be read. */
export interface AnswerTiming {
  readonly afterMs: number;
  readonly characters: number;
  /** The question only led to the page: a yes means that the person went there. */
  readonly isPage?: boolean | undefined;
}

/** What a client sends back for a form. */
export interface Response {
  readonly action: 'accept' | 'decline' | 'cancel' | 'failed';
  readonly content?: Readonly<Record<string, unknown>> | undefined;
}

/** How often a question is asked again after an answer that came too fast. */
const MAX_FAST_ANSWERS = 3;

/** `anySpeed`: the person has said, outside of every project, that answers count however fast they come. */
export function createQuestions({ anySpeed = false }: { readonly anySpeed?: boolean } = {}): Questions {
  const known = new Map<string, ApprovalAnswer>();
  const fast = new Map<string, number>();
  return {
    take: (key) => {
      const answer = known.get(key);
      if (answer !== undefined && isYes(answer)) known.delete(key);
      return answer;
    },
    opened: (key) => void known.set(key, 'open'),
    answered: (key, response, { afterMs, characters, isPage = false }) => {
      if (isPage && response.action === 'accept') {
        known.delete(key);
        return 'on-page';
      }
      const answer = meaning(response, afterMs);
      const isFast = isYes(answer) && !anySpeed && afterMs < readingTime(characters);
      if (!isFast) {
        known.set(key, answer);
        return answer;
      }
      const times = (fast.get(key) ?? 0) + 1;
      fast.set(key, times);
      if (times < MAX_FAST_ANSWERS) known.delete(key);
      else known.set(key, 'too-fast');
      return 'too-fast';
    },
  };
}

const isYes = (answer: ApprovalAnswer) => answer === 'once' || answer === 'project' || answer === 'lease';

/**
 * VS Code, desktop and SDK hosts decline automatically where they cannot ask, so an instant decline is not a person's answer;
 * nor is a dismissed form, or one accepted with nothing in it.
 */
function meaning({ action, content }: Response, afterMs: number): ApprovalAnswer {
  switch (action) {
    case 'accept': {
      const chosen = content?.answer;
      return ANSWERS.find((each) => each === chosen) ?? 'nobody-asked';
    }
    case 'decline':
      return afterMs < FASTEST_PERSON_MS ? 'nobody-asked' : 'no';
    case 'cancel':
    case 'failed':
      return 'nobody-asked';
  }
}

const ANSWERS = ['once', 'project', 'lease', 'no'] as const;

/**
 * How a client's dialog shows the script: whole; whole as far as it fits on a screen, without a sign of the rest; or one line for each
 * field of the form, which scrolls.
 */
export type Dialog = 'whole' | 'screen' | 'fields';

/** Characters of a script that a dialog can show so that a person reads it. */
const MAX_SCRIPT = 4_096;

/** What a terminal of 80 by 24 has for message and script, next to the answers. */
const SCREEN = { columns: 74, rows: 17 };

/** A field of a form: columns of its line, and how many a person looks through. */
const FIELDS = { columns: 66, most: 16 };

/** Whether a dialog shows every character of a script; what it does not is approved on the page or on a terminal. */
export function isShownWhole(request: ApprovalRequest, dialog: Dialog): boolean {
  const { script } = request;
  switch (dialog) {
    case 'whole':
      return script.length <= MAX_SCRIPT;
    case 'screen':
      return rowsOf(`${messageOf(request)}\n${script}`) <= SCREEN.rows;
    case 'fields':
      return piecesOf(script).length <= FIELDS.most;
  }
}

/** At most: lines are wrapped between words, so of two rows that follow each other one is at least half full. */
function rowsOf(text: string): number {
  const widths = text.split('\n').map((line) => [...line].reduce((sum, each) => sum + widthOf(each), 0));
  const rows = widths.map((width) => (width <= SCREEN.columns ? 1 : Math.ceil((2 * width) / SCREEN.columns)));
  return rows.reduce((sum, each) => sum + each, 0);
}

/** The lines of a script, each as wide as a field. */
function piecesOf(script: string): string[] {
  const pieces: string[] = [];
  for (const line of script.split('\n')) {
    let columns = FIELDS.columns;
    for (const character of line) {
      columns += widthOf(character);
      if (columns > FIELDS.columns) {
        pieces.push('');
        columns = widthOf(character);
      }
      pieces[pieces.length - 1] += character;
    }
  }
  return pieces;
}

const widthOf = (character: string) => (character === '\t' ? 8 : eastAsianWidth(character.codePointAt(0)!));

const messageOf = ({ what, box, remark }: ApprovalRequest) =>
  `An agent asks to run ${what} on ${box}.${remark === undefined ? '' : ` ${remark}`}`;

/**
 * The form, in the words of MCP's elicitation. Clients cut a message after a few lines and show a field's description whole, so what
 * would run is in the description, or each line of it in that of a field. It asks for a choice and never for a secret, as the protocol demands.
 */
export function formOf(request: ApprovalRequest, { modern, dialog }: { modern: boolean; dialog: Dialog }) {
  const { script, lease } = request;
  const answers = [
    { const: 'once', title: 'Yes, this once' },
    { const: 'project', title: 'Yes, and whenever exactly this comes again in this project on this box' },
    ...(lease
      ? [
          {
            const: 'lease',
            title: 'Yes, and other steps and drafts of this project on this box for 30 minutes',
          },
        ]
      : []),
    { const: 'no', title: 'No' },
  ];
  // Revision 2026-07-28 calls enumNames legacy; earlier clients know nothing else.
  const choices = modern
    ? { oneOf: answers }
    : { enum: answers.map((each) => each.const), enumNames: answers.map((each) => each.title) };
  return {
    mode: 'form' as const,
    message: messageOf(request),
    requestedSchema: {
      type: 'object' as const,
      properties: {
        answer: {
          ...{ type: 'string' as const, title: 'May this run?' },
          ...(dialog === 'fields' ? {} : { description: script }),
          ...choices,
        },
        ...(dialog === 'fields' ? lineFields(script) : {}),
      },
      required: ['answer'],
    },
  };
}

/** Leads the person to the page, where they sign in with a code that no client and no agent has. */
export function pageOffer({ what, box, page }: ApprovalRequest) {
  const message = `An agent asks to run ${what} on ${box}. Read it and decide on the page of runbook serve.`;
  return { message, url: page?.url ?? '' };
}

/** A field for each line, whose description is the line. What is filled in means nothing. */
function lineFields(script: string) {
  const field = (description: string, index: number) => [
    `line_${index + 1}`,
    { type: 'boolean' as const, title: `line ${index + 1}`, description, default: true },
  ];
  return Object.fromEntries(piecesOf(script).map(field));
}
