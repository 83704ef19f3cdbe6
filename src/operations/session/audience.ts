/**
 * The reader of an operation's answer. An agent sees values that it provided or that the document contains literally;
 * every other value is shown by name. In a sandbox an agent may run anything, so its declarations and questions need no
 * approval.
 */
export type Audience = 'person' | 'agent' | 'agent-in-sandbox';
