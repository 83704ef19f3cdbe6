import { nearest } from '../../base/nearest.ts';
import type { ProgramFact } from '../../model/facts/program-fact.ts';
import type { FailureContext } from './failure-context.ts';
import { type Rule, type RuleReport, textRule } from './rule.ts';

/** A script saved with Windows line ends. */
export const crlfScript: Rule = textRule({
  code: 'crlf-script',
  cause: 'binary',
  patterns: [
    /^(?<file>[\w./-]{1,200}): line \d+: .{0,200}(?:\r|\\r)/,
    /: (?<file>\/[^\s:'"‘^]{1,200})(?:\^M|\r|\\r): bad interpreter/,
    /[‘'"](?<file>[\w./-]{1,200})\\r['’"]: No such file or directory/,
    /\$'(?<file>[^']{0,200})\\r'(?:'|:)/,
    /^(?<file>[\w./-]{1,200}): (?:line )?\d+: set: (?:Illegal option -\r?$|-\r: invalid option)/,
    /syntax error near unexpected token `(?:\$'(?:do|\{)?\\r'|(?:do|then|\{)?\r)'/,
  ],
  describe: ({ groups }) => ({
    title: `${groups.file ? `${groups.file}: the` : 'The'} script has Windows line ends (CR LF), so the CR becomes part of a word.`,
    remedy:
      "Save it with LF line ends, for example with `sed -i 's/\\r$//' FILE`. Keep it so with .gitattributes: `* text=auto eol=lf`.",
    ...(groups.file && { subject: groups.file }),
  }),
});

/** A file that the step names has Windows line ends or a byte order mark, which its reader takes for content. */
export const faultyText: Rule = {
  code: 'crlf-script',
  cause: 'binary',
  find: ({ input }) =>
    (input.textFaults ?? []).map(({ id, path, fault }) => ({
      title:
        fault === 'crlf'
          ? `${path} has Windows line ends (CR LF), so each value that is read from it ends in a carriage return.`
          : `${path} begins with a byte order mark (BOM), which most programs take for content.`,
      remedy:
        fault === 'crlf'
          ? `Save it with LF line ends, for example with \`sed -i 's/\\r$//' ${path}\`.`
          : `Save it as UTF-8 without a BOM, for example with \`sed -i '1s/^\\xEF\\xBB\\xBF//' ${path}\`.`,
      subject: path,
      evidence: [id],
      weight: 'inferred' as const,
    })),
};

/** The file exists, but the program in its first line does not (execve(2): ENOENT means either). */
export const interpreterMissing: Rule = textRule({
  code: 'interpreter-missing',
  cause: 'binary',
  patterns: [
    /(?<![\w./-])(?<file>[\w./-]{1,200}): (?<interpreter>[\w./-]{1,200}): bad interpreter/,
    /(?<![\w./-])(?<file>[\w./-]{1,200}): cannot execute: required file not found/,
    /^exec (?<file>\/[\w./-]{1,200}): no such file or directory$/,
    /standard_init_linux\.go:\d+: exec user process caused:? "?no such file or directory/,
  ],
  describe: ({ groups }, context) => {
    const fact = programFact(context, groups.file);
    const interpreter = (groups.interpreter ?? fact?.shebang)?.trim();
    const file = groups.file ?? 'the program';
    const subject = groups.file ?? 'The program';
    const evidence = fact === undefined ? [] : [fact.id];
    if (fact?.crlf) {
      return {
        title: `The first line of ${file} ends in CR LF, so the CR is read as part of its interpreter's name.`,
        remedy: "Save it with LF line ends, for example with `sed -i 's/\\r$//' FILE`.",
        subject: file,
        evidence,
      };
    }
    return {
      title:
        interpreter === undefined
          ? `${subject} exists, but the interpreter in its first line (or its ELF loader) does not, or that line ends in CR LF.`
          : `${subject} needs ${interpreter}, which is not installed on this box.`,
      remedy: `Check the first line of ${file}: install ${interpreter ?? 'the interpreter'}, or use an existing one, such as /bin/sh.`,
      subject: interpreter ?? file,
      evidence,
    };
  },
});

