import { watch } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EXIT, type ExitCode, RunbookError } from '../model/diagnostic.ts';
import { announcePage } from '../operations/asks/announce-page.ts';
import { listAsks } from '../operations/asks/asks.ts';
import { readDocument } from '../operations/document/document.ts';
import type { OperationContext } from '../operations/operation.ts';
import { followRecords } from '../operations/record/follow-records.ts';
import { passDetails } from '../operations/record/pass-details.ts';
import type { Person } from '../world.ts';
import { Access } from './access.ts';
import { Decisions } from './decisions.ts';
import { EventStreams, eventText } from './event-streams.ts';
import { lineEvents } from './line-events.ts';
import { answerWith } from './requests.ts';
import type { ServedDocument } from './served-document.ts';
import { ViewCache } from './view-cache.ts';

/** Milliseconds in which changes of files are gathered to one event: a pass writes its journal at every step. */
const GATHER_MS = 100;

/** Serves one document until the signal fires or the person ends it. Returns the exit code. */
export async function servePages(
  context: OperationContext,
  { file, port: wanted, person }: { file: string; port: number; person: Person },
): Promise<ExitCode> {
  const { world } = context;
  const { path, folder } = await readDocument(world.cwd, file);
  const ending = new AbortController();
  const signal = AbortSignal.any([context.signal, ending.signal]);
  const served: ServedDocument = {
    // A page reports nothing to the terminal.
    context: { ...context, emit: () => {}, signal },
    ...{ file, path, folder, passes: passDetails(folder) },
  };
  const decisions = new Decisions(served);
  const waiting = async () =>
    // A document with errors has its own page.
    (await listAsks(served.context, file).catch(() => [])).filter(({ state }) => state === 'waiting').length;
  const parts = {
    served,
    access: new Access(world.now),
    streams: new EventStreams(),
    cache: new ViewCache(),
  };
  const server = createServer();
  const port = await listening(server, wanted);
  server.on('request', answerWith({ ...parts, decisions, waiting, port }));
  await announcePage(world, path, port);
  await followChanges(parts, signal);
  try {
    await showCodes(person, parts.access, port);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    ending.abort();
    parts.streams.close();
    server.close();
    server.closeAllConnections();
  }
  return EXIT.done;
}

/** @throws RunbookError 3 if the port is not available */
async function listening(server: Server, port: number): Promise<number> {
  // A reader who never sends a request must not hold a connection.
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.maxConnections = 1_024;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(unavailable(port, error)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Sends open pages the new lines of records, and changes of the document, the journals and the approvals. */
async function followChanges(
  { served, streams, cache }: { served: ServedDocument; streams: EventStreams; cache: ViewCache },
  signal: AbortSignal,
): Promise<void> {
  let isGathering = false;
  const changed = () => {
    cache.clear();
    if (isGathering) return;
    isGathering = true;
    setTimeout(() => {
      isGathering = false;
      streams.send(eventText('changed', {}));
    }, GATHER_MS);
  };
  await followRecords(served.folder, {
    signal,
    report: (lines) => {
      cache.clear();
      streams.send(lineEvents(lines));
    },
  });
  const { folder, context } = served;
  for (const each of [
    folder,
    `${folder}/.runbook`,
    `${folder}/.runbook/passes`,
    context.world.folders.person,
  ])
    watchFolder(each, signal, changed);
}

function watchFolder(path: string, signal: AbortSignal, changed: () => void): void {
  try {
    watch(path, { signal }, (_kind, name) => {
      // Lines of a running record have events of their own.
      if (!/passes$/.test(path) || String(name).endsWith('.gz')) changed();
    }).on('error', () => {});
  } catch {
    // A folder that does not exist yet changes nothing that is shown.
  }
}

/** Shows a code on the terminal, and another one whenever the person asks for it. Ends when they say so. */
async function showCodes(person: Person, access: Access, port: number): Promise<void> {
  const address = `http://127.0.0.1:${port}`;
  for (;;) {
    const link = `${address}/sign-in?code=${access.newCode()}`;
    const answer = await person.choose(
      `Open this link within ten minutes. It works once, for one browser:\n\n  ${link}\n`,
      ['new link', 'end'],
    );
    if (answer === 'end') return;
  }
}

function unavailable(port: number, { code, message }: NodeJS.ErrnoException): RunbookError {
  const taken = code === 'EADDRINUSE';
  return new RunbookError(
    [
      {
        code: taken ? 'port-taken' : 'port-unavailable',
        severity: 'error',
        message: `Port ${port} of 127.0.0.1 is not available: ${taken ? 'another process listens on it' : message}.`,
        remedy: 'Use another port with --port PORT; 0 selects any free port.',
      },
    ],
    EXIT.person,
  );
}
