import { createHash } from 'node:crypto';
import { shellQuote } from '../../base/shell-quote.ts';
import type { Action, ApplyAction, RegistryAction, ShellAction } from '../../model/action.ts';
import type { Check } from '../../model/check.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { Input, Step } from '../../model/runbook.ts';
import type { LeftState } from '../../plan/left-state.ts';
import { type Exported, type ExportSource, fenceOf, type Loss, TYPED } from '../exporter.ts';
import { objectsText } from './objects-text.ts';
import CHECKS from './scripts/checks.sh';
import RUNTIME from './scripts/runtime.sh';
import { shellCheckOf } from './shell-check-of.ts';
import { hereText, type IsReference, quotedText, word } from './words.ts';

/** Writes one POSIX script that checks, skips and acts as a replay does. */
export function exportShell(source: ExportSource): Exported {
  const script = new ShellScript(source);
  return { files: [{ path: 'runbook.sh', text: script.text(), executable: true }], losses: script.losses };
}

/** Names that any shell sets; `${HOME}` in a file fence is literal text. */
const LITERAL = new Set(
  'HOME PATH PWD USER LOGNAME SHELL LANG LC_ALL TERM TMPDIR HOSTNAME UID RANDOM IFS'.split(' '),
);

class ShellScript {
  readonly losses: Loss[] = [];
  readonly #declared: ReadonlySet<string>;
  /** What each step leaves to later ones. */
  readonly #left: ReadonlyMap<PlanStep, LeftState>;
  readonly #exported: ReadonlySet<string>;
  readonly #secrets: readonly string[];

