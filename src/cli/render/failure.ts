import type { CheckResult, Failure } from '../../model/outcome.ts';
import type { Place } from '../../model/place.ts';
import { clean, cleanLine } from './text/clean.ts';
import { labeledText, type Page } from './text/page.ts';
import { shownPlace, sourceLine } from './text/source-line.ts';

/** Lines of output shown below a failure; the journal's folder has the rest. */
const TAIL = 20;

/** A failure as shown; a step that is no longer in the document has no place. */
type Shown = Omit<Failure, 'kind' | 'place'> & { readonly place?: Place };

/**
 * Everything that a person needs after a failed step, most important first, ending with what to do. `messageShown`: the
 * line above already contains the message.
 */
export function renderFailure(failure: Shown, page: Page, cwd: string, messageShown = false): string {
  return [
    ...placeBlock(failure, page, cwd, messageShown),
    ...outputBlock(failure, page),
    ...findingsBlock(failure, page),
    ...checksBlock(failure.checks, page),
    ...problemsBlock(failure, page),
  ]
    .map((line) => (line === '' ? '' : `  ${line}`))
    .concat(
      failure.remedy
        ? ['', labeledText('  remedy  ', cleanLine(failure.remedy), page, page.paint.strong)]
        : [],
    )
    .join('\n');
}

function placeBlock({ place, message }: Shown, page: Page, cwd: string, messageShown: boolean): string[] {
  const { paint } = page;
  if (!place) return messageShown ? [] : [paint.bad(cleanLine(message))];
  const source = sourceLine(place, cwd, page.width).map((line) => paint.faint(`  ${line}`));
  const said = messageShown ? '' : `: ${paint.bad(cleanLine(message))}`;
  return [`${paint.strong(shownPlace(place))}${said}`, ...source];
}

function outputBlock(failure: Shown, page: Page): string[] {
  const lines = clean(failure.outputTail).trimEnd().split('\n');
  if (lines.length === 1 && lines[0] === '') return [];
  const shown = lines.slice(-TAIL);
  const whole = failure.wholeOutput;
  const title = whole ? `output, last ${shown.length} of ${whole.lines} lines` : 'output';
  const rest = whole ? [page.paint.faint(`all of it: ${cleanLine(whole.command)}`)] : [];
  const text = shown.map((line) => `${page.paint.faint('|')} ${line}`.trimEnd());
  return ['', page.paint.strong(title), ...text, ...rest];
}

/** The ordinary explanations with their remedies. */
function findingsBlock({ findings = [] }: Shown, page: Page): string[] {
  if (findings.length === 0) return [];
  const lines = findings.flatMap(({ title, remedy }) => [
    cleanLine(title),
    `  ${page.paint.faint(cleanLine(remedy))}`,
  ]);
  return ['', page.paint.strong('likely'), ...lines];
}

/** Checks that failed or are unknown, expected against observed. */
function checksBlock(checks: readonly CheckResult[], page: Page): string[] {
  const missed = checks.filter((check) => check.verdict !== 'pass');
  if (missed.length === 0) return [];
  return ['', page.paint.strong('checks'), ...missed.flatMap((check) => checkLines(check, page))];
}

/** A check with its result; three lines unless it passed. */
export function checkLines(check: CheckResult, page: Page): string[] {
  const { paint } = page;
  const tone = { pass: paint.good, fail: paint.bad, unknown: paint.warn }[check.verdict];
  const name = `${tone(check.verdict.padEnd(7))}  ${cleanLine(check.check)}`;
  const observed = `         ${paint.faint('observed')}  ${cleanLine(check.observed)}`;
  // A check that needed waiting shows what it observed; one that passed at once does not.
  if (check.verdict === 'pass') return check.waitedMs > 0 ? [name, observed] : [name];
  return [name, `         ${paint.faint('expected')}  ${cleanLine(check.expected)}`, observed];
}

function problemsBlock(failure: Shown, page: Page): string[] {
  return failure.knownProblems.flatMap((problem) => [
    '',
    `${page.paint.strong('known problem')}  ${cleanLine(problem.title)} (${shownPlace(problem.place)})`,
    ...(problem.fix
      ? [`  ${problem.applied ? 'applied, without success' : 'fix'}: ${cleanLine(problem.fix)}`]
      : []),
  ]);
}
