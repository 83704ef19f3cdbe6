import type { Element, ElementContent, Root } from 'hast';
import { h } from 'hastscript';
import { common, createLowlight } from 'lowlight';
import type { Action } from '../model/action.ts';
import type { PageInput } from '../model/page.ts';
import type { Place } from '../model/place.ts';
import type { Step } from '../model/runbook.ts';
import { textOfNode, visitElements } from './document-tree.ts';
import { type FenceCaption, fenceCaption } from './fence-caption.ts';
import { firedLine, stateLine, stepDetails } from './step-parts.ts';

/** Adds to the document what is known about it: ids and states at headings, captions and colors at fences. */
export function decorate(tree: Root, input: PageInput): void {
  addSteps(tree, input);
  addCaptions(tree, input);
}

/** Sections are siblings of their headings, so everything up to the next heading of the level belongs to the step. */
function addSteps(tree: Root, { runbook, placeOfLine, states, problems }: PageInput): void {
  const steps = new Map(runbook.steps.map((step) => [lineKey(step.place), step]));
  const children: Root['children'] = [];
  let open: ElementContent[] = [];
  const close = () => {
    children.push(...open);
    open = [];
  };
  for (const child of tree.children) {
    const level = child.type === 'element' ? /^h([1-6])$/.exec(child.tagName)?.[1] : undefined;
    if (level !== undefined && Number(level) <= 3) close();
    children.push(child);
    const isHeading = child.type === 'element' && level !== undefined;
    const step = isHeading ? steps.get(lineKey(placeOfLine(lineOf(child)))) : undefined;
    if (!step) continue;
    (child as Element).properties.id = step.id;
    const state = states.get(step.id);
    const problem = problems.get(step.id);
    if (problem) children.push(firedLine(problem));
    else if (state) {
      children.push(stateLine(state));
      open = stepDetails(state);
    }
  }
  close();
  tree.children = children;
  visitElements(tree, nameHeading);
}

/** Other headings get an id too, so that the table of contents can name them. No step has an id with a colon. */
function nameHeading(element: Element): void {
  if (/^h[1-3]$/.test(element.tagName)) element.properties.id ??= `line:${lineOf(element)}`;
}

function addCaptions(tree: Root, { runbook, placeOfLine, vendored }: PageInput): void {
  const actions = new Map(runbook.steps.flatMap(actionsOf).map((action) => [lineKey(action.place), action]));
  const lowlight = createLowlight(common);
  const replace: [Root | Element, Element, Element][] = [];
  visitElements(tree, (element, parent) => {
    if (element.tagName !== 'pre') return;
    // A keyboard reaches what scrolls only if it can be focused.
    element.properties.tabIndex = 0;
    const code = element.children.find((child) => child.type === 'element' && child.tagName === 'code');
    if (code?.type !== 'element') return;
    highlight(code, lowlight);
    const action = actions.get(lineKey(placeOfLine(lineOf(element))));
    if (action) replace.push([parent, element, figure(element, fenceCaption(action, vendored))]);
  });
  for (const [parent, element, by] of replace)
    parent.children.splice(parent.children.indexOf(element), 1, by);
}

const actionsOf = ({ actions, undo, verify, when }: Step): Action[] => [
  ...actions,
  ...undo,
  ...[...verify, ...when].flatMap((check) => (check.kind === 'shell' ? [check.action as Action] : [])),
];

function figure(fence: Element, { text, objects }: FenceCaption): Element {
  const list =
    objects.length > 0
      ? [
          h(
            'ul.objects',
            objects.map((object) => h('li', h('code', object))),
          ),
        ]
      : [];
  const empty = textOfNode(fence).trim() === '';
  return h('figure.fence', [h('figcaption', text), ...(empty ? [] : [fence]), ...list]);
}

/** A fence longer than this keeps its plain text: coloring it costs more than it helps. */
const LONGEST_COLORED = 50_000;

function highlight(code: Element, lowlight: ReturnType<typeof createLowlight>): void {
  const names = Array.isArray(code.properties.className) ? code.properties.className : [];
  const language = names
    .map(String)
    .find((name) => name.startsWith('language-'))
    ?.slice('language-'.length);
  const text = textOfNode(code);
  if (language === undefined || !lowlight.registered(language) || text.length > LONGEST_COLORED) return;
  code.children = lowlight.highlight(language, text).children as ElementContent[];
}

const lineOf = (element: Element): number => element.position?.start.line ?? 0;

/** Steps of a site, and of linked documents, are written in several files. */
const lineKey = ({ file, line }: Place): string => `${file}:${line}`;
