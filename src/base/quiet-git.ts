/**
 * Options for every git command that the engine runs. They disable the monitors and hooks of the project's own git
 * configuration: anyone who can write to the project, an agent included, could otherwise run code through a listing or
 * a commit.
 */
export const QUIET_GIT: readonly string[] = ['core.fsmonitor=', 'core.hooksPath=/dev/null'].flatMap(
  (option) => ['-c', option],
);
