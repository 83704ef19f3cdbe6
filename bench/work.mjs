/**
 * The same thousand steps for everybody: each makes one file by one shell command. runbook verifies each besides, since
 * that is how a runbook is written; peers that verify too are measured on rows of their own.
 */
export const STEPS = 1000;

const numbers = (count) => Array.from({ length: count }, (_, at) => String(at + 1).padStart(5, '0'));
const makes = (n) => `echo ${n} > out/${n}`;
const verifies = (n) => `test -f out/${n}`;
const makesOnce = (n) => `${verifies(n)} || ${makes(n)}`;

/** A runbook: Why, Run, Verify. 116 kB for a thousand steps. */
export function runbook(count = STEPS, { verify = 'check' } = {}) {
  const steps = numbers(count).map((n) => {
    const check = verify === 'check' ? `file out/${n} exists` : verifies(n);
    return `### Make file ${n}\n\nWhy: step ${n} shows what one step costs.\n\n\`\`\`bash\n${makes(n)}\n\`\`\`\n\nVerify:\n\n\`\`\`${verify}\n${check}\n\`\`\`\n`;
  });
  return `---\nrunbook: 1\nname: bench\n---\n\n# Bench\n\n## Steps\n\n${steps.join('\n')}`;
}

/** A recipe for each step, in a chain of the same order; `once`: does nothing where the file is there. */
export function justfile(count = STEPS, { verify = false, once = false } = {}) {
  const all = `all: ${numbers(count)
    .map((n) => `s${n}`)
    .join(' ')}\n`;
  const recipe = (n) =>
    `s${n}:\n    @${once ? makesOnce(n) : makes(n)}\n${verify ? `    @${verifies(n)}\n` : ''}`;
  return all + numbers(count).map(recipe).join('');
}

/** zx reads Markdown too: each bash block is a step. */
export function zxMarkdown(count = STEPS, { once = false } = {}) {
  const block = (n) => `## Step ${n}\n\n\`\`\`bash\n${once ? makesOnce(n) : makes(n)}\n\`\`\`\n`;
  return numbers(count).map(block).join('\n');
}

export function makefile(count = STEPS) {
  const rule = (n) => `out/${n}:\n\t@${makes(n)}\n`;
  return `all: ${numbers(count)
    .map((n) => `out/${n}`)
    .join(' ')}\n${numbers(count).map(rule).join('')}`;
}

/** JSON is YAML. No facts are gathered and the connection is local: Ansible at its quickest. */
export function playbook(count, { once = false } = {}) {
  const task = (n) => ({
    name: `step ${n}`,
    'ansible.builtin.shell': { cmd: makes(n), ...(once ? { creates: `out/${n}` } : {}) },
  });
  return JSON.stringify([
    { hosts: 'localhost', connection: 'local', gather_facts: false, tasks: numbers(count).map(task) },
  ]);
}

/** One shell command a line, for the floor and for spawning. */
export function commands(count = STEPS, { once = false } = {}) {
  return JSON.stringify(numbers(count).map((n) => (once ? makesOnce(n) : `${makes(n)}; ${verifies(n)}`)));
}