  constructor(private readonly source: ExportSource) {
    const { inputs, facts, frontMatter } = source.runbook;
    this.#declared = new Set(
      [...inputs, ...facts].map(({ name }) => name).concat(Object.keys(frontMatter.env)),
    );
    this.#left = new Map(
      source.plan.steps.flatMap((each) => {
        const left = source.leaves(each);
        return left ? [[each, left] as const] : [];
      }),
    );
    this.#exported = new Set([...this.#left.values()].flatMap(({ names }) => [...names]));
    this.#secrets = inputs.filter(({ kind }) => kind === 'secret').map(({ name }) => name);
  }

  text(): string {
    const { runbook, plan, hash } = this.source;
    const steps = plan.steps.filter(({ step }) => this.#isIncluded(step));
    const problems = plan.problems.filter(({ step }) => this.#isUsed(step));
    const bodies = [...problems, ...steps].map((each) => this.#functions(each));
    const calls = steps.map((each) => `step ${this.#prefix(each.step)} ${this.#identity(each)}`);
    const undos = steps
      .toReversed()
      .map(
        (each) =>
          `undo ${this.#prefix(each.step)} ${fileName(each.step.id)} ${shellQuote(this.#exports(each))}`,
      );
    return `${[
      '#!/bin/sh',
      `# ${runbook.name}: exported from ${runbook.file} by runbook.`,
      `# sha256 of the document's code: ${hash}`,
      '# Brings this machine to what the document says: sh runbook.sh. Reverts it: sh runbook.sh undo.',
      '# Exit codes: 0 done, 1 a step failed, 3 a person is needed.',
      '# shellcheck disable=SC2015,SC2016,SC2030,SC2031,SC2317 # functions are called by name, in subshells, with quoted fences',
      'set -u',
      `rb_newline='\n'`,
      'rb_folder=$(cd -- "$(dirname -- "$0")" && pwd) || exit 3',
      `rb_secrets=${shellQuote(this.#secrets.join(' '))}`,
      `\n${code(CHECKS)}`,
      code(RUNTIME),
      this.#inputs(),
      ...bodies,
      `begin ${fileName(runbook.name)}`,
      'if [ "${1-}" = undo ]; then',
      ...undos.map((each) => `  ${each}`),
      '  exit 0',
      'fi',
      ...calls,
      "say 'done' ''",
    ].join('\n')}\n`;
  }

  #lose(place: Loss['place'], what: string, reason: string): void {
    this.losses.push({ place, what, reason });
  }

  #isIncluded({ excluded, place, title }: Step): boolean {
    if (excluded) this.#lose(place, `the step "${title}"`, 'it runs only with --only');
    return !excluded;
  }

  /** A problem that is looked for in the pass; the others need the output of a failure. */
  #isUsed({ id, place, title, actions }: Step): boolean {
    const { steps } = this.source.plan;
    const used = steps.some((each) => [...each.obstaclesBefore, ...each.obstaclesAfter].includes(id));
    if (!used && actions.length > 0)
      this.#lose(
        place,
        `the problem "${title}"`,
        'only a replay compares the output of a failed step with a Symptom',
      );
    return used;
  }

  #prefix = (step: Step): string => `${step.kind === 'step' ? 's' : 'p'}${step.index}`;

  #exports(planned: PlanStep): string {
    const left = this.#left.get(planned);
    return left ? [...left.names, ...(left.directory ? ['PWD'] : [])].join(' ') : '';
  }

  #identity(planned: PlanStep): string {
    const { step, actionHash, rebuildAfter, inputs } = planned;
    if (this.#left.get(planned)?.anyName)
      this.#lose(
        step.place,
        `what "${step.title}" exports`,
        'its text does not show the names, so a later run does not have them',
      );
    const needs = rebuildAfter.map(fileName).join(' ');
    return [
      fileName(step.id),
      actionHash,
      ...[needs, inputs.join(' '), this.#exports(planned)].map(shellQuote),
    ].join(' ');
  }

  #isReference: IsReference = (name) =>
    this.#declared.has(name) || this.#exported.has(name) || (/^[A-Z_]/.test(name) && !LITERAL.has(name));

  #word = (text: string): string => word(text, this.#isReference);

  /** Relative paths start at the document's folder. */
  #path(path: string): string {
    return /^(?:\/|~|\$\{)/.test(path) ? this.#word(path) : `"$rb_folder"/${this.#word(path)}`;
  }

  #inputs(): string {
    const { inputs, facts, frontMatter } = this.source.runbook;
    const constants = [
      ...Object.entries(frontMatter.env),
      ...facts.map(({ name, value }) => [name, value] as const),
    ];
    return [
      "rb_missing=''",
      ...constants
        .filter(([name]) => /^[A-Za-z_]\w*$/.test(name))
        .map(([name, value]) => `export ${name}=${shellQuote(value)}`),
      ...inputs.map(input),
      '[ -z "$rb_missing" ] || stop 3 "set in the environment:$rb_missing"',
    ].join('\n');
  }

  #functions(planned: PlanStep): string {
    const { step } = planned;
    const prefix = this.#prefix(step);
    const parts: string[] = [];
    const define = (name: string, lines: readonly string[]) =>
      parts.push(`${prefix}_${name}() {${lines.length > 0 ? `\n${lines.join('\n')}\n` : ' :; '}}`);
    const always = step.actions.filter((action) => action.always);
    const fences = new Map(
      [...step.actions, ...step.undo].map((action, at) => [
        action,
        this.#fence(step, action, `${prefix}_fence${at}`),
      ]),
    );
    parts.push(...[...fences.values()].flatMap(({ functions }) => functions));
    const covering = step.actions.every(({ kind }) => kind !== 'shell') ? 1 : 0;
    const own = step.actions.flatMap((action) => {
      const same = fences.get(action)!.check;
      return same === undefined
        ? []
        : [`check 0 ${covering} ${shellQuote(fenceOf(action, step.title))} ${same}`];
    });
    const run = (actions: readonly Action[]) => actions.map((action) => fences.get(action)!.run);
    const obstacles = (ids: readonly string[]) => ids.map((id) => this.#obstacle(id));
    define('when', this.#checks(step, step.when, `${prefix}_when`, parts));
    define('verify', [...own, ...this.#checks(step, step.verify, `${prefix}_check`, parts)]);
    define('run', [
      ...obstacles(planned.obstaclesBefore),
      ...run(step.actions),
      ...obstacles(planned.obstaclesAfter),
    ]);
    define('always', run(always));
    define('undo', run(step.undo));
    const why = step.why === '' ? [] : step.why.split('\n').map((line) => `# ${line}`.trimEnd());
    return [`\n# ${step.title} (${step.place.file}:${step.place.line})`, ...why, ...parts].join('\n');
  }

  #obstacle(id: string): string {
    const { step } = this.source.plan.problems.find((each) => each.step.id === id)!;
    return `obstacle ${this.#prefix(step)} ${shellQuote(step.title)} || return 1`;
  }

  #checks(step: Step, checks: readonly Check[], name: string, functions: string[]): string[] {
    return checks.flatMap((check, at) => {
      const seconds = Math.ceil(check.withinMs / 1000);
      const text = shellQuote(check.text.trim().split('\n')[0] ?? '');
      if (check.kind === 'output') {
        this.#lose(check.place, `the expected output of "${step.title}"`, 'a script does not compare output');
        return [];
      }
      if (check.kind === 'shell') {
        const { interpreter, carries } = check.action;
        functions.push(
          `${name}${at}() {\n${this.#code(check.action, carries ? 'once' : 'file', interpreter)}\n}`,
        );
        return [
          `${check.after ? '[ "$rb_phase" = before ] || ' : ''}check ${seconds} 1 ${text} ${name}${at}`,
        ];
      }
      const found = shellCheckOf(check, this.source.runbook.facts, this.#isReference, (path) =>
        this.#path(path),
      );
      if ('command' in found) return [`check ${seconds} 1 ${text} ${found.command}`];
      this.#lose(check.place, `the check \`${check.text}\``, found.reason);
      return [];
    });
  }

  /** How a fence is run, the check that it is, and the functions that both need. */
  #fence(step: Step, action: Action, name: string): { functions: string[]; run: string; check?: string } {
    switch (action.kind) {
      case 'shell':
        return { functions: [], run: this.#shell(step, action) };
      case 'file': {
        const mode =
          action.mode ??
          (this.#secrets.some((secret) => action.text.includes(`\${${secret}}`)) ? 0o600 : 0o644);
        const words = [
          this.#path(action.path),
          mode.toString(8),
          this.#word(action.owner ?? ''),
          `${name}_text`,
        ].join(' ');
        return {
          functions: [
            `${name}_text() {\ncat ${hereText(action.text, this.#isReference)}\n}`,
            `${name}() { "$1" ${words}; }`,
          ],
          run: `inside ${name} put_file || return 1`,
          check: `${name} same_file`,
        };
      }
      case 'patch': {
        const words = [action.target, action.namespace, action.type].map(this.#word).join(' ');
        const content = objectsText(this.source.objects(action)[0], this.#isReference, this.#secrets);
        return {
          functions: [`${name}_text() {\ncat ${content}\n}`, `${name}() { "$1" ${words} ${name}_text; }`],
          run: `inside ${name} put_patch || return 1`,
          check: `${name} same_patch`,
        };
      }
      case 'registry':
        return this.#objects(action, name, this.#registrySecret(action));
      case 'apply': {
        const items = this.source.objects(action);
        const list = { apiVersion: 'v1', kind: 'List', items };
        return this.#objects(action, name, `cat ${objectsText(list, this.#isReference, this.#secrets)}`);
      }
    }
  }

  #objects({ namespace }: ApplyAction | RegistryAction, name: string, printing: string) {
    return {
      functions: [
        `${name}_text() {\n${printing}\n}`,
        `${name}() { "$1" ${this.#word(namespace ?? 'default')} ${name}_text; }`,
      ],
      run: `inside ${name} put_objects || return 1`,
      check: `${name} same_objects`,
    };
  }

  #registrySecret(action: RegistryAction): string {
    const fields = this.source.objects(action)[0] as Record<string, unknown>;
    const words = [fields.server, fields.username, fields.password].map((field) => {
      const text = String(field ?? '');
      return this.#word(text.startsWith(TYPED) ? `\${${text.slice(TYPED.length)}}` : text);
    });
    return ['registry_text', this.#word(action.secret), ...words].join(' ');
  }

  #shell(step: Step, action: ShellAction): string {
    const { interpreter, carries, user, text, place } = action;
    const changes = /\b(?:unset|export\s+-n)\b/.test(text);
    if (carries && changes)
      this.#lose(place, `\`unset\` in "${step.title}"`, 'only what a fence exports reaches the next one');
    if (user !== undefined && /\b(?:export|cd)\b/.test(text))
      this.#lose(
        place,
        `what ${fenceOf(action, step.title)} exports as ${user}`,
        'it does not come back to the script',
      );
    return this.#code(action, codeKind(action), interpreter);
  }

  #code({ text, cwd, user, timeoutMs }: ShellAction, kind: string, interpreter: readonly string[]): string {
    const name = interpreter[0]?.split('/').at(-1);
    const strict = name === 'bash' ? ' -e -o pipefail' : name === 'sh' || name === 'zsh' ? ' -e' : '';
    const command = interpreter.map(shellQuote).join(' ') + strict;
    const folder = cwd === undefined ? "''" : this.#path(cwd);
    const seconds = Math.ceil(timeoutMs / 1000);
    return `code ${kind} ${seconds} ${folder} ${this.#word(user ?? '')} ${command} ${quotedText(text, ' || return 1')}`;
  }
}

