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

/**
 * Whether a name is refused for inputs, facts and references, because setting it could run other code.
 * Here, because both reading a document (markdown/) and giving it values (secrets/) must refuse the same names.
 */
export function refusedName(name: string): boolean {
  return REFUSED.has(name) || REFUSED_PREFIX.test(name);
}
