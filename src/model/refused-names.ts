/**
 * Variables that determine what code the next program loads or how a shell parses its script. Sources: ld.so(8),
 * dyld(1), bash(1) and the variables that sudo removes with `env_reset` (sudoers(5), `sudo -V`).
 */
const REFUSED = new Set(
  `PATH IFS ENV BASH_ENV BASHOPTS SHELLOPTS CDPATH GLOBIGNORE PS4 PROMPT_COMMAND ZDOTDIR FPATH
   NODE_OPTIONS NODE_PATH PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONINSPECT PERL5LIB PERLLIB PERL5OPT PERL5DB
   RUBYLIB RUBYOPT JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS GCONV_PATH HOSTALIASES LOCALDOMAIN
   RES_OPTIONS NLSPATH TERMINFO TERMINFO_DIRS TERMCAP GIT_SSH GIT_SSH_COMMAND GIT_EXEC_PATH`.split(/\s+/),
);

const REFUSED_PREFIX = /^(?:LD_|DYLD_|_RLD|BASH_FUNC_|GIT_CONFIG)/;

/**
 * Whether a name is rejected for inputs, facts and references, because setting it could run other code. It is in
 * `model` because both reading a document (markdown/) and resolving values (secrets/) must reject the same names.
 */
export function refusedName(name: string): boolean {
  return REFUSED.has(name) || REFUSED_PREFIX.test(name);
}