/** How `code` of scripts/runtime.sh runs a fence. */
function codeKind({ background, interactive, carries, user }: ShellAction): string {
  if (background !== 'no') return background === 'keep' ? 'background' : 'pass';
  if (interactive) return 'terminal';
  if (!carries) return 'file';
  return user ? 'once' : 'keep';
}

/** The value from the environment, else the command's output, else the default. */
function input({ name, kind, required, default: value, command, purpose }: Input): string {
  const note = `# ${kind}${purpose === '' ? '' : `: ${purpose.replaceAll('\n', ' ')}`}`;
  const set =
    command !== undefined
      ? `$(${command})`
      : value !== undefined && kind === 'variable'
        ? shellQuote(value)
        : undefined;
  const missing = required ? `rb_missing="$rb_missing ${name}"` : `${name}=''`;
  return `${note}\n[ -n "\${${name}+x}" ] || ${set === undefined ? missing : `${name}=${set}`}\n[ -z "\${${name}+x}" ] || export ${name}`;
}

/** A name of a file, different for different texts. */
const fileName = (text: string): string =>
  /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(text)
    ? text
    : `${text.replaceAll(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+/, '')}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;

/** A script without the directives for reading it alone. */
const code = (script: string): string => script.replace(/^# shellcheck [^\n]*\n/, '');
