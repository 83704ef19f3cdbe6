import { structuredPatch } from 'diff';
import type { AskDetail } from '../../model/ask.ts';
import type { Closure } from '../../model/closure.ts';
import { closureHash } from '../../plan/closure-hash.ts';
import { closureText } from '../../plan/closure-text.ts';
import { openWorkspace, type Workspace } from '../agent/workspace.ts';
import { approvalsOf } from '../approval/approval.ts';
import type { OperationContext } from '../operation.ts';
import { type Asked, askedClosure } from './asked-closure.ts';
import { findAsked, rowOf } from './asks.ts';

/** A question and what would run for it now. */
export interface OpenAsk {
  readonly detail: AskDetail;
  readonly closure: Closure;
  readonly asked: Asked;
  readonly workspace: Workspace;
}

/** Guard verdicts and attempts that a question shows. */
const MAX_SHOWN = 5;

/** Opens a question by its key; undefined: no agent asked this here. */
export async function openAsk(
  context: Pick<OperationContext, 'world' | 'signal'>,
  file: string,
  key: string,
): Promise<OpenAsk | undefined> {
  const workspace = await openWorkspace({ world: context.world, file });
  const asked = findAsked(workspace, key);
  if (!asked) return undefined;
  const closure = await askedClosure(context, workspace, asked);
  const given = await approvalsOf(context.world).list();
  const hash = closureHash(closure);
  const row = rowOf(workspace, asked, (_, at) =>
    given.some((each) => each.hash === hash && each.state !== 'revoked' && Date.parse(each.at) >= at),
  );
  const { document, box } = closure.place;
  const before = given.find(
    (each) =>
      each.document === document && each.box === box && each.what === closure.what && each.hash !== hash,
  );
  const { attempts, guards } = workspace.store.loop;
  const detail: AskDetail = {
    ...{ ...row, hash, box: closure.place.boxName, text: closureText(closure, 'terminal') },
    ...(before
      ? { since: { at: before.at, lines: changedLines(before.shown, closureText(closure, 'record')) } }
      : {}),
    guards: guards
      .filter((each) => each.step === asked.step)
      .slice(-MAX_SHOWN)
      .map(({ code, verdict, reason }) => ({ code, verdict, reason })),
    attempts: attempts
      .filter((each) => each.step === asked.step)
      .slice(-MAX_SHOWN)
      .map(({ attempt, status, findings }) => ({
        attempt,
        status,
        findings: findings.map(({ title }) => title),
      })),
  };
  return { detail, closure, asked, workspace };
}

/** The lines of a unified diff, without its file names. */
function changedLines(before: string, after: string): string[] {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 3 });
  return hunks.flatMap(({ oldStart, newStart, lines }) => [`@@ -${oldStart} +${newStart} @@`, ...lines]);
}
