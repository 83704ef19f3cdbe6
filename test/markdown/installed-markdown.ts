import { readdirSync } from 'node:fs';

/** Every markdown file of the installed packages: independent documents. */
export function installedMarkdown(): string[] {
  return readdirSync('node_modules', { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:md|markdown)$/i.test(path))
    .map((path) => `node_modules/${path}`)
    .sort();
}
