import { AgentStore } from '../../journal/agent/store.ts';
import type { Attempt, StepBody } from '../../loop/attempt.ts';
import type { LearnedStep } from '../../markdown/record/learned.ts';
import type { BoxIdentity } from '../../model/box.ts';
import { usageError } from '../../model/diagnostic.ts';
import type { Step } from '../../model/runbook.ts';
import type { OperationContext } from '../operation.ts';
import type { Audience } from '../session/audience.ts';
import { bodyOfStep } from './attempt/body.ts';
import { foldLoop } from './save/fold-loop.ts';
import type { AgentContext } from './tool.ts';
import { type AgentDocument, readAgentDocument } from './working.ts';

/** What every call begins with: the document, this box, and what is remembered of both. */
export interface Workspace {
  readonly document: AgentDocument;
  readonly box: BoxIdentity;
  readonly store: AgentStore;
}

type WorkspaceContext = Pick<AgentContext, 'world' | 'file'> & Partial<Pick<AgentContext, 'readOnly'>>;

/** @throws RunbookError for a document with errors, and for a box that is not this one. */
export async function openWorkspace(
  { world, file, readOnly }: WorkspaceContext,
  box?: string,
): Promise<Workspace> {
  const document = await readAgentDocument(world, file);
  const identity = await world.identify(readOnly);
  if (box !== undefined && ![identity.name, identity.id, 'local', 'this'].includes(box)) {
    throw usageError(
      'unknown-box',
      `The box ${JSON.stringify(box.slice(0, 100))} does not exist here.`,
      `Omit box. This machine is ${identity.name}.`,
    );
  }
  const store = AgentStore.open(world, document, identity, readOnly);
  await store.settleInterrupted();
  return { document, box: identity, store };
}

/** An operation's context for a call: nothing is reported except in the call's own answer. */
export function withoutOutput({
  world,
  signal,
  trust = 'guarded',
  client,
}: Pick<AgentContext, 'world' | 'signal'> &
  Partial<Pick<AgentContext, 'trust' | 'client'>>): OperationContext {
  const agent = client === undefined ? {} : { agent: client };
  return { world, signal, emit: () => {}, audience: audienceOf(trust), ...agent };
}

/** Who reads the answers of a server that was started with this trust. */
export function audienceOf(trust: AgentContext['trust']): Audience {
  return trust === 'sandbox' ? 'agent-in-sandbox' : 'agent';
}

/** The last known body of a step that is not written yet; undefined: none is known, or it is in the document. */
export function draftedBody({ store, document }: Workspace, id: string): StepBody | undefined {
  return unsavedAttempts(store, document).findLast((each) => each.step === id)?.body;
}

/** The step of the document by its id. */
export function documentedStep({ document }: Workspace, id: string): Step | undefined {
  return document.runbook.steps.find((each) => each.id === id);
}

/** Steps that were proven and are not written yet: a pass has them before what comes now. */
export function provenSteps({ store, document, box }: Workspace): LearnedStep[] {
  return foldLoop(store.loop, box.id, document.runbook).steps.map((each) => ({
    id: each.step,
    body: each.body,
    kind: each.kind,
    ...(each.after === undefined ? {} : { after: each.after }),
  }));
}

/** Ids of everything that could be run: written steps, then drafts. */
export function knownIds(workspace: Workspace): string[] {
  const written = workspace.document.runbook.steps.map(({ id }) => id);
  const drafted = unsavedAttempts(workspace.store, workspace.document).map(({ step }) => step);
  return [...new Set([...written, ...drafted])];
}

/** The body that a step was last tried with, or has in the document. */
export function lastBody(workspace: Workspace, id: string): StepBody | undefined {
  const tried = workspace.store.loop.attempts.findLast((each) => each.step === id)?.body;
  const step = documentedStep(workspace, id);
  return tried ?? (step && bodyOfStep(step));
}

function unsavedAttempts(store: AgentStore, { runbook }: AgentDocument): readonly Attempt[] {
  const written = new Set(runbook.steps.map(({ id }) => id));
  return store.loop.attempts.filter((each) => !written.has(each.step) && !each.saved);
}