/** A program for another architecture, or a script without a `#!` line (execve(2): ENOEXEC). */
export const execFormat: Rule = textRule({
  code: 'exec-format',
  cause: 'binary',
  patterns: [
    /(?:^|[\s"])(?<file>[\w./-]{1,200}): (?:cannot execute binary file: )?exec format error/i,
    /(?<file>)exec format error|cannot execute binary file|bad CPU type in executable|ENOEXEC/i,
  ],
  describe: ({ groups }, context) => {
    const fact = programFact(context, groups.file);
    const box = context.facts.system?.[0]?.architecture;
    const machine = fact?.machine;
    const both = machine !== undefined && box !== undefined && machine !== box;
    return {
      title: `${groups.file || 'The program'} cannot be executed here: ${both ? `it is built for ${machine}, this box is ${box}` : 'it is built for another architecture, damaged, or a script without a `#!` line'}.`,
      remedy: `Get the build for ${box ?? 'this machine (uname -m)'}, or add a \`#!\` line to the script.`,
      ...(groups.file && { subject: groups.file }),
      evidence: fact === undefined ? [] : [fact.id],
    };
  },
});

/** Found, but not executable: exit code 126 (POSIX sh, 2.8.2). */
export const notExecutable: Rule = textRule({
  code: 'not-executable',
  cause: 'binary',
  general: true,
  patterns: [
    /(?:^|: )(?<file>[^\s:]{1,200}): Permission denied$/,
    /(?:^|: )(?<file>[^\s:]{1,200}): Is a directory$/,
    /Failed at step EXEC spawning (?<file>\S{1,200}): Permission denied/,
    /exec: "?(?<file>[^\s":]{1,200})"?: permission denied/,
    /spawn (?<file>\S{1,200}) EACCES/,
  ],
  describe: ({ line, groups }, context) => {
    const spawned = /exec|spawn/i.test(line);
    if (context.exit !== 126 && !spawned) return undefined;
    const directory = line.endsWith('Is a directory');
    return {
      title: `${groups.file} ${directory ? 'is a directory, not a program' : 'is not executable (or is on a file system mounted noexec)'}.`,
      remedy: directory
        ? 'Use the program inside the directory.'
        : `Run chmod +x ${groups.file}, or start it with its interpreter.`,
      subject: groups.file ?? '',
      evidence: context.exit === 126 ? [context.exitEvidence] : [],
    };
  },
});

/** The program does not exist under that name: exit code 127 (POSIX sh, 2.8.2). */
export const programMissing: Rule = textRule({
  code: 'program-missing',
  cause: 'binary',
  general: true,
  patterns: [
    /(?:^|: )(?<name>[^\s:]{1,200}): command not found/,
    /: command not found: (?<name>\S{1,200})/,
    /^[^\s:]{1,100}: \d+: (?:exec: )?(?<name>[^\s:]{1,200}): not found$/,
    /exec: "(?<name>[^"]{1,200})": (?:executable file not found|stat [^:]{1,200}: no such file)/,
    /(?:unable to start container process|StartError|OCI runtime).{0,200}stat (?<name>\/[^\s:]{1,200}): no such file/,
    /\bspawn (?<name>[^\s]{1,200}) ENOENT/,
    /Cannot run program "(?<name>[^"]{1,200})"/,
    /(?:env|xargs|nohup|timeout|setsid|nice|stdbuf|sudo|chroot|su|ionice): (?:failed to (?:run command|execute) )?[‘'"]?(?<name>[\w./+-]{1,200})[’'"]?: (?:No such file or directory|command not found)$/,
    /exec (?<name>\S{1,100}) failed: No such file or directory/,
    /Failed (?:at step EXEC spawning|to locate executable) (?<name>[^\s:]{1,200}): No such file/,
    /^make(?:\[\d+\])?: (?<name>[^\s:*]{1,200}): (?:No such file or directory|Command not found)/,
    /FileNotFoundError: \[Errno 2\] No such file or directory: '(?<name>[^']{1,200})'/,
    /Errno::ENOENT.{0,40}No such file or directory - (?<name>[\w.+-]{1,100})$/,
    /(?:^|: )(?<path>\.{0,2}\/[^\s:]{1,200}): No such file or directory$/,
  ],
  describe: (hit, context) => {
    // A missing path is a missing program only if the shell's exit code says so.
    if (hit.groups.path !== undefined && context.exit !== 127) return undefined;
    const subprocess = context.near(hit, 12).some((line) => /_execute_child|subprocess\.py/.test(line));
    if (/FileNotFoundError/.test(hit.line) && !subprocess) return undefined;
    return missingProgramReport(hit.groups.name ?? hit.groups.path ?? '', context);
  },
});

