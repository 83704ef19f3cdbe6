import type { Reporter, TestModule } from 'vitest/node';

/** Prints how many attacks were tried, how many got through, and how many could not be tried here. */
export class CountAttacks implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules
      .filter(({ project }) => project.name === 'attack')
      .flatMap(({ children }) => [...children.allTests()]);
    if (tests.length === 0) return;
    const count = (state: string) => tests.filter((each) => each.result().state === state).length;
    const [repelled, through] = [count('passed'), count('failed')];
    const skipped = tests.length - repelled - through;
    console.log(`Attacks: ${repelled + through} tried, ${through} got through, ${skipped} not tried here.`);
    for (const each of tests.filter((test) => test.result().state === 'failed'))
      console.log(`  got through: ${each.fullName}`);
  }
}
