import type { Person } from '../world.ts';
import type { Progress } from './render/progress/progress.ts';

/** Pauses the progress display while the person is asked. */
export function pauseProgress(person: Person, progress: Progress): Person {
  const between = async <T>(work: () => Promise<T>): Promise<T> => {
    progress.pause();
    try {
      return await work();
    } finally {
      progress.resume();
    }
  };
  return {
    confirm: (question) => between(() => person.confirm(question)),
    ask: (question, options) => between(() => person.ask(question, options)),
    choose: (question, answers) => between(() => person.choose(question, answers)),
    ...(person.view ? { view: (text: string) => between(() => person.view!(text)) } : {}),
    withTerminal: (work) => between(() => person.withTerminal(work)),
  };
}
