// Names that more than one file of src exports: a reader who searches for such a name finds two things.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** Names that several files export because they mean the same there, and why that is so. */
const SAME_MEANING = {};

/** @returns {{ path: string, line: number, text: string }[]} */
export function ambiguousNames() {
  const places = new Map();
  for (const path of execFileSync('git', ['ls-files', 'src'], { encoding: 'utf8' }).split('\n'))
    if (path.endsWith('.ts'))
      for (const { name, line } of exportsOf(path))
        places.set(name, [...(places.get(name) ?? []), { path, line }]);
  return [...places]
    .filter(
      ([name, found]) =>
        !Object.hasOwn(SAME_MEANING, name) && new Set(found.map(({ path }) => path)).size > 1,
    )
    .flatMap(([name, found]) =>
      found.map(({ path, line }) => ({
        path,
        line,
        text: `"${name}" is exported by ${found.map((each) => each.path).join(' and ')}: give each its own name`,
      })),
    );
}

/** What the file itself declares and exports; a name that it passes on belongs to another file. */
function exportsOf(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  return source.statements
    .filter((each) => each.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    .flatMap((each) => (ts.isVariableStatement(each) ? each.declarationList.declarations : [each]))
    .filter(({ name }) => name && ts.isIdentifier(name))
    .map(({ name }) => ({
      name: name.text,
      line: source.getLineAndCharacterOfPosition(name.getStart()).line + 1,
    }));
}