/** Exit code 127 without a message. */
export const silent127: Rule = {
  code: 'program-missing',
  cause: 'binary',
  find: (context) =>
    context.exit === 127
      ? [
          {
            title: 'Exit code 127: a program in the script was not found.',
            remedy: 'Find the last command of the script that ran. Install it, or fix its name or PATH.',
            evidence: [context.exitEvidence],
            weight: 'consequence',
          },
        ]
      : [],
};

/** Exit code 126 without a message that another rule knows. */
export const silent126: Rule = {
  code: 'not-executable',
  cause: 'binary',
  find: (context) =>
    context.exit === 126
      ? [
          {
            title: 'Exit code 126: a program in the script was found but could not be executed.',
            remedy:
              'Check its mode (chmod +x), its mount options (noexec) and the architecture that it was built for.',
            evidence: [context.exitEvidence],
            weight: 'consequence',
          },
        ]
      : [],
};

/** A shared library that the program is linked against (ld.so(8)). */
export const libraryMissing: Rule = textRule({
  code: 'library-missing',
  cause: 'dependency',
  patterns: [
    /(?<![^\s:])(?<program>[^\s:]{1,200}): error while loading shared libraries: (?<library>[^\s:]{1,200}):/,
    /(?<![^\s:])(?<program>[^\s:]{1,200}): .{0,200}version [`'"](?<library>[\w.]{1,60})['"] not found/,
    /Library not loaded: (?<library>\S{1,200})/,
  ],
  describe: ({ groups: { library = '', program = 'The program' } }) => ({
    title: `${program} needs the shared library ${library}, which is not installed on this box.`,
    remedy: `Install the package that contains ${library} (apt-file search ${library}), or a build of ${program} for this system.`,
    subject: library,
  }),
});

/** A module of the program's own language. */
export const moduleMissing: Rule = textRule({
  code: 'module-missing',
  cause: 'dependency',
  general: true,
  patterns: [
    /ModuleNotFoundError: No module named '(?<name>[^']{1,200})'/,
    /ImportError: No module named (?<name>[\w.]{1,200})/,
    /(?<path>)No module named (?<name>[\w.]{1,100})$/,
    /Error(?: \[ERR_MODULE_NOT_FOUND\])?: Cannot find (?:module|package) '(?<name>[^']{1,300})'/,
    /Can't locate (?<name>\S{1,200}) in @INC/,
    /cannot load such file -- (?<name>\S{1,200})/,
    /ClassNotFoundException: (?<name>[\w.$]{1,200})|Could not find or load main class (?<main>\S{1,200})/,
    /fatal error: (?<name>[\w./-]{1,200}\.h(?:pp)?): No such file or directory/,
  ],
  describe: ({ line, groups }) => {
    const name = groups.name ?? groups.main ?? '';
    const header = line.includes('fatal error:');
    return {
      title: header
        ? `The header ${name} is missing.`
        : `The module ${name} is not installed for this interpreter.`,
      remedy: header
        ? `Install the development package that contains ${name} (on Debian its name ends in -dev).`
        : `Install ${name} where this interpreter looks for it (its environment, package.json or requirements file), or fix the name.`,
      subject: name,
    };
  },
});

function missingProgramReport(name: string, context: FailureContext): RuleReport {
  const short = name.split('/').at(-1) ?? name;
  const fact = programFact(context, name);
  const elsewhere = fact?.path !== undefined && fact.path !== name;
  const near = nearest(short, knownNames(context, short));
  const remedy = elsewhere
    ? `It is at ${fact.path}: add that folder to PATH, or use the full path.`
    : `Install it${near === undefined ? '' : ` (or did you mean ${near}?)`}, or fix the name or PATH.`;
  const found = context.exit === 127 ? [context.exitEvidence] : [];
  return {
    title: `${name} ${name.includes('/') ? 'does not exist' : 'is not installed, or not on PATH'}.`,
    remedy,
    subject: name,
    evidence: [...found, ...(fact === undefined ? [] : [fact.id])],
    ...(context.exit !== undefined && ![127, 1, 2].includes(context.exit) && { weight: 'logged' as const }),
  };
}

function knownNames({ facts }: FailureContext, except: string): string[] {
  const names = [...(facts.packages ?? []), ...(facts.processes ?? []), ...(facts.services ?? [])];
  return names.map(({ name }) => name).filter((name) => name !== except && name.length > 2);
}

function programFact(context: FailureContext, name: string | undefined): ProgramFact | undefined {
  return context.input.programs?.find((each) => each.name === name);
}
