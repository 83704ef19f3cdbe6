import { createHash } from 'node:crypto';
import type { Element, ElementContent, Root } from 'hast';
import { h } from 'hastscript';
import rehypeStringify from 'rehype-stringify';
import { unified } from 'unified';
import { makeInert } from './inert-text.ts';
import { liveScript } from './live/live-script.ts';
import { pageStyle } from './page-style.ts';

/** One page: its title, its content, and a table of contents where it is long. */
export interface HtmlPage {
  readonly title: string;
  readonly main: readonly ElementContent[];
  readonly contents?: Element;
  /** The script may replace all of `main`, which holds no form and no log. */
  readonly liveMain?: boolean;
  /** Served by `runbook serve`: with links to the other pages, and a script that follows changes. */
  readonly served?: ServedFrame;
}

/** What every served page shows around its content. */
export interface ServedFrame {
  /** The path of this page, for the mark in the navigation. */
  readonly path: string;
  /** Approvals that wait for the person. */
  readonly waiting: number;
  /** The person has signed in; without it only the sign-in form is shown. */
  readonly signedIn: boolean;
}

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const common = `default-src 'none'; style-src ${hashOf(pageStyle)}; base-uri 'none'`;

/** The policy of a file: no script, no network, no form. */
const filePolicy = `${common}; form-action 'none'`;

/** The policy of a served page: its one script, and requests and forms to its own server. */
export const servedPolicy = `${common}; script-src ${hashOf(liveScript)}; connect-src 'self'; form-action 'self'; frame-ancestors 'none'`;

/** The whole HTML text of a page. */
export function htmlPage({ title, main, contents, served, liveMain = false }: HtmlPage): string {
  const body = [
    h('a.skip', { href: '#document' }, 'Skip to the document'),
    ...(served ? [header(served)] : []),
    h(
      `div.${contents ? 'layout' : 'single'}`,
      contents ? [contents, mainOf(main, liveMain)] : [mainOf(main, liveMain)],
    ),
  ];
  const tree: Root = {
    type: 'root',
    children: [
      { type: 'doctype' },
      h('html', { lang: 'en' }, [
        h('head', [
          h('meta', { charSet: 'utf-8' }),
          ...(served ? [] : [h('meta', { httpEquiv: 'Content-Security-Policy', content: filePolicy })]),
          h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
          inert(h('title', title)),
          h('style', pageStyle),
          // As a module it runs once the page is read.
          ...(served?.signedIn ? [h('script', { type: 'module' }, liveScript)] : []),
        ]),
        inert(h('body', body)),
      ]),
    ],
  };
  return unified().use(rehypeStringify).stringify(tree);
}

function inert(element: Element): Element {
  makeInert(element);
  return element;
}

const mainOf = (main: readonly ElementContent[], live: boolean): Element =>
  h('main', { id: 'document', ...(live ? { dataLive: '' } : {}) }, [...main]);

const LINKS = [
  ['/', 'Document'],
  ['/passes', 'Passes'],
  ['/fleet', 'Boxes'],
  ['/compare', 'Compare'],
  ['/questions', 'Questions'],
  ['/approvals', 'Approvals'],
] as const;

function header({ path, waiting, signedIn }: ServedFrame): Element {
  const link = ([href, name]: (typeof LINKS)[number]) => {
    const current = href === '/' ? path === '/' : path.startsWith(href);
    const text = href === '/approvals' && waiting > 0 ? `${name} (${waiting} waiting)` : name;
    return h('li', h('a', { href, ...(current ? { ariaCurrent: 'page' } : {}) }, text));
  };
  return h('header.served', [
    ...(signedIn
      ? [h('nav', { id: 'navigation', ariaLabel: 'Pages', dataLive: '' }, h('ul', LINKS.map(link)))]
      : []),
    h('p', { id: 'connection', role: 'status' }),
  ]);
}
