import { pluralize } from '../../../base/pluralize.ts';
import type { FailureContext } from '../failure-context.ts';
import type { Match, Rule } from '../rule.ts';
import {
  type ContainerRun,
  containerRuns,
  containerTitle,
  errorMatch,
  factsOf,
  logOf,
  subjectOf,
  weightOfRun,
} from './objects.ts';

/**
 * The messages of containerd and runc (code 128, StartError), crun and CRI-O, passed on by kubelet, for a program that
 * is not in the image.
 */
const ABSENT =
  /exec: \\?"(?<program>[^"\\]{1,300})\\?": (?:stat \S{1,300}: no such file or directory|executable file not found in \$PATH)|executable file [`'"](?<crun>[^`'"]{1,300})[`'"] not found(?: in \$PATH)?/;

/** The program that a container starts is not in its image: often a shell in an image without one. */
export const imageProgramMissing: Rule = {
  code: 'image-program-missing',
  cause: 'binary',
  find: (context) => [
    ...containerRuns(context).flatMap((run): Match[] => {
      const words = errorMatch(run, ABSENT);
      const program = words?.groups.program ?? words?.groups.crun;
      if (words === undefined || program === undefined) return [];
      return [absent(run, program, [run.pod.id, words.id], weightOfRun(context, run))];
    }),
    ...inspected(context, ({ exists }) => !exists).map(({ run, seen }) =>
      absent(run, seen.program, [seen.id, run.pod.id], weightOfRun(context, run)),
    ),
  ],
};

function absent(
  run: ContainerRun,
  program: string,
  evidence: readonly string[],
  weight: Match['weight'],
): Match {
  const shell = /^(?:\/(?:usr\/)?bin\/)?(?:ba|z|k)sh$/.test(program);
  return {
    title: `The program ${program} is not in the image ${run.container.image}: ${containerTitle(run)} ${endWords(run)}.`,
    remedy: shell
      ? 'Start it with /bin/sh if the image has it (Alpine does, distroless images have no shell), or start the program directly. Otherwise use an image with that shell.'
      : `Use a program that the image contains (check command, PATH and spelling), or build ${program} into the image.`,
    subject: `${subjectOf(run)} ${program}`,
    evidence,
    weight,
  };
}

/** Code 128 is what containerd reports for a container that it could not start (CRI constants: StartError). */
function endWords({ end, container }: ContainerRun): string {
  if (end?.exitCode === undefined) return 'cannot start';
  const again = container.restarts > 0 ? `, ${pluralize(container.restarts, 'restart')}` : '';
  return `ends with code ${end.exitCode}${end.reason === undefined ? '' : ` (${end.reason})`}${again}`;
}

const NO_INTERPRETER =
  /^exec (?<file>\/\S{1,300}): no such file or directory|fork\/exec (?<forked>\S{1,300}): no such file or directory|env: (?:can't execute )?[‘'"](?<program>[^’'"]{1,100})[’'"]: No such file/;

/**
 * The file exists, but the interpreter in its first line does not: no such shell, Windows line ends, or a different C
 * library.
 */
export const imageInterpreterMissing: Rule = {
  code: 'image-interpreter-missing',
  cause: 'binary',
  find: (context) => [
    ...containerRuns(context).flatMap((run): Match[] => {
      const log = logOf(context, run);
      const line = log?.lines.map((each) => NO_INTERPRETER.exec(each.trim())).find((each) => each !== null);
      const words = line ? { id: log!.id, groups: { ...line.groups } } : errorMatch(run, NO_INTERPRETER);
      if (words === undefined) return [];
      const file = words.groups.file ?? words.groups.forked;
      const what = words.groups.program ?? 'its interpreter';
      const crlf = what.includes('\\r') || what.includes('\r');
      return [
        {
          title: `${file === undefined ? `A script of ${containerTitle(run)} needs ${what.replace('\r', '')}, which is` : `${file} of ${containerTitle(run)} exists, but the interpreter in its first line is`} not in the image ${run.container.image}${crlf ? ' (its lines end in CR LF)' : ''}.`,
          remedy:
            'Check its first line: use an interpreter that the image has (#!/bin/sh), and save it with LF line ends. Otherwise use an image with that shell, or with that C library for a compiled program.',
          subject: `${subjectOf(run)} ${file ?? what}`,
          evidence: [words.id, run.pod.id],
          weight: weightOfRun(context, run),
        },
      ];
    }),
    ...inspected(context, ({ exists, interpreterExists }) => exists && interpreterExists === false).map(
      ({ run, seen }): Match => ({
        title: `${seen.program} of ${containerTitle(run)} needs ${seen.interpreter}, which is not in the image ${seen.image}.`,
        remedy: 'Use an interpreter that the image has (#!/bin/sh), or an image that contains it.',
        subject: `${subjectOf(run)} ${seen.program}`,
        evidence: [seen.id, run.pod.id],
        weight: weightOfRun(context, run),
      }),
    ),
  ],
};

/** Observations from inside images, each with the run that it explains. */
function inspected(
  context: FailureContext,
  isFault: (seen: Inspected) => boolean,
): { run: ContainerRun; seen: Inspected }[] {
  return factsOf(context, 'image-program')
    .filter(isFault)
    .flatMap((seen) => {
      const run = containerRuns(context).find(
        ({ pod, container }) => pod.workload === seen.workload && container.name === seen.container,
      );
      return run === undefined ? [] : [{ run, seen }];
    });
}

type Inspected = ReturnType<typeof factsOf<'image-program'>>[number];

/** Built for another CPU architecture, or a script without a `#!` line. */
export const imageExecFormat: Rule = {
  code: 'image-exec-format',
  cause: 'binary',
  find: (context) =>
    containerRuns(context).flatMap((run): Match[] => {
      const log = logOf(context, run);
      const logged = log?.lines.some((line) => /exec(?:ve)?\b.{0,200}: exec format error/i.test(line));
      const words = logged ? { id: log!.id } : errorMatch(run, /exec format error/i);
      if (words === undefined) return [];
      const box = context.facts.system?.[0]?.architecture;
      return [
        {
          title: `${containerTitle(run)} cannot be executed on its node: ${run.container.image} is built for another architecture${box === undefined ? '' : ` than ${box}`}, or its script has no #! line.`,
          remedy: 'Use (or build) the image for the node’s architecture, or add the #! line to the script.',
          subject: subjectOf(run),
          evidence: [words.id, run.pod.id],
          weight: weightOfRun(context, run),
        },
      ];
    }),
};

/** Code 126 and `permission denied` at the start: the file exists, but is not executable. */
export const imageNotExecutable: Rule = {
  code: 'image-not-executable',
  cause: 'binary',
  find: (context) =>
    containerRuns(context).flatMap((run): Match[] => {
      const words = errorMatch(run, /exec: \\?"(?<program>[^"\\]{1,300})\\?": permission denied/);
      const log = logOf(context, run);
      const line = log?.lines.find((each) => /permission denied/i.test(each));
      const ended = run.end?.exitCode === 126;
      if (words === undefined && !ended) return [];
      const program = words?.groups.program ?? /(\/\S{1,200}?):? permission denied/i.exec(line ?? '')?.[1];
      return [
        {
          title: `${program ?? 'The program'} is in the image ${run.container.image}, but is not executable: ${containerTitle(run)} ${endWords(run)}.`,
          remedy: 'Run chmod +x on it in the image (COPY --chmod=755), or start it with its interpreter.',
          subject: `${subjectOf(run)} ${program ?? ''}`.trim(),
          evidence: [words?.id ?? (line === undefined ? run.pod.id : log!.id), run.pod.id],
          weight: weightOfRun(context, run),
        },
      ];
    }),
};

/** Code 127: a script of the image calls a program that does not exist. */
export const imageCommandMissing: Rule = {
  code: 'image-command-missing',
  cause: 'binary',
  find: (context) =>
    containerRuns(context).flatMap((run): Match[] => {
      if (run.end?.exitCode !== 127) return [];
      const log = logOf(context, run);
      const line = log?.lines.findLast((each) => /not found/.test(each));
      const program = /(?:^|[\s:])(?<name>[\w./@+-]{1,100}): (?:command )?not found/.exec(line ?? '')?.[1];
      return [
        {
          title: `A script of ${containerTitle(run)} calls ${program ?? 'a program'}, which is not in the image ${run.container.image} (code 127).`,
          remedy: `Build ${program ?? 'it'} into the image, fix its name or PATH, or use an image that contains it.`,
          subject: `${subjectOf(run)} ${program ?? ''}`.trim(),
          evidence: [line === undefined ? run.pod.id : log!.id, run.pod.id],
          weight: weightOfRun(context, run),
        },
      ];
    }),
};
