/** A compiled pattern whose matching time grows linearly with the text, whatever the pattern. */
export interface LinearRegex {
  /**
   * Whether the pattern matches anywhere in the text. `^` and `$` match the ends of the text; with `(?m)` they match
   * line ends.
   */
  test(text: string): boolean;
}

/**
 * Why a pattern cannot be used, or undefined. A cheap syntactic check for the parser; other errors appear when the
 * pattern is compiled. Rule: RE2's syntax has no look-around and no back-references
 * (https://github.com/google/re2/wiki/Syntax).
 */
export function regexProblem(pattern: string): string | undefined {
  for (const [token] of pattern.matchAll(/\\.|\(\?<?[=!]/gsu)) {
    if (token.startsWith('(')) return `look-around (\`${token}\`) is not supported`;
    if (/^\\(?:[1-9]|k)$/.test(token)) return `back-references (\`${token}\`) are not supported`;
  }
  // Where RE2 and JavaScript share the syntax, JavaScript's compiler finds unbalanced brackets cheaply.
  const onlyRe2 = /\(\?|\\[QE]/.test(pattern);
  return onlyRe2 ? undefined : syntaxError(pattern);
}

function syntaxError(pattern: string): string | undefined {
  try {
    new RegExp(pattern);
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^.*\/: /s, '').toLowerCase();
  }
}

/**
 * Compiles a pattern with RE2's syntax and guarantees. The engine is loaded on first use, since most passes do not
 * need it.
 */
export async function compileRegex(
  pattern: string,
  ignoreCase: boolean,
): Promise<{ readonly regex: LinearRegex } | { readonly problem: string }> {
  const { RE2JS } = await import('re2js');
  try {
    const compiled = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return { regex: { test: (text) => compiled.test(text) } };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
