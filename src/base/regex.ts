/** A compiled pattern whose matching time grows linearly with the text, whatever the pattern. */
export interface LinearRegex {
  /** Whether the pattern occurs anywhere in the text. `^` and `$` are the ends of the text; `(?m)` makes them line ends. */
  test(text: string): boolean;
}

/**
 * Why a pattern cannot be used, or undefined. Cheap and syntactic, for parsing: what is wrong beyond that shows when it
 * is compiled. Rule: RE2's syntax, without look-around and back-references (https://github.com/google/re2/wiki/Syntax).
 */
export function regexProblem(pattern: string): string | undefined {
  for (const [token] of pattern.matchAll(/\\.|\(\?<?[=!]/gsu)) {
    if (token.startsWith('(')) return `look-around (\`${token}\`)`;
    if (/^\\(?:[1-9]|k)$/.test(token)) return `a back-reference (\`${token}\`)`;
  }
  // Where RE2 and JavaScript agree on the syntax, JavaScript finds unbalanced brackets at no cost.
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

/** Compiles with RE2's syntax and guarantees. The engine is loaded at the first use, as most passes need none. */
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
