import type { Person } from '../world.ts';
import type { Story } from './render/progress/progress.ts';

/** The same person, asked while nothing is drawn. */
export function lending(person: Person, story: Story): Person {
  const between = async <T>(work: () => Promise<T>): Promise<T> => {
    story.pause();
    try {
      return await work();
    } finally {
      story.resume();
    }
  };
  return {
    confirm: (question) => between(() => person.confirm(question)),
    ask: (question, options) => between(() => person.ask(question, options)),
    choose: (question, answers) => between(() => person.choose(question, answers)),
    lend: (work) => between(() => person.lend(work)),
  };
}
