import type { Records } from './control-records.ts';
import type { Sink } from './output-pipe.ts';

/** A frame made for one host, and whether its fence announces a process group (a plain one runs in the host itself). */
export interface Frame {
  readonly number: number;
  readonly bytes: Buffer;
  readonly hasGroup: boolean;
}

/** How one frame ended. `lost`: the host itself died in the middle of it; `cut-off`: nobody knows what became of it. */
export type FrameEnd =
  | { readonly kind: 'ended'; readonly status: number; readonly records: Records }
  | { readonly kind: 'lost'; readonly status: number }
  | { readonly kind: 'cut-off'; readonly reason: string };

/** Runs one frame after another and keeps nothing of any of them. */
export interface ShellProcess {
  /** `bash`: one persistent shell, which takes every frame. `sh`: a new shell each time, which takes launch text only. */
  readonly kind: 'bash' | 'sh';
  /** Private (0700), removed with the host. */
  readonly folder: string;
  /** Where a frame's output goes, as a redirection. */
  readonly toOutput: string;
  /** Sends one frame, as execute/frame or execute/launch builds it. One at a time. */
  send(frame: Frame, sink: Sink | undefined): Promise<FrameEnd>;
  /**
   * Ends what runs for a frame that was sent, and resolves when nothing of it runs. The host outlives this if the fence
   * has announced a group of its own; else it would go on with the next line, so it goes first.
   */
  endFence(frame: Frame): Promise<void>;
  /** Ends the group of a fence whose host has died in the middle of it. */
  endLeft(frame: Frame): Promise<void>;
  /** Whether it can take another frame. */
  usable(): boolean;
  /** At once, with SIGKILL; a frame in flight ends as lost. */
  kill(): void;
  close(): Promise<void>;
}

export interface ShellOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Where every frame starts. */
  readonly cwd: string;
}

/** Why there is no host. `absent`: the program that it needs is not on this box, or too old. */
export interface ShellNotStarted {
  readonly unstartable: string;
  readonly absent: boolean;
  /** The box itself is out of reach. */
  readonly disconnected?: true;
}
