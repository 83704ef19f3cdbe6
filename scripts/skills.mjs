// Writes plugin/skills/NAME/SKILL.md from src/mcp/skills/skill-texts.ts. With --check it only reports files that are not up to date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: ['src/mcp/skills/skill-texts.ts'],
  bundle: true,
  write: false,
  format: 'esm',
});
const { skillFile, skillTexts } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`
);

for (const skill of skillTexts) {
  const path = `plugin/skills/${skill.name}/SKILL.md`;
  const text = skillFile(skill);
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${path} is not up to date: node scripts/skills.mjs`);
    process.exitCode = 1;
  }
}
