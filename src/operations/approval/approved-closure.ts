import type { Action } from '../../model/action.ts';
import { Approved } from '../../model/approved.ts';
import type { Closure, ClosureFile, ClosurePart, ClosureValue } from '../../model/closure.ts';
import type { InterpretedText } from '../../model/shell.ts';
import { partOfAction } from '../../plan/closure-parts.ts';
import { boundFile, namedFiles, namingTexts } from './named-files.ts';

/** Who allowed it: `yes` is the flag, `sandbox` a disposable box. */
export type ApprovedBy =
  | 'yes'
  | 'sandbox'
  | 'approved'
  | 'elicitation'
  | 'terminal'
  | 'lease'
  | 'block by block';

/** For these, no person has read the content, so values and files are not bound to it. */
const UNREAD: ReadonlySet<ApprovedBy> = new Set(['yes', 'sandbox', 'lease', 'block by block']);

/**
 * A closure that may run; nothing else in a document may. The constructor is private, so only `make` creates one. Only
 * `approve-closure` may call that, and only code that asks a person may import `approve-closure`
 * (.dependency-cruiser.cjs).
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

  /** The same for a box of a fleet, which sets these inputs itself: they are parts of the closure. */
  forInputs(names: readonly string[]): ApprovedClosure {
    const values = this.closure.values.filter(({ name }) => !names.includes(name));
    return new ApprovedClosure({ ...this.closure, values }, this.by, this.folder);
  }

  /** Values that must not have changed since the approval. */
  get boundValues(): readonly ClosureValue[] {
    return UNREAD.has(this.by) ? [] : this.closure.values;
  }

  /** A fence, shell check or Undo that may run; undefined unless it is part of the closure, byte for byte. */
  approve<A extends Action>(action: A): Approved<A> | undefined {
    const { how, text } = partOfAction(action, '');
    return this.#texts.has(keyOf(how, text)) ? Approved.make(action) : undefined;
  }

  /** Whether the closure includes all parts of another one. */
  holdsAll(parts: readonly ClosurePart[]): boolean {
    return parts.every(({ how, text }) => this.#texts.has(keyOf(how, text)));
  }

  /**
   * A command that returns an input or measures a fact; undefined unless it is part of the closure. Prints its stdout
   * after a NUL, so that a warning on stderr never becomes part of a secret.
   */
  approveCommand(command: string): Approved<InterpretedText> | undefined {
    const isPart = this.closure.parts.some(
      ({ how, text }) => /^(?:Command|Fact) /.test(how) && text === `${command}\n`,
    );
    if (!isPart) return undefined;
    return Approved.make({
      interpreter: ['bash'],
      text: `out="$(\n${command}\n)" && printf '\\0%s' "$out"\n`,
    });
  }

  /**
   * A file that this action runs and that has changed since the approval. A file that was missing then may exist now,
   * because steps download what they run.
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
