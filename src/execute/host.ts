import type { Records } from './control-records.ts';
import type { Sink } from './output-pipe.ts';

/** How one frame ended. `lost`: the host itself died in the middle of it. */
export type FrameEnd =
  | { readonly kind: 'ended'; readonly status: number; readonly records: Records }
  | { readonly kind: 'lost'; readonly status: number };

/** Runs one frame after another and keeps nothing of any of them. */
export interface Host {
  /** `bash`: one persistent shell, which takes every frame. `sh`: a new shell each time, which takes launch text only. */
  readonly kind: 'bash' | 'sh';
  /** Private (0700), removed with the host. */
  readonly folder: string;
  /** Sends one frame, as execute/frame or execute/launch builds it. One at a time. */
  send(frame: Buffer, sink: Sink | undefined): Promise<FrameEnd>;
  /** The process group of the fence in the frame of that number, if it has one of its own and has announced it. */
  group(frame: number): number | undefined;
  /** Whether it can take another frame. */
  usable(): boolean;
  /** At once, with SIGKILL; a frame in flight ends as lost. The answer: its children, which are left to the caller. */
  kill(): readonly number[];
  close(): Promise<void>;
}

export interface HostOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Where every frame starts. */
  readonly cwd: string;
}

/** Why there is no host. `absent`: the program that it needs is not on this box, or too old. */
export interface NoHost {
  readonly unstartable: string;
  readonly absent: boolean;
}
