/** What goes wrong with a request. `reached`: whether it took effect all the same. */
export type Fault =
  | { readonly kind: "refuse" | "throttle" | "double" | "repeat-token" | "mutate" }
  | {
      readonly kind: "lose" | "cut-off" | "page" | "no-http" | "server-error" | "stall" | "silence";
      readonly reached: boolean;
    }
  | { readonly kind: "delay"; readonly beforeMs: number; readonly afterMs: number }
  | { readonly kind: "stale"; readonly byMs: number };

export type FaultKind = Fault["kind"];

/** A fault of `length` requests in a row, from the `at`-th on that the process sends, of one operation where it is named. */
export interface Trouble {
  readonly operation?: string;
  readonly at: number;
  readonly length: number;
  readonly fault: Fault;
}

/** What is sent to a process, so long after its n-th request, counted from 0. */
export interface Signal {
  readonly name: "SIGINT" | "SIGTERM" | "SIGKILL";
  readonly request: number;
  readonly afterMs: number;
}

/** A command line in its surroundings. */
export interface PlannedProcess {
  readonly argv: readonly string[];
  /** Standard input is what the last step's first process printed. */
  readonly takesOutput?: boolean;
  /** `--run` of the last run is added. */
  readonly takesRun?: boolean;
  readonly startMs: number;
  readonly troubles: readonly Trouble[];
  readonly signals: readonly Signal[];
}

/** Processes at the same time, so long after those before them. */
export interface Step {
  readonly pauseMs: number;
  readonly processes: readonly PlannedProcess[];
}

export interface Machines {
  readonly instanceType: string;
  readonly count: number;
}

/** All that a play needs: it plays the same each time. */
export interface Schedule {
  readonly seed: number;
  readonly machines: readonly Machines[];
  /** The Auto Scaling group `pool` beside them: its machines have an older image than the newest of their family. */
  readonly group?: Machines;
  readonly steps: readonly Step[];
}
