import { z } from 'zod';
import type { Attempt } from '../../../loop/attempt.ts';
import type { ProblemRecord } from '../../../loop/loop.ts';
import { recordLearned } from '../../../markdown/record/record.ts';
import { oneLine } from '../../../markdown/record/render.ts';
import type { World } from '../../../world.ts';
import { notifyEvent } from '../../notify/notify-targets.ts';
import { maskerFor } from '../../session/session.ts';
import { writeText } from '../save/write-document.ts';
import { defineTool } from '../tool.ts';
import { writtenDocument } from '../working.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';
import { findProblem } from './problem-resolve.ts';

/** Stops and asks a person, with all that they need to answer. */
export const escalate = defineTool({
  dotted: 'escalate',
  title: 'Ask a person',
  description:
    'Stops a problem and asks a person (escalate): writes under Open questions what was tried and what is known. Use it when a guard stopped you, when evidence is outside the box, or when you repeat yourself. Independent steps can continue; a person resumes with runbook resume.',
  hints: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  input: z.object({
    question: z.string().min(1).max(1_000),
    to: z.string().max(200).optional().describe('who could know'),
    problem: z.string().max(100).optional(),
  }),
  output: z.object({
    problem: z.string().optional(),
    state: z.string().optional(),
    written: z.boolean(),
    diff: z.string(),
    next: z.string(),
  }),
  budget: 16_000,
  run: async (context, { question, to, problem: id }) => {
    const workspace = await openWorkspace(context);
    const problem = id === undefined ? undefined : findProblem(workspace, id);
    if (problem?.state === 'open') {
      await workspace.store.append({
        kind: 'problem',
        problem: problem.id,
        move: { to: 'stopped', question },
      });
    }
    const date = new Date(context.world.now()).toISOString().slice(0, 10);
    const text = report(workspace, problem, { date, to });
    const target = writtenDocument(workspace.document, 'base');
    const { source, runbook } = target;
    const title = oneLine(question).slice(0, 200);
    const isAsked = runbook.questions.some((each) => each.title === title);
    const recorded = isAsked ? source.text : recordLearned(source, runbook, { questions: [{ title, text }] });
    const { written, diff } = await writeText(context, target, recorded, {});
    if (written) await notifyOfEscalation(context.world, workspace, title, problem);
    return {
      ...(problem === undefined
        ? {}
        : {
            problem: problem.id,
            state: workspace.store.loop.problems.find((each) => each.id === problem.id)!.state,
          }),
      written,
      diff,
      next: problem
        ? `Tell the person. ${problem.id} waits until they run: runbook resume ${problem.id}. Continue with steps that do not need it.`
        : 'Tell the person. Continue with steps that do not depend on the answer.',
    };
  },
});

/** The person may not be at this terminal. */
async function notifyOfEscalation(
  world: World,
  { document, box }: Workspace,
  question: string,
  problem: ProblemRecord | undefined,
): Promise<void> {
  const masker = await maskerFor(world, document);
  notifyEvent(world, 'escalation', {
    state: 'person',
    title: masker.mask(`${box.name}: an agent asks: ${question}`),
    details: [],
    document: document.path,
    next: problem ? `runbook resume ${problem.id}` : `read the open questions of ${document.file}`,
  });
}

/** What was tried, what it changed, what is known: for somebody who was not there. */
function report(
  { store, box }: Workspace,
  problem: ProblemRecord | undefined,
  { date, to }: { date: string; to: string | undefined },
): string {
  const asked = `Asked on ${date}${to === undefined ? '' : `, of ${oneLine(to)}`}, about ${box.name}.`;
  if (!problem) return asked;
  const { attempts } = store.loop;
  const opened = attempts.find((each) => each.attempt === problem.openedBy)!;
  const tried = attempts.filter((each) => each.seq >= opened.seq && each.box === problem.box);
  const failure = attempts.findLast((each) => problem.failures.includes(each.attempt));
  const known = [
    ...(failure?.findings.map(({ title }) => title) ?? []),
    ...(failure?.checks
      .filter(({ verdict }) => verdict !== 'pass')
      .map(({ check, observed }) => `\`${check}\`: ${observed}`) ?? []),
  ];
  const last = failure?.outputTail.trim().split('\n').at(-1) ?? '';
  return [
    asked,
    `Tried:\n\n${tried.map(triedLine).join('\n')}`,
    known.length > 0 ? `Known:\n\n${known.map((each) => `- ${oneLine(each)}`).join('\n')}` : '',
    last === '' ? '' : `Last error: ${inlineCode(last.slice(0, 300))}`,
    `To continue: \`runbook resume ${problem.id}\``,
  ]
    .filter((each) => each !== '')
    .join('\n\n');
}

function triedLine({ attempt, body, status, exitCode, changed }: Attempt): string {
  const changes = changed.filter(({ scope }) => scope !== 'processes').slice(0, 5);
  const code = exitCode === null || exitCode === 0 ? '' : `, exit code ${exitCode}`;
  const what =
    changes.length === 0
      ? 'changed nothing that was observed'
      : changes.map(({ kind, subject }) => `${kind} ${subject}`).join(', ');
  return `- ${attempt}, ${oneLine(body.title)}: ${status}${code}; ${oneLine(what)}`;
}

function inlineCode(text: string): string {
  const plain = oneLine(text);
  return plain.includes('`') ? `\`\` ${plain} \`\`` : `\`${plain}\``;
}
