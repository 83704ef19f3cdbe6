const REFERENCE = /\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** A text with its references replaced, and the names that nobody knew (each once, in order). */
export interface Substituted {
  readonly text: string;
  readonly missing: string[];
}

/**
 * Replaces `${NAME}` for every name that `lookup` knows; any other `${` stays as it is, and `$${NAME}` becomes a
 * literal `${NAME}`. Values are not looked into again, so what a value holds can never be a reference.
 */
export function substitute(text: string, lookup: (name: string) => string | undefined): Substituted {
  const missing = new Set<string>();
  const replaced = text.replace(REFERENCE, (reference: string, name: string) => {
    if (reference.startsWith('$$')) return reference.slice(1);
    const value = lookup(name);
    if (value === undefined) missing.add(name);
    return value ?? reference;
  });
  return { text: replaced, missing: [...missing] };
}

/** The names that a text refers to by `${NAME}`, each once, in order. */
export function references(text: string): string[] {
  return substitute(text, () => undefined).missing;
}

/**
 * Variables that decide what code the next program loads or how a shell reads its script.
 * Sources: ld.so(8), dyld(1), bash(1) and the list that sudo removes in `env_reset` (sudoers(5), `sudo -V`).
 */
const REFUSED = new Set(
  `PATH IFS ENV BASH_ENV BASHOPTS SHELLOPTS CDPATH GLOBIGNORE PS4 PROMPT_COMMAND ZDOTDIR FPATH
   NODE_OPTIONS NODE_PATH PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONINSPECT PERL5LIB PERLLIB PERL5OPT PERL5DB
   RUBYLIB RUBYOPT JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS GCONV_PATH HOSTALIASES LOCALDOMAIN
   RES_OPTIONS NLSPATH TERMINFO TERMINFO_DIRS TERMCAP GIT_SSH GIT_SSH_COMMAND GIT_EXEC_PATH`.split(/\s+/),
);

const REFUSED_PREFIX = /^(?:LD_|DYLD_|_RLD|BASH_FUNC_|GIT_CONFIG)/;

/** Whether a name is refused for inputs, facts and references, because setting it could run other code. */
export function refusedName(name: string): boolean {
  return REFUSED.has(name) || REFUSED_PREFIX.test(name);
}
