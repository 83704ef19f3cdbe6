import { isAbsolute, join, normalize } from 'node:path';

/** Paths that a text names: where logs may be, and what may name more of them. */
export interface NamedPaths {
  /** Targets of redirects, of log options and of log settings. */
  readonly logs: readonly string[];
  /** Everything else that looks like a path. */
  readonly others: readonly string[];
}

const REDIRECT =
  /(?:^|[^<>=-])(?:\d|&)?>{1,2}\|?\s*(?<path>"[^"\n]{1,300}"|'[^'\n]{1,300}'|[^\s"';&|<>()]{1,300})/g;
const OPTION =
  /(?:^|\s)(?:-[lLgEe]|--?(?:[\w-]{0,20}-)?(?:log|err|stderr)(?:-?(?:file|path|output|target|destination|error))?|tee(?:\s+-a)?)(?:\s+|=)(?<path>["']?[\w$~{}./@+-]{1,300})/g;
const SETTING =
  /\b(?:error_?log|log_?(?:file|error|dest|path)|logfile|log-(?:file|error|facility)|std(?:err|out)_logfile|errorlog|output|log)\b\s*[=: ]\s*(?:(?:file|output)\s+)*(?<path>["']?[\w$~{}./@+-]{1,300})/gi;
const WORD =
  /(?:^|[\s"'=:,(<>])(?<path>[\w$~{}.@+-]*\/[\w$~{}./@+-]{1,300}|[\w@+-]{1,100}(?:\.[\w@+-]{1,30}){1,4})(?=$|[\s"':;,)&|<>])/gm;

/**
 * Reads paths out of a step or a configuration. `folders` are tried for relative names. Variables that the text itself
 * assigns are replaced; a path with another variable is dropped.
 */
export function namedPaths(text: string, folder: string, home: string): NamedPaths {
  const values = variablesIn(text, folder, home);
  const folders = [folder, ...foldersIn(text, folder, values)];
  const written = text
    .split('\n')
    .filter((line) => !line.includes('<<') && !/^\s*(?:echo|printf)\b/.test(line));
  const spoken = written.join('\n');
  const logs = [...found(REDIRECT, spoken), ...found(OPTION, text), ...found(SETTING, text)];
  return {
    logs: absolute(logs, folders, values),
    others: absolute(found(WORD, text), folders, values),
  };
}

function found(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(({ groups }) => groups!.path!.replace(/^["']|["']$/g, ''));
}

function variablesIn(text: string, folder: string, home: string): Map<string, string> {
  const values = new Map([
    ['PWD', folder],
    ['HOME', home],
    ['APACHE_LOG_DIR', '/var/log/apache2'],
  ]);
  for (const [, name, value] of text.matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)=["']?([\w./@+-]{1,300})/gm))
    values.set(name!, value!);
  return values;
}

function foldersIn(text: string, folder: string, values: ReadonlyMap<string, string>): string[] {
  const named = [...text.matchAll(/(?:^|[\s;&|(])(?:cd|pushd|-C|--chdir)\s+["']?([\w$~{}./@+-]{1,300})/g)];
  return absolute(
    named.map(([, path]) => path!),
    [folder],
    values,
  ).slice(0, 8);
}

function absolute(
  paths: readonly string[],
  folders: readonly string[],
  values: ReadonlyMap<string, string>,
): string[] {
  const whole = paths.flatMap((path) => {
    const expanded = path
      .replace(/^~(?=\/|$)/, values.get('HOME')!)
      .replace(/\$\{?(\w+)\}?/g, (kept, name: string) => values.get(name) ?? kept);
    if (/[$`{}]/.test(expanded)) return [];
    return isAbsolute(expanded) ? [normalize(expanded)] : folders.map((each) => join(each, expanded));
  });
  return [...new Set(whole)];
}
