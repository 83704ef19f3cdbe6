// The prose of a TypeScript file: its comments and the texts of its string literals, each with its line.
import ts from 'typescript';

/**
 * Comments without their marks, and literals that read as a sentence.
 *
 * @returns {{ line: number, text: string, comment: boolean, title: boolean }[]}
 */
export function proseOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const seen = new Set();
  const add = (offset, words, { comment = false, title = false } = {}) => {
    if (/[a-z]{2,} [a-z]{2,}/i.test(words))
      found.push({
        line: source.getLineAndCharacterOfPosition(offset).line + 1,
        text: words,
        comment,
        title,
      });
  };
  const visit = (node) => {
    for (const range of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []) comment(range);
    for (const range of ts.getTrailingCommentRanges(text, node.getEnd()) ?? []) comment(range);
    if (ts.isStringLiteral(node) && !ts.isImportDeclaration(node.parent))
      add(node.getStart(), node.text, { title: isTitle(node) });
    if (ts.isNoSubstitutionTemplateLiteral(node)) add(node.getStart(), node.text, { title: isTitle(node) });
    if (ts.isTemplateExpression(node))
      add(
        node.getStart(),
        [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join(' X '),
        { title: isTitle(node) },
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
      { comment: true },
    );
  };
  visit(source);
  return found;
}

/** Whether a text is the title of a test: the first argument of test, it or describe, or of their each. */
function isTitle(node) {
  const { parent } = node;
  if (!ts.isCallExpression(parent) || parent.arguments[0] !== node) return false;
  return /^(?:test|it|describe)\b/.test(parent.expression.getText());
}
