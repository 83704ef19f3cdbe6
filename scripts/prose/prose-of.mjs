// The prose of a TypeScript file: its comments and the texts of its string literals, each with its line.
import ts from 'typescript';

/** @returns {{ line: number, text: string, comment: boolean }[]} comments without their marks, and literals that read as a sentence */
export function proseOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const seen = new Set();
  const add = (offset, words, comment = false) => {
    if (/[a-z]{2,} [a-z]{2,}/i.test(words))
      found.push({ line: source.getLineAndCharacterOfPosition(offset).line + 1, text: words, comment });
  };
  const visit = (node) => {
    for (const range of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []) comment(range);
    for (const range of ts.getTrailingCommentRanges(text, node.getEnd()) ?? []) comment(range);
    if (ts.isStringLiteral(node) && !ts.isImportDeclaration(node.parent)) add(node.getStart(), node.text);
    if (ts.isNoSubstitutionTemplateLiteral(node)) add(node.getStart(), node.text);
    if (ts.isTemplateExpression(node))
      add(
        node.getStart(),
        [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join(' X '),
      );
    ts.forEachChild(node, visit);
  };
  const comment = ({ pos, end }) => {
    if (seen.has(pos)) return;
    seen.add(pos);
    add(
      pos,
      text
        .slice(pos, end)
        .replace(/^\/\*\*?|\*\/$|^\/\/|^\s*\*/gm, ' ')
        .replace(/`[^`\n]*`/g, 'CODE'),
      true,
    );
  };
  visit(source);
  return found;
}
