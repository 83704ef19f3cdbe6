import { createHash } from 'node:crypto';
import { ProtocolError, ProtocolErrorCode, type Resource } from '@modelcontextprotocol/server';
import { skillFile, skillTexts } from './skill-texts.ts';

/** The extension of SEP-2640, whose methods are skills/list and skills/get. */
export const SKILLS_EXTENSION = 'io.modelcontextprotocol/skills';

/** A skill as SEP-2640 describes it: its front matter, and its files with what a client verifies them by. */
interface Skill {
  readonly uri: string;
  readonly frontmatter: { readonly name: string; readonly description: string };
  readonly resources: readonly { readonly uri: string; readonly digest: string; readonly size: number }[];
}

const MIME_TYPE = 'text/markdown';

export const listSkills = (): Skill[] => skillTexts.map(entryOf);

/** @throws ProtocolError for an unknown URI */
export function getSkill(uri: string): Skill {
  const found = listSkills().find((skill) => skill.uri === uri);
  if (found) return found;
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `The skill ${JSON.stringify(uri.slice(0, 200))} does not exist. Skills: ${skillTexts.map(uriOf).join(', ')}.`,
  );
}

/** The files of the skills, as resources. */
export function skillResources(): Resource[] {
  return skillTexts.map((skill) => {
    const { name, title, description } = skill;
    return { name, uri: uriOf(skill), title, description, mimeType: MIME_TYPE };
  });
}

/** The file at a URI; undefined if it is not a skill's. */
export function readSkill(uri: string): { uri: string; mimeType: string; text: string } | undefined {
  const found = skillTexts.find((skill) => uriOf(skill) === uri);
  return found && { uri, mimeType: MIME_TYPE, text: skillFile(found) };
}

function entryOf(skill: (typeof skillTexts)[number]): Skill {
  const bytes = Buffer.from(skillFile(skill));
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const { name, description } = skill;
  const uri = uriOf(skill);
  return { uri, frontmatter: { name, description }, resources: [{ uri, digest, size: bytes.length }] };
}

const uriOf = ({ name }: { name: string }) => `skill://${name}/SKILL.md`;
