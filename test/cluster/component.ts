import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const keptBytes = 64 * 1024;

/** One process of the control plane. Its PID file tells the reaper what to kill. */
export class Component {
  readonly name: string;
  readonly #process: ChildProcess;
  #log = '';
  #end: string | undefined;

  private constructor(name: string, child: ChildProcess, pidFile: string) {
    this.name = name;
    this.#process = child;
    const keep = (chunk: Buffer) => {
      this.#log = (this.#log + chunk).slice(-keptBytes);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => {
      this.#end = error.message;
    });
    child.on('exit', (code, signal) => {
      this.#end = `ended with ${signal ?? code}`;
      rmSync(pidFile, { force: true });
    });
  }

  static start(directory: string, name: string, command: string, args: readonly string[]): Component {
    const child = spawn(command, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    const pidFile = join(directory, `${name}.pid`);
    if (child.pid) writeFileSync(pidFile, String(child.pid));
    return new Component(name, child, pidFile);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * Resolves when `ready` reports success; rejects with the end of its log when the process ends, or at the deadline.
   */
  async until(ready: () => Promise<boolean>, withinMs: number): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!(await ready())) {
      const trouble =
        this.#end ?? (Date.now() > deadline ? `not ready after ${withinMs / 1000} s` : undefined);
      if (trouble) throw new Error(`${this.name} ${trouble}:\n${this.#log.slice(-4000)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
