// Denies what belongs to a person, and plain changes of the box that would bypass the record. A second fence only: the
// server enforces its own rules, and what slips through here shows up in env_observe as `unaccounted`. Unknown commands pass.
const BEGIN = String.raw`(?:^|[;&|(]\s*|\b(?:sudo|env|then|do|exec|time|nohup)\s+(?:-\S+\s+|\w+=\S*\s+)*)`;

const persons = [
  [
    new RegExp(`${BEGIN}(?:npx\\s+(?:-\\S+\\s+)*)?(?:agent-)?runbook\\s+(?:approve|resume)\\b`, 'm'),
    'approving and resuming',
  ],
  [/\brunbook\b[^;&|\n]*\s--yes\b/, 'running without asking (--yes)'],
  [/(?:>>?|\btee\b|\brm\b|\bmv\b|\bcp\b|\bsed\s+-i)[^;&|\n]*\.runbook\//, 'writing to .runbook/'],
];

const mutators = [
  new RegExp(
    `${BEGIN}(?:apt|apt-get|dpkg|dnf|yum|apk)\\s+(?:-\\S+\\s+)*(?:install|remove|purge|upgrade|full-upgrade|dist-upgrade|add|del|-i|--install)\\b`,
    'm',
  ),
  new RegExp(
    `${BEGIN}(?:systemctl|service)\\s+(?:-\\S+\\s+)*\\S*\\s*(?:start|stop|restart|reload|enable|disable|mask)\\b`,
    'm',
  ),
  new RegExp(`${BEGIN}helm\\s+(?:install|upgrade|uninstall|rollback|delete)\\b`, 'm'),
  new RegExp(
    `${BEGIN}kubectl\\s+(?:-\\S+\\s+\\S+\\s+)*(?:apply|create|delete|patch|replace|scale|edit|rollout\\s+(?:restart|undo))\\b`,
    'm',
  ),
  /(?:>>?\s*|\btee\s+(?:-\S+\s+)*)\/etc\//,
];

const { tool_name: tool, tool_input: input = {} } = JSON.parse(await text(process.stdin));
const reason =
  tool === 'Bash' ? bashReason(String(input.command ?? '')) : fileReason(String(input.file_path ?? ''));
if (reason) {
  const decision = {
    hookEventName: 'PreToolUse',
    permissionDecision: 'deny',
    permissionDecisionReason: reason,
  };
  process.stdout.write(JSON.stringify({ hookSpecificOutput: decision }));
}

function bashReason(command) {
  const person = persons.find(([pattern]) => pattern.test(command))?.[1];
  if (person) return `${person} is for a person at a terminal. Say what you need, and why.`;
  if (!mutators.some((pattern) => pattern.test(command))) return '';
  return `This changes the box and would be missing on the next one. Call apply_step with draft.run = ${JSON.stringify(command)}`;
}

function fileReason(path) {
  if (/(?:^|\/)\.runbook\//.test(path))
    return '.runbook/ is the record of the runbook server; only it writes there.';
  if (!/^\/etc\//.test(path)) return '';
  return `${path} belongs to the box. Call apply_step with draft.run = [{"lang":"text","text":"…","attributes":{"file":"${path}"}}]`;
}

async function text(stream) {
  let all = '';
  for await (const chunk of stream) all += chunk;
  return all;
}
