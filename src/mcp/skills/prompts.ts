import {
  type GetPromptResult,
  type Prompt,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';
import { skillTexts } from './skill-texts.ts';

/** The skills, for clients that offer prompts as slash commands. */
export const listPrompts = (): Prompt[] =>
  skillTexts.map(({ name, title, description }) => ({ name, title, description }));

/** @throws ProtocolError for an unknown name. */
export function getPrompt(name: string): GetPromptResult {
  const found = skillTexts.find((skill) => skill.name === name);
  if (found) {
    const { description, body } = found;
    return { description, messages: [{ role: 'user', content: { type: 'text', text: body } }] };
  }
  const names = skillTexts.map((skill) => skill.name).join(', ');
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `The prompt ${JSON.stringify(name.slice(0, 200))} does not exist. Prompts: ${names}.`,
  );
}
