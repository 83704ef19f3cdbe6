/**
 * Options ahead of git's command, so that what a project's own configuration names (monitors, hooks) does not run: whoever may
 * write into the project, an agent among them, could otherwise have its code run here by a listing or a commit.
 */
export const QUIET_GIT: readonly string[] = ['core.fsmonitor=', 'core.hooksPath=/dev/null'].flatMap(
  (option) => ['-c', option],
);
