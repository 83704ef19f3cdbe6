import type { Element, ElementContent, Root } from 'hast';
import { h } from 'hastscript';
import type { PageInput, StepState } from '../model/page.ts';
import { contents } from './contents.ts';
import { decorate } from './decorate.ts';
import { documentTree } from './document-tree.ts';
import { factAges } from './fact-ages.ts';
import { htmlPage, type ServedFrame } from './html-page.ts';
import { needsGraph } from './needs-graph.ts';
import { passTimeline } from './pass-timeline.ts';

/**
 * The document as one HTML file, with what is known about each step. As a file it needs no network and no script, and its content
 * security policy allows none. Everything from the document and from step output is inert text.
 */
export function renderPage(input: PageInput, served?: ServedFrame): string {
  const tree = documentTree(input.text);
  decorate(tree, input);
  const toc = contents(tree);
  insertOverview(tree, input);
  return htmlPage({
    title: input.runbook.name,
    contents: toc,
    main: tree.children as ElementContent[],
    ...(served ? { served, liveMain: true } : {}),
  });
}

/** After the title: what the reader wants to know first. */
function insertOverview(tree: Root, input: PageInput): void {
  const title = tree.children.findIndex((child) => child.type === 'element' && child.tagName === 'h1');
  const own = title < 0 ? [h('h1', input.runbook.name)] : [];
  const parts = [...own, overview(input), ...pictures(input)];
  tree.children.splice(title + 1, 0, ...parts);
}

function overview({ runbook, states, box, certificate, at, version }: PageInput): Element {
  const drifted = [...states].filter(([, state]) => state.drifted !== undefined);
  const confirmed = [...states.values()].filter(({ status }) => status === 'confirmed').length;
  const rows: [string, ElementContent[]][] = [
    ['Box', [text(box)]],
    ['Steps', [text(`${confirmed} of ${states.size} confirmed here`)]],
    ...(drifted.length > 0 ? [['Drift', driftLinks(drifted)] as [string, ElementContent[]]] : []),
    ['Certificate', [certificateBadge(certificate)]],
    ...runbook.endpoints.map((each): [string, ElementContent[]] => [each.name, [endpointLink(each.target)]]),
    ...runbook.schedule.map((each): [string, ElementContent[]] => [
      `Schedule ${each.name}`,
      [h('code', each.what), text(` ${each.when}`)],
    ]),
    ['Written', [text(`${at.replace('T', ' ').slice(0, 16)} UTC by runbook ${version}`)]],
  ];
  return h(
    'dl.overview',
    rows.flatMap(([name, value]) => [h('dt', name), h('dd', value)]),
  );
}

/** Steps that were confirmed and whose checks have failed since. */
function driftLinks(drifted: readonly (readonly [id: string, state: StepState])[]): ElementContent[] {
  return drifted.flatMap(([id], at) => [...(at > 0 ? [text(', ')] : []), h('a', { href: `#${id}` }, id)]);
}

function certificateBadge(certificate: PageInput['certificate']): ElementContent {
  switch (certificate) {
    case 'valid':
      return h('span.badge.valid', 'proven on a clean box');
    case 'stale':
      return h('span.badge.stale', 'stale: the document changed after it was proven');
    case undefined:
      return h('span', 'none yet: runbook prove writes one');
  }
}

function endpointLink(target: string): ElementContent {
  return /^https?:\/\/[^\s]+$/.test(target)
    ? h('a', { href: target, rel: 'noopener noreferrer' }, target)
    : h('code', target);
}

function pictures({ runbook, at, steps, lastPass }: PageInput): ElementContent[] {
  return [
    ...factAges(runbook.facts, at),
    ...(steps.length > 1
      ? [
          h('details', [
            h('summary', 'Order of the steps'),
            h('div.graph', { tabIndex: 0 }, needsGraph(steps) as Element),
          ]),
        ]
      : []),
    ...(lastPass && lastPass.steps.length > 0
      ? [h('details', { open: true }, [h('summary', 'Last pass'), passTimeline(lastPass)])]
      : []),
  ];
}

const text = (value: string): ElementContent => ({ type: 'text', value });
