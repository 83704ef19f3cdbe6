import type { Action } from '../../model/action.ts';
import type { Closure, ClosureFile, ClosurePart, ClosureValue } from '../../model/closure.ts';
import { partOfAction } from '../../plan/closure-parts.ts';
import { boundFile, namedFiles, namingTexts } from './named-files.ts';

/** By whose word something runs: `yes` is the flag, `sandbox` a box that is there to be thrown away. */
export type ApprovedBy =
  | 'yes'
  | 'sandbox'
  | 'approved'
  | 'elicitation'
  | 'terminal'
  | 'lease'
  | 'block by block';

/** By these a person has not read it, so that nothing was bound that could have changed since. */
const UNREAD: ReadonlySet<ApprovedBy> = new Set(['yes', 'sandbox', 'lease', 'block by block']);

/**
 * A closure that may run: nothing else of a document does. Its members are private, so that only `allow` makes one, and only
 * operations/approval may call that (.dependency-cruiser.cjs).
 */
export class ApprovedClosure {
  readonly #texts: ReadonlySet<string>;
  readonly #files: ReadonlyMap<string, ClosureFile>;

  private constructor(
    readonly closure: Closure,
    readonly by: ApprovedBy,
    private readonly folder: string,
  ) {
    this.#texts = new Set(closure.parts.map(({ how, text }) => keyOf(how, text)));
    this.#files = new Map(closure.files.map((each) => [each.path, each]));
  }

  static make(closure: Closure, by: ApprovedBy, folder: string): ApprovedClosure {
    return new ApprovedClosure(closure, by, folder);
  }

  /** The same for a box of a fleet, which has values of its own for these inputs: they are parts of the closure. */
  forInputs(names: readonly string[]): ApprovedClosure {
    const values = this.closure.values.filter(({ name }) => !names.includes(name));
    return new ApprovedClosure({ ...this.closure, values }, this.by, this.folder);
  }

  /** Values that may not have changed since they were approved. */
  get boundValues(): readonly ClosureValue[] {
    return UNREAD.has(this.by) ? [] : this.closure.values;
  }

  /** Whether a fence, shell check or Undo is part of it, byte for byte. */
  holds(action: Action): boolean {
    const { how, text } = partOfAction(action, '');
    return this.#texts.has(keyOf(how, text));
  }

  /** Whether all of another closure's parts are part of it. */
  holdsAll(parts: readonly ClosurePart[]): boolean {
    return parts.every(({ how, text }) => this.#texts.has(keyOf(how, text)));
  }

  /** Whether a command that gives an input or measures a fact is part of it. */
  holdsCommand(command: string): boolean {
    return this.closure.parts.some(
      ({ how, text }) => /^(?:Command|Fact) /.test(how) && text === `${command}\n`,
    );
  }

  /**
   * A file that this action runs and that is no longer what was approved. One that was not there may have come meanwhile: steps
   * download what they run.
   */
  async changedFile(action: Action): Promise<string | undefined> {
    if (UNREAD.has(this.by) || this.#files.size === 0) return undefined;
    const vendored =
      action.kind === 'apply' && action.from ? [await boundFile(this.folder, action.from)] : [];
    const now = [...vendored, ...(await namedFiles(this.folder, namingTexts([action])))];
    const changed = now.find(({ path, sha256 }) => {
      const then = this.#files.get(path)?.sha256;
      return then !== undefined && then !== 'missing' && then !== sha256;
    });
    return changed?.path;
  }
}

const keyOf = (how: string, text: string) => JSON.stringify([how, text]);
