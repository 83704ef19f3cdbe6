import { z } from 'zod';
import { isRunning, thisProcess } from '../lock/process-identity.ts';
import { LineFile } from './line-file.ts';

const ServedPage = z.object({
  /** The document's real path. */
  document: z.string(),
  port: z.int(),
  process: z.object({ pid: z.int(), start: z.string(), boot: z.string() }),
});

/** Where documents are served to this person's browser. It names addresses only: nothing here lets anyone sign in. */
export interface ServedPages {
  /** The address of a document's page, if a process serves it now. */
  find(document: string): Promise<string | undefined>;
  /** Notes that this process serves a document. */
  announce(document: string, port: number): Promise<void>;
}

/** Opens the list in the person's state folder. Every method may throw RunbookError 3, as `LineFile` says. */
export function openServedPages(stateFolder: string): ServedPages {
  const file = new LineFile(stateFolder, 'pages', ServedPage);
  return {
    find: async (document) => {
      const last = (await file.read()).findLast((each) => each.document === document);
      return last && isRunning(last.process) ? `http://127.0.0.1:${last.port}` : undefined;
    },
    announce: (document, port) => file.append({ document, port, process: thisProcess() }),
  };
}
