/**
 * Who reads what an operation answers. An agent sees values that it gave or that the document holds literally; every other
 * value appears by its name. In a sandbox an agent runs what it likes, so its declarations and questions need no approval.
 */
export type Audience = 'person' | 'agent' | 'agent-in-sandbox';
