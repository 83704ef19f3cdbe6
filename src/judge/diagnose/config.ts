import { nearest } from '../../base/nearest.ts';
import type { FailureContext } from './failure-context.ts';
import { type Rule, textRule } from './rule.ts';
import { pathIn } from './storage.ts';
import { KNOWN_KEYS } from './vocabulary.ts';

/** A configuration key that the program does not know. */
export const configKeyUnknown: Rule = textRule({
  code: 'config-key-unknown',
  cause: 'config',
  general: true,
  patterns: [
    /unknown directive "(?<key>[^"]{1,100})"/,
    /(?:unrecognized (?:global )?(?:directive|option|subdirective|configuration parameter)|unknown subdirective):? ['"]?(?<key>[\w.:/-]{1,100})/i,
    /(?:unknown|invalid|unexpected|unrecognized|unsupported) (?:configuration )?(?:key|field|keyword|variable|parameter|property|setting|option|directive|lvalue)(?: name)?s?:? ?[`'"‘](?<key>[\w.:/-]{1,100})/i,
    /unknown keyword '(?<key>[^']{1,100})'/,
    /Invalid command '(?<key>[^']{1,100})'/,
    /json: unknown field "(?<key>[^"]{1,100})"|unknown field "(?<field>[^"]{1,200})"/,
    /Unknown (?:key name|lvalue|key) '(?<key>[^']{1,100})' in section/,
    /error: unknown (?:flag|option|switch|command):? [`'"‘]?(?<key>[\w=.-]{1,100})/i,
    /(?:unrecognized|unknown|invalid|illegal|no such) (?:command line |long )?(?:option|flag|argument|switch)s?(?::| --)? ?(?:[`'"‘](?<key>[\w=.-]{1,100})|(?<field>-{1,2}\w[\w=.-]{0,100}))/i,
    /\[ERROR\].{0,40}unknown variable '(?<key>[^'=]{1,100})/,
    /Additional propert(?:y|ies) (?<key>[\w-]{1,100}) (?:is|are) not allowed/,
    /(?<field>\.spec\.\S{1,200}|\.metadata\.\S{1,200}): field not declared in schema/,
    /couldn't find key (?<key>\S{1,100}) in/,
    /Bad configuration option: (?<key>\S{1,100})/,
  ],
  describe: ({ line, groups }, context) => {
    const key = (groups.key ?? groups.field ?? '').replace(/[.:,]$/, '');
    return unknownKeyReport(key, pathIn(line), context);
  },
});

/** redis quotes the whole line and says only that it is invalid. */
export const redisDirective: Rule = textRule({
  code: 'config-key-unknown',
  cause: 'config',
  general: true,
  patterns: [/^>>> '(?<key>[\w-]{1,100})/],
  describe: ({ groups: { key = '' } }, context) => unknownKeyReport(key, undefined, context),
});

/** A configuration, script or document that cannot be parsed. */
export const configSyntax: Rule = textRule({
  code: 'config-syntax',
  cause: 'config',
  general: true,
  patterns: [
    /(?<![.\w])yaml: (?:line \d+: )?(?<what>[^"]{3,100})|error converting YAML to JSON|yaml\.(?:scanner|parser)\.\w+Error/,
    /(?<what>mapping values are not allowed (?:here|in this context)|found character that cannot start any token|could not find expected ':')/,
    /(?:JSONDecodeError|json: cannot unmarshal|invalid character .{1,20} looking for|Unexpected token .{1,40} (?:in|is not valid) JSON|Unexpected end of JSON input|in JSON at position|parse error: .{0,40}(?:jq|JSON))/i,
    /syntax error(?:[,:]|near| at)? ?(?<what>unexpected end of file|near unexpected token.{0,40}|.{0,60})|bad substitution|unexpected EOF while looking for matching/i,
    /(?:SyntaxError|IndentationError|TOMLDecodeError|ParseError|toml: line \d+)/,
    /(?:unexpected|invalid) (?:"[^"]{1,3}"|end of file) in (?<path>\S{1,200}:\d+)|directive "[^"]{1,60}" is not terminated by ";"/,
    /jsonpatch (?:\w{1,20} operation|.{0,40}) does not apply/,
    /configuration file \S{1,200} contains errors|Configuration error|config(?:uration)? (?:file )?is (?:invalid|not valid)/i,
  ],
  describe: ({ line, groups }) => {
    const path = groups.path ?? pathIn(line);
    const vague = /contains errors|is (?:invalid|not valid)|Configuration error/i.test(line);
    return {
      title: `${path === undefined ? 'A script or configuration' : path} cannot be parsed${groups.what ? `: ${groups.what.trim()}` : ''}.`,
      remedy: 'Fix the line that the message names: quotes, brackets, indentation, or a missing end.',
      ...(path !== undefined && { subject: path.replace(/:\d+$/, '') }),
      ...(vague && { weight: 'consequence' as const }),
    };
  },
});

/** `set -u`, or a program that requires an environment variable. */
export const variableUnset: Rule = textRule({
  code: 'variable-unset',
  cause: 'config',
  general: true,
  patterns: [
    /(?:^|: )(?<name>[A-Za-z_]\w{0,100}): (?:unbound variable|parameter (?:not set|null or not set))/,
    /(?:environment variable|env var|variable) [`'"‘]?(?<name>[A-Z_][A-Z0-9_]{1,100})[`'"’]? (?:is |must be |was )?(?:not set|required|missing|not defined|undefined|set)/i,
    /KeyError: '(?<name>[A-Z][A-Z0-9_]{2,100})'/,
  ],
  describe: ({ groups: { name = '' } }, context) => {
    const near = nearest(name, variables(context, name));
    return {
      title: `The variable ${name} has no value.`,
      remedy: `Declare it under Inputs or export it in an earlier step${near === undefined ? '' : ` (or did you mean ${near}?)`}.`,
      subject: name,
    };
  },
});

/** `$NAME/path` with an empty NAME: the error is about `/path`, which the step does not contain. */
export const emptyVariableInPath: Rule = {
  code: 'variable-unset',
  cause: 'config',
  find: (context) =>
    pathsFromVariables(context.input.step?.text ?? '').flatMap(({ name, path }) => {
      const alone = new RegExp(`(?<![\\w.~}-])${path.replace(/[.+]/g, '\\$&')}(?![\\w/-])`);
      const hit = context.search([alone])[0];
      if (hit === undefined) return [];
      const title = `The variable ${name} is empty, so $${name}${path} became ${path}.`;
      const remedy = `Export ${name} in an earlier step that runs on this box, or declare it under Inputs.`;
      return [{ title, remedy, subject: name, evidence: [hit.evidence], weight: hit.weight }];
    }),
};

/** A single name below the root, such as `/etc`, is too common to be evidence. */
function pathsFromVariables(text: string): { name: string; path: string }[] {
  const found = text.matchAll(/\$\{?(?<name>[A-Za-z_]\w*)\}?"?(?<path>\/[\w./+-]{4,200})/g);
  return [...found].map(({ groups }) => ({ name: groups!.name!, path: groups!.path! }));
}

/** A program waits for input that no one will give. */
export const waitsForInput: Rule = textRule({
  code: 'waits-for-input',
  cause: 'config',
  general: true,
  patterns: [
    /(?:\[[yY]\/[nN]\]|\((?:y\/n|yes\/no(?:\/\[fingerprint\])?)\)\??|\(Y\/I\/N\/O\/D\/Z\).{0,40}\?|[Pp]assword(?: for [\w'@.-]{1,80})?:|Do you want to continue\?.{0,10}|passphrase for .{1,100}:|Press (?:any key|ENTER|RETURN).{0,40})\s*$/,
    /end of file on stdin at conffile prompt|debconf: unable to initialize frontend: Dialog|the input device is not a TTY|stdin is not a terminal.{0,20}required/i,
  ],
  describe: ({ line }, { input }) => {
    const last = input.output.trimEnd().endsWith(line.trim());
    const fatal = /conffile prompt|not a TTY/.test(line);
    if (!fatal && !(last && input.end?.kind !== 'exit') && !/Abort/.test(input.output.slice(-200)))
      return undefined;
    return {
      title: `The program asks a question that no one can answer: ${line.trim().slice(-80)}`,
      remedy:
        'Answer in advance: -y or --yes, DEBIAN_FRONTEND=noninteractive, -o Dpkg::Options::=--force-confold, or input from a file.',
      subject: 'input',
    };
  },
});

function unknownKeyReport(key: string, path: string | undefined, context: FailureContext) {
  // Kubernetes reports the whole path; its last part is the misspelled key.
  const own = /^\.?(?:spec|metadata)\./.test(key) ? key.replace(/^.*\./, '').replace(/\[\d+\]$/, '') : key;
  const near = nearest(own, candidates(own, context));
  return {
    title: `${path ?? 'The program'} does not know ${key}${near === undefined ? '' : `; ${near} is similar`}.`,
    remedy:
      near === undefined
        ? `Check ${key} against the documentation of this version.`
        : `If you meant ${near}, write it instead of ${own}.`,
    subject: key,
  };
}

/** Words that the key may have been meant to be: known keys, and other words of the step and the output. */
function candidates(key: string, { input }: FailureContext): Set<string> {
  const text = `${input.step?.text ?? ''}\n${input.output.slice(-4000)}`;
  const words = text.match(/-{0,2}[A-Za-z][\w-]{2,40}/g) ?? [];
  const near = words.filter((word) => word !== key && words.filter((other) => other === word).length < 50);
  const known = new Set([...KNOWN_KEYS, ...near.slice(0, 400)]);
  known.delete(key);
  return known;
}

function variables({ input }: FailureContext, except: string): string[] {
  const words = input.step?.text.match(/\b[A-Z][A-Z0-9_]{2,60}\b/g) ?? [];
  return [...new Set(words)].filter((word) => word !== except);
}
