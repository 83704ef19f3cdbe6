import { z } from 'zod';
import type { AgentStore } from '../../journal/agent/store.ts';
import type { Closure } from '../../model/closure.ts';
import { Draft } from '../agent/attempt/body.ts';
import { boxOfApproval, closureForStep } from '../agent/attempt/permission.ts';
import { attemptTarget } from '../agent/attempt/target.ts';
import { withSteps } from '../agent/working.ts';
import { type Workspace, withoutOutput } from '../agent/workspace.ts';
import { documentClosure } from '../approval/closure-of.ts';
import type { OperationContext } from '../operation.ts';
import { openSession } from '../session/session.ts';

/** What an agent asked to run, as the journal has it. */
export type Asked = ReturnType<typeof AgentStore.prototype.of<'approval'>>[number];

const Call = z.object({ step: z.string().optional(), draft: Draft.optional() });

/**
 * What would run now for a question of an agent. It is determined from the call and the document, never from a text in the journal,
 * which the agent could have written.
 */
export async function askedClosure(
  context: Pick<OperationContext, 'world' | 'signal'>,
  workspace: Workspace,
  { call, step, inputs }: Asked,
): Promise<Closure> {
  if (step === '') {
    const prepared = withSteps(workspace.document, []);
    return await documentClosure(context.world, prepared, { input: inputs, place: boxOfApproval(workspace) });
  }
  const target = attemptTarget(workspace, callOf(call, step));
  const session = await openSession(withoutOutput(context), target.prepared, { input: inputs });
  return await closureForStep(context, workspace, target, { inputs, session }).finally(() =>
    session.box.close(),
  );
}

/** An earlier version did not journal the call: then only a step of the document can be determined. */
function callOf(call: string | undefined, step: string): z.infer<typeof Call> {
  return call === undefined ? { step } : Call.parse(JSON.parse(call));
}
