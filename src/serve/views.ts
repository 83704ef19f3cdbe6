import type { ElementContent } from 'hast';
import type { PassDetail } from '../model/pass-record.ts';
import { listAsks } from '../operations/asks/asks.ts';
import { listQuestions } from '../operations/asks/dossiers.ts';
import { readDocument } from '../operations/document/document.ts';
import { pageInput } from '../operations/page/page-input.ts';
import { logWindow } from '../operations/record/log-window.ts';
import { passDetail } from '../operations/record/pass-detail.ts';
import { findPassRecord } from '../operations/record/record-of.ts';
import { type HtmlPage, htmlPage, type ServedFrame } from '../page/html-page.ts';
import { askListPage } from '../page/live/ask-pages.ts';
import { comparePage } from '../page/live/compare-page.ts';
import { fleetPage } from '../page/live/fleet-page.ts';
import { passListPage, passPage } from '../page/live/pass-pages.ts';
import { questionsPage } from '../page/live/questions-page.ts';
import { renderPage } from '../page/render-page.ts';
import type { ServedDocument } from './served-document.ts';

/** Renders one page for its address; undefined: the page does not exist. */
export type View = (served: ServedDocument, url: URL, frame: ServedFrame) => Promise<string | undefined>;

/** The pages that only read, by path. Every signed-in browser gets the same text. */
export const views: readonly (readonly [RegExp, View])[] = [
  [/^\/$/, document],
  [/^\/passes$/, passList],
  [/^\/passes\/[\w-]+$/, onePass],
  [/^\/compare$/, compare],
  [/^\/fleet$/, fleet],
  [/^\/questions$/, questions],
  [/^\/approvals$/, approvals],
];

async function document({ context, file }: ServedDocument, _url: URL, frame: ServedFrame): Promise<string> {
  return renderPage(await pageInput(context, { file }), frame);
}

async function passList({ passes }: ServedDocument, _url: URL, served: ServedFrame): Promise<string> {
  return page('Passes', passListPage(await passes.list()), { served });
}

async function onePass(
  { folder }: ServedDocument,
  { pathname, searchParams }: URL,
  served: ServedFrame,
): Promise<string | undefined> {
  const record = await findPassRecord(folder, pathname.slice('/passes/'.length));
  const step = searchParams.get('step') || undefined;
  const query = searchParams.get('q') || undefined;
  const from = Number.parseInt(searchParams.get('from') ?? '', 10) || undefined;
  const log = logWindow(record, { step, query, from });
  const choice = { step, query, lines: record.lines.length, isEnd: from === undefined };
  return page(`Pass ${record.head.id}`, passPage(passDetail(record), log, choice), { served });
}

async function compare(
  { passes }: ServedDocument,
  { searchParams }: URL,
  served: ServedFrame,
): Promise<string> {
  const all = await passes.list();
  const chosen = (name: string) => find(all, searchParams.get(name) ?? '');
  return page('Compare', comparePage(all, { a: chosen('a'), b: chosen('b') }), { served });
}

/** A pass by its id, or the newest on a box. */
function find(passes: readonly PassDetail[], wanted: string): PassDetail | undefined {
  return passes.find(({ id, box }) => id === wanted || `box:${box}` === wanted);
}

async function fleet(
  { context, file, passes }: ServedDocument,
  _url: URL,
  served: ServedFrame,
): Promise<string> {
  const { runbook } = await readDocument(context.world.cwd, file);
  const steps = runbook.steps.filter(({ kind }) => kind === 'step');
  // Other documents of the folder have other steps.
  const own = (await passes.list()).filter(({ name }) => name === runbook.name);
  return page('Boxes', fleetPage(own, steps), { served });
}

async function questions({ context, file }: ServedDocument, _url: URL, served: ServedFrame): Promise<string> {
  const found = await listQuestions(context, file);
  return page('Questions', questionsPage(found.questions, found.dossiers), { served });
}

async function approvals({ context, file }: ServedDocument, _url: URL, served: ServedFrame): Promise<string> {
  return page('Approvals', askListPage(await listAsks(context, file)), { served });
}

function page(title: string, main: readonly ElementContent[], more: Partial<HtmlPage>): string {
  return htmlPage({ title, main, ...more });
}
