// The messages of src, taken from the code by its syntax: an object or a call that has a message, title or reason, and
// what to do about it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const SAYS = ['message', 'title', 'says', 'reason'];
const ADVISES = ['remedy', 'nextStep'];

/** Parameters of methods whose rest parameter is a [message, remedy] pair. */
const REPORT = ['code', 'offset', 'message', 'remedy'];

/** @returns {{ file: string, code: string, says: string[], advises: string[] }[]} each with its alternatives */
export function messagesOf(root = 'src') {
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) =>
      ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true),
    );
  const shared = new Map(sources.flatMap((source) => functionsOf(source, true)));
  return sources.flatMap((source) => {
    const functions = new Map([...shared, ...functionsOf(source, false)]);
    return withoutRepeats(rowsOf(source, functions));
  });
}

/** Each once; one with a code instead of the same without. */
function withoutRepeats(rows) {
  const byText = new Map();
  for (const row of rows) {
    const key = JSON.stringify([row.says, row.advises]);
    const first = byText.get(key);
    if (first === undefined || (first.code === '' && row.code !== '')) byText.set(key, row);
  }
  return [...byText.values()];
}

/** The parameter names of functions and constructors, by name. */
function functionsOf(source, onlyExported) {
  const found = [];
  const visit = (node) => {
    const isExported = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (ts.isFunctionDeclaration(node) && node.name && (isExported || !onlyExported))
      found.push([node.name.text, namesOf(node)]);
    if (ts.isClassDeclaration(node) && node.name && (isExported || !onlyExported)) {
      const created = node.members.find(ts.isConstructorDeclaration);
      if (created) found.push([node.name.text, namesOf(created)]);
    }
    if (
      !onlyExported &&
      ts.isVariableDeclaration(node) &&
      node.initializer &&
      ts.isArrowFunction(node.initializer)
    )
      found.push([node.name.getText(), namesOf(node.initializer)]);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const namesOf = (node) => node.parameters.map(({ name }) => name.getText());

function rowsOf(source, functions) {
  const rows = [];
  const visit = (node) => {
    const fields = fieldsOf(node, functions);
    if (fields) {
      const advises = textsOf(fields, ADVISES);
      // A reason alone is the end of a sentence that another file begins.
      const says = textsOf(fields, advises.length > 0 ? SAYS : ['message', 'title']);
      const [code = ''] = textsAt(fields.get('code') ?? fields.get('kind') ?? fields.get('id'));
      const isShown = fields.has('code') || fields.has('severity') || fields.isError;
      if (advises.length > 0 ? says.length > 0 || code !== '' : says.length > 0 && isShown)
        rows.push({ file: source.fileName, code, says, advises });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return rows;
}

/** The named values of an object literal or of a call of a function that is known. */
function fieldsOf(node, functions) {
  if (ts.isObjectLiteralExpression(node)) {
    const fields = node.properties.flatMap((each) => {
      if (ts.isPropertyAssignment(each)) return [[each.name.getText(), each.initializer]];
      return ts.isShorthandPropertyAssignment(each) ? [[each.name.text, each.name]] : [];
    });
    return new Map(fields);
  }
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined;
  const callee = node.expression;
  const names =
    ts.isPropertyAccessExpression(callee) && /^(?:error|warning)$/.test(callee.name.text)
      ? REPORT
      : functions.get(callee.getText());
  if (!names || !node.arguments) return undefined;
  const fields = new Map(
    node.arguments.flatMap((each, index) => (names[index] ? [[names[index], each]] : [])),
  );
  const more = node.arguments.find(ts.isObjectLiteralExpression);
  if (more)
    for (const [name, value] of fieldsOf(more, functions)) if (!fields.has(name)) fields.set(name, value);
  fields.isError = ts.isNewExpression(node);
  return fields;
}

const textsOf = (fields, names) =>
  names.flatMap((name) => (fields.has(name) ? textsAt(fields.get(name)).filter(isSentence) : []));

const isSentence = (text) => /[a-z]{2,} [a-z‹{]/i.test(text);

/** The alternatives of a text: of a literal, template, sum, choice, constant, or function of the same file. */
function textsAt(node, depth = 0) {
  if (!node || depth > 4) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    const text = node.templateSpans.map((span) => placeholder(span.expression, depth) + span.literal.text);
    return [(node.head.text + text.join('')).replace(/\s+/g, ' ')];
  }
  if (ts.isParenthesizedExpression(node)) return textsAt(node.expression, depth);
  if (ts.isConditionalExpression(node))
    return [...textsAt(node.whenTrue, depth), ...textsAt(node.whenFalse, depth)];
  if (ts.isBinaryExpression(node)) {
    if (isFallback(node)) return [...textsAt(node.left, depth), ...textsAt(node.right, depth)];
    const [left] = textsAt(node.left, depth);
    const [right] = textsAt(node.right, depth);
    return left === undefined && right === undefined
      ? []
      : [(left ?? placeholder(node.left, depth)) + (right ?? placeholder(node.right, depth))];
  }
  if (ts.isIdentifier(node)) return textsAt(constant(node), depth + 1);
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression))
    return returnedTexts(node.expression, depth + 1);
  return [];
}

const isFallback = (node) =>
  ts.isBinaryExpression(node) &&
  [ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.BarBarToken].includes(node.operatorToken.kind);

/** The value of a constant that is visible at the node. */
function constant(node) {
  for (let scope = node.parent; scope; scope = scope.parent) {
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) continue;
    for (const statement of scope.statements)
      if (ts.isVariableStatement(statement))
        for (const each of statement.declarationList.declarations)
          if (each.name.getText() === node.text) return each.initializer;
  }
  return undefined;
}

function returnedTexts(name, depth) {
  const declared = name
    .getSourceFile()
    .statements.find((each) => ts.isFunctionDeclaration(each) && each.name?.text === name.text);
  const body = declared?.body ?? constant(name)?.body;
  if (!body) return [];
  if (!ts.isBlock(body)) return textsAt(body, depth);
  const texts = [];
  const visit = (node) => {
    if (ts.isReturnStatement(node)) texts.push(...textsAt(node.expression, depth));
    else if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  visit(body);
  return texts;
}

function placeholder(expression, depth) {
  const known = textsAt(expression, depth + 2).filter((text) => text !== '');
  const isOpen = isFallback(expression) && textsAt(expression.left, depth + 2).length === 0;
  const texts = isOpen && known.length > 0 ? [`‹${nameOf(expression.left)}›`, ...known] : known;
  if (texts.length === 1 && /^[ :(]*‹[^‹›|]+›[ :)]*$/.test(texts[0])) return texts[0];
  if (texts.length === 1 && isSentence(texts[0]) && !texts[0].includes('‹')) return texts[0];
  if (texts.length > 0 && texts.length < 5 && texts.some((text) => / /.test(text.trim())))
    return `‹${texts.map((text) => text.trim()).join(' | ')}›`;
  return `‹${nameOf(expression)}›`;
}

const NAMESPACES = /^(?:JSON|Math|Object|String|path|os)$/;

/** The word for the value of an expression: `names` for `names.join(', ')`, `seconds` for `Math.round(seconds)`. */
function nameOf(node) {
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node))
    return nameOf(node.expression);
  if (isFallback(node) || (ts.isBinaryExpression(node) && !/[A-Za-z]$/.test(node.right.getText())))
    return nameOf(node.left);
  if (ts.isConditionalExpression(node)) return nameOf(node.whenTrue);
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'length' ? 'number' : node.name.text;
  if (ts.isCallExpression(node)) {
    const { expression: callee, arguments: given } = node;
    const isMethod = ts.isPropertyAccessExpression(callee) && !NAMESPACES.test(callee.expression.getText());
    if (isMethod) return nameOf(callee.expression);
    const named = given.find((each) => !ts.isStringLiteralLike(each) && !ts.isArrowFunction(each));
    return named === undefined ? callee.getText() : nameOf(named);
  }
  return /[A-Za-z]+(?=\W*$)/.exec(node.getText())?.[0] ?? 'value';
}
