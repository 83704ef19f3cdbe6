import { pluralize } from '../../../base/pluralize.ts';
import type {
  BoxesReport,
  BoxReport,
  ExposeReport,
  OneBoxReport,
  RemovedBoxesReport,
} from '../../../model/reports/report.ts';
import { cleanLine } from '../text/clean.ts';
import { type Cell, type Page, table } from '../text/page.ts';

/** `box list`: one line per box. */
export function renderBoxes({ boxes }: BoxesReport, page: Page): string {
  if (boxes.length === 0) return 'no boxes; launch one: runbook box launch NAME';
  return table(
    boxes.map((box) => rowOf(box, page)),
    page,
    0,
  );
}

function rowOf(box: BoxReport, page: Page): Cell[] {
  const tone = box.over ? page.paint.warn : box.status === 'running' ? page.paint.good : page.paint.faint;
  return [
    box.name,
    { text: box.over ?? box.status, paint: tone },
    cleanLine(box.image),
    box.purpose === 'prove' ? 'of prove' : `since ${box.made.slice(0, 16).replace('T', ' ')}`,
    [...box.ports.map(shownPort), ...box.exposed.map(({ url }) => url)].join(' '),
  ];
}

/** One box, what was done, and how to reach it. */
export function renderOneBox({ did, box }: OneBoxReport, page: Page): string {
  const rows: (readonly [string, string])[] = [
    ['state', box.over ? `${box.status}, ${box.over}` : box.status],
    ['image', `${cleanLine(box.image)} ${box.imageId.slice(0, 19)}`],
    ['container', `${box.engine} ${box.container.slice(0, 12)}`],
    ...(box.address ? [['address', box.address] as const] : []),
    ...box.ports.map((port) => ['port', shownPort(port)] as const),
    ...box.exposed.map(({ port, url }) => ['name', `${url} for port ${port}`] as const),
    ['expires', box.expires ?? 'never'],
  ];
  const said = did === 'looked' ? box.name : `${did} ${box.name}`;
  return [said, table(rows, page)].join('\n');
}

const shownPort = ({ inside, host }: BoxReport['ports'][number]) =>
  host === undefined ? `${inside}` : `127.0.0.1:${host} for ${inside}`;

/** The removed boxes and the reasons. */
export function renderRemoved({ removed }: RemovedBoxesReport, page: Page): string {
  if (removed.length === 0) return 'nothing to remove';
  return `${table(
    removed.map(({ name, because }) => [name, because]),
    page,
    0,
  )}\nremoved ${pluralize(removed.length, 'box').replace(/xs$/, 'xes')}`;
}

/** The address of an exposed port, or the removed addresses. */
export function renderExpose({ box, exposed, unexposed = [] }: ExposeReport): string {
  if (!exposed)
    return unexposed.length > 0
      ? `${box} is no longer reachable as ${unexposed.join(', ')}`
      : `${box} had no names`;
  const how = {
    caddy: 'through Caddy',
    published: 'Caddy does not run here, so directly at the published port',
    address: 'Caddy does not run here and the port is not published, so only from this machine',
  }[exposed.by];
  return `port ${exposed.port} of ${box}: ${exposed.url} (${how})`;
}
