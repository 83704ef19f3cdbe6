import { isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml';
import { nearest } from '../base/nearest.ts';
import { type BoxTarget, parseBoxTarget, targetText } from '../model/box-target.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Place } from '../model/place.ts';
import { targetName } from './target-name.ts';

/** One box of a fleet, with the settings that are specific to it. */
export interface Target {
  /** Unique in its fleet. Names the box in output lines, in the report and to readers of its journal. */
  readonly name: string;
  readonly box: BoxTarget;
  /** The box as `--on` accepts it, in canonical spelling. */
  readonly on: string;
  readonly groups: readonly string[];
  /** Variables by name. A target's own values override its group's, which override the inventory's. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Path of the site that it belongs to, from the folder of the inventory. Its own, else its group's. */
  readonly site?: string;
  readonly place: Place;
}

/** An inventory as written. If the diagnostics contain errors, the targets must not be used. */
export interface Inventory {
  readonly file: string;
  readonly targets: readonly Target[];
  readonly diagnostics: readonly Diagnostic[];
}

type Inputs = Readonly<Record<string, string>>;

/** What a target has from its group or the inventory. */
type Above = Pick<Target, 'inputs' | 'site'>;

/**
 * Parses an inventory (docs/fleets.md): `inputs`, `groups` and `targets`. Never throws; reports every error with its
 * place.
 */
export function parseInventory(text: string, file: string): Inventory {
  const reader = new InventoryReader(text, file);
  return { file, targets: reader.read(), diagnostics: reader.diagnostics };
}

class InventoryReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #lines = new LineCounter();
  readonly #document;
  readonly #targets: Target[] = [];

  constructor(
    text: string,
    private readonly file: string,
  ) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, logLevel: 'silent' });
  }

  read(): readonly Target[] {
    const broken = this.#document.errors[0];
    if (broken) {
      this.#error(
        'bad-inventory',
        broken.pos[0],
        `The inventory must be valid YAML: ${firstLine(broken.message)}`,
        'Fix the YAML syntax.',
      );
      return [];
    }
    const root = this.#document.contents;
    if (!root || !isMap(root)) {
      const remedy = 'Write `targets:` with one box per line below it, such as `- ssh://user@host`.';
      this.#error(
        'bad-inventory',
        root?.range?.[0] ?? 0,
        'An inventory must be a mapping with a key `targets`.',
        remedy,
      );
      return [];
    }
    const keys = this.#keys(root, ['inputs', 'groups', 'targets']);
    const inputs = this.#inputs(keys.get('inputs'));
    this.#readTargets(keys.get('targets'), [], { inputs });
    this.#readGroups(keys.get('groups'), inputs);
    this.#refuseTwins();
    if (this.#targets.length === 0 && this.diagnostics.length === 0) {
      this.#error(
        'no-targets',
        root.range?.[0] ?? 0,
        'An inventory must name at least one box; this one names none.',
        'Add boxes under `targets:`.',
      );
    }
    return this.#targets;
  }

  #readGroups(node: Node | undefined, above: Inputs): void {
    if (node === undefined) return;
    if (!isMap(node)) {
      this.#expected(node, '`groups` must be a mapping from group names to groups');
      return;
    }
    for (const { key, value } of node.items) {
      const name = textOf(key);
      if (name === undefined || !isMap(value)) {
        this.#expected(
          (value ?? key) as Node,
          'A group must be a mapping with `targets` and, optionally, `inputs`',
        );
        continue;
      }
      const keys = this.#keys(value, ['inputs', 'site', 'targets']);
      const inputs = { ...above, ...this.#inputs(keys.get('inputs')) };
      this.#readTargets(keys.get('targets'), [name], { inputs, ...this.#site(keys.get('site')) });
    }
  }

  #readTargets(node: Node | undefined, groups: readonly string[], above: Above): void {
    if (node === undefined) return;
    if (isSeq(node)) for (const item of node.items as Node[]) this.#readTarget(item, groups, above);
    else this.#expected(node, '`targets` must be a list');
  }

  #readTarget(node: Node, groups: readonly string[], above: Above): void {
    const keys = isMap(node) ? this.#keys(node, ['on', 'name', 'inputs', 'site']) : new Map([['on', node]]);
    const where = keys.get('on');
    const on = where && textOf(where);
    if (on === undefined) {
      this.#expected(where ?? node, 'A target must be a string, or a mapping with `on`');
      return;
    }
    const place = this.#place(where?.range?.[0] ?? 0);
    const box = parseBoxTarget(on);
    if ('message' in box) {
      this.diagnostics.push({ ...box, place });
      return;
    }
    const named = keys.get('name');
    const name = named === undefined ? targetName(box) : textOf(named);
    if (name === undefined || name.trim() === '' || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
      this.#expected(named ?? node, "A target's `name` must be a string on one line");
      return;
    }
    this.#targets.push({
      name,
      box,
      on: targetText(box),
      groups,
      inputs: { ...above.inputs, ...this.#inputs(keys.get('inputs')) },
      ...(above.site === undefined ? {} : { site: above.site }),
      ...this.#site(keys.get('site')),
      place,
    });
  }

  #site(node: Node | undefined): Pick<Target, 'site'> {
    if (node === undefined) return {};
    const site = textOf(node);
    if (site !== undefined && site !== '') return { site };
    this.#expected(node, '`site` must be the path of a site, from the folder of the inventory');
    return {};
  }

  #inputs(node: Node | undefined): Inputs {
    if (node === undefined) return {};
    if (!isMap(node)) {
      this.#expected(node, '`inputs` must be a mapping from variable names to values');
      return {};
    }
    const entries: [string, string][] = [];
    for (const { key, value } of node.items) {
      const name = textOf(key);
      const text = value === null ? undefined : textOf(value);
      if (name === undefined || text === undefined)
        this.#expected(
          (value ?? key) as Node,
          `The value of \`${name ?? 'an input'}\` must be a string, a number or a boolean`,
        );
      else entries.push([name, text]);
    }
    return Object.fromEntries(entries);
  }

  /** The same box listed twice would run two passes at once, and two boxes with one name could not be distinguished. */
  #refuseTwins(): void {
    for (const what of ['name', 'on'] as const) {
      const first = new Map<string, Target>();
      for (const target of this.#targets) {
        const duplicate = first.get(target[what]);
        if (!duplicate) first.set(target[what], target);
        else if (what === 'name' || duplicate.name !== target.name) {
          const message = `\`${target[what]}\` must be unique; it is already on line ${duplicate.place.line}.`;
          const remedy = what === 'on' ? 'List each box only once.' : 'Give one of them a different `name:`.';
          this.diagnostics.push({
            code: 'duplicate-target',
            severity: 'error',
            message,
            remedy,
            place: target.place,
          });
        }
      }
    }
  }

  #keys(map: Node, known: readonly string[]): Map<string, Node> {
    const found = new Map<string, Node>();
    if (!isMap(map)) return found;
    for (const { key, value } of map.items) {
      const name = textOf(key);
      if (name !== undefined && known.includes(name)) {
        if (value !== null) found.set(name, value as Node);
        continue;
      }
      const near = name === undefined ? undefined : nearest(name, known);
      const remedy = near ? `Did you mean \`${near}\`?` : `Known keys: ${known.join(', ')}.`;
      const at = (key as ParsedNode | null)?.range?.[0] ?? 0;
      this.#error('unknown-key', at, `The key \`${name ?? '?'}\` is not known here.`, remedy);
    }
    return found;
  }

  #expected(node: Node, message: string): void {
    this.#error('bad-inventory', node.range?.[0] ?? 0, `${message}.`, 'See docs/fleets.md for the format.');
  }

  #error(code: string, offset: number, message: string, remedy: string): void {
    this.diagnostics.push({ code, severity: 'error', message, remedy, place: this.#place(offset) });
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** A scalar as written: `8080`, `007` and `yes` stay unconverted. Returns undefined if the node is not a scalar. */
function textOf(node: unknown): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}

const firstLine = (text: string) => text.split('\n', 1)[0]!.replace(/ at line \d+, column \d+:?$/, '');
