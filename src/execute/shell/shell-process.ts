import type { Records } from './control-records.ts';
import type { Sink } from './output-pipe.ts';

/** A frame for one shell, and whether its fence announces a process group (a plain fence runs in the shell itself). */
export interface Frame {
  readonly number: number;
  readonly bytes: Buffer;
  readonly hasGroup: boolean;
}

/** How one frame ended. `lost`: the shell died while running it. `cut-off`: its outcome is unknown. */
export type FrameEnd =
  | { readonly kind: 'ended'; readonly status: number; readonly records: Records }
  | { readonly kind: 'lost'; readonly status: number }
  | { readonly kind: 'cut-off'; readonly reason: string };

/** Runs one frame after another and keeps no state between them. */
export interface ShellProcess {
  /**
   * `bash`: one persistent shell, which accepts every frame. `sh`: a new shell each time, which accepts launch text
   * only.
   */
  readonly kind: 'bash' | 'sh';
  /** Private (0700), removed with the shell. */
  readonly folder: string;
  /** Redirection that sends a frame's output to the engine. */
  readonly toOutput: string;
  /** Sends one frame, built by execute/shell/frame or execute/launch. One at a time. */
  send(frame: Frame, sink: Sink | undefined): Promise<FrameEnd>;
  /**
   * Ends what runs for a frame that was sent, and resolves when nothing of it runs. The shell survives if the fence has
   * announced its own group; otherwise the shell is killed first, or it would run the next line.
   */
  endFence(frame: Frame): Promise<void>;
  /** Ends the group of a fence whose shell has died while running it. */
  endLeft(frame: Frame): Promise<void>;
  /** Whether it can accept another frame. */
  usable(): boolean;
  /** Sends SIGKILL at once; a frame in flight ends as lost. */
  kill(): void;
  close(): Promise<void>;
}

export interface ShellOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Where every frame starts. */
  readonly cwd: string;
}

/** Why no shell could be started. `absent`: the required program is missing or too old. */
export interface ShellNotStarted {
  readonly unstartable: string;
  readonly absent: boolean;
  /** The box itself cannot be reached. */
  readonly disconnected?: true;
}
