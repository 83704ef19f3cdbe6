import ts from 'typescript';

/**
 * Refuses chunks whose exports may still change once they have run: chunk-loader.cjs copies them then. As long as they are what
 * esbuild makes of an export, a getter that asks another getter, every call from chunk to chunk is three calls, which is a twentieth
 * of an agent's quick call.
 *
 * @param {readonly { name: string, text: string }[]} chunks modules, by their file names
 * @throws {Error} naming the export that is assigned again, or the chunks that need each other
 */
export function assertSettled(chunks) {
  const needs = new Map();
  for (const { name, text } of chunks) {
    const module = ts.createSourceFile(name, text, ts.ScriptTarget.Latest);
    needs.set(name, imported(module));
    const names = exported(module);
    forEachAssigned(module, (assigned) => {
      if (!names.has(assigned)) return;
      throw new Error(`${name} exports ${assigned}, which is assigned again: its importers would not see it`);
    });
  }
  const done = new Set();
  for (const { name } of chunks) follow(name, []);

  function follow(name, way) {
    if (way.includes(name)) throw new Error(`chunks that need each other: ${[...way, name].join(' → ')}`);
    if (done.has(name)) return;
    for (const needed of needs.get(name) ?? []) follow(needed, [...way, name]);
    done.add(name);
  }
}

/** Chunks that this one imports before it runs, by their file names. */
function imported({ statements }) {
  return statements
    .filter((each) => ts.isImportDeclaration(each) || (ts.isExportDeclaration(each) && each.moduleSpecifier))
    .map((each) => each.moduleSpecifier.text)
    .filter((path) => path.startsWith('./'))
    .map((path) => path.slice(2));
}

/** Names, as this module knows them, of what it exports. */
function exported({ statements }) {
  const lists = statements.filter((each) => ts.isExportDeclaration(each) && each.exportClause);
  const entries = lists.flatMap((each) => each.exportClause.elements ?? []);
  return new Set(entries.map(({ propertyName, name }) => (propertyName ?? name).text));
}

/** Calls `found` with each name that is assigned other than by its declaration. Scopes are not told apart: too strict, never too lax. */
function forEachAssigned(node, found) {
  const { FirstAssignment, LastAssignment, PlusPlusToken, MinusMinusToken } = ts.SyntaxKind;
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    if (kind >= FirstAssignment && kind <= LastAssignment) forEachTarget(node.left, found);
  } else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    if ([PlusPlusToken, MinusMinusToken].includes(node.operator)) forEachTarget(node.operand, found);
  } else if (ts.isForInStatement(node) || ts.isForOfStatement(node)) forEachTarget(node.initializer, found);
  ts.forEachChild(node, (child) => forEachAssigned(child, found));
}

/** The names that an assignment to this expression changes: of `a.b = 1` none, since that changes no binding. */
function forEachTarget(node, found) {
  if (ts.isIdentifier(node)) found(node.text);
  else if (ts.isArrayLiteralExpression(node)) for (const each of node.elements) forEachTarget(each, found);
  else if (ts.isSpreadElement(node) || ts.isSpreadAssignment(node)) forEachTarget(node.expression, found);
  else if (ts.isShorthandPropertyAssignment(node)) found(node.name.text);
  else if (ts.isPropertyAssignment(node)) forEachTarget(node.initializer, found);
  else if (ts.isObjectLiteralExpression(node)) for (const each of node.properties) forEachTarget(each, found);
  else if (ts.isBinaryExpression(node)) forEachTarget(node.left, found);
  else if (ts.isParenthesizedExpression(node)) forEachTarget(node.expression, found);
}
