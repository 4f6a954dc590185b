import { setMaxListeners } from "node:events";
import crypto, { createHash } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { Interrupted } from "../../../src/errors.ts";
import { run } from "../../../src/run.ts";
import { Cloud, type LeftCapacities, type LeftService } from "./cloud.ts";
import { FaultyNetwork, type Exchange } from "./faulty-network.ts";
import { carryBy } from "./network.ts";
import { Random } from "./random.ts";
import type { PlannedProcess, Schedule } from "./schedule.ts";
import { goBy, VirtualTime, type Stretch } from "./virtual-time.ts";

/** A process that was played. */
export interface Played {
  readonly port: number;
  readonly plan: PlannedProcess;
  readonly argv: readonly string[];
  /** Undefined where it did not end by itself. */
  code: number | undefined;
  stdout: string;
  stderr: string;
  /** When it was first told to end. */
  signalledAt: number | undefined;
  endedAt: number | undefined;
  /** By SIGKILL, or by a second signal. */
  killed: "SIGKILL" | "twice" | undefined;
}

export interface Outcome {
  readonly schedule: Schedule;
  readonly cloud: Cloud;
  readonly steps: readonly (readonly Played[])[];
  readonly exchanges: readonly Exchange[];
  readonly end: Stretch;
  /** How long each step took. */
  readonly lastedMs: readonly number[];
  /** The services as each step left them. */
  readonly left: readonly (readonly LeftService[])[];
  /** What each step left of capacities. */
  readonly leftCapacities: readonly LeftCapacities[];
}

const startMs = Date.UTC(2026, 0, 5, 12);
/** Longer than any command may take that has a time limit of its own, in virtual time. */
const limitMs = 3_600_000;
/** More than any command needs: it asks for ever. */
const mostRequests = 8_000;

/** Plays a schedule from its first step to its last. */
export async function play(schedule: Schedule): Promise<Outcome> {
  const time = new VirtualTime(startMs);
  const random = new Random(schedule.seed);
  const uninstall = [time.install(), seedRandomness(random)];
  goBy(time);
  const cloud = new Cloud(time, schedule);
  const network = new FaultyNetwork(time, cloud, random);
  carryBy(network);
  const steps: Played[][] = [];
  const lastedMs: number[] = [];
  const left: (readonly LeftService[])[] = [];
  const leftCapacities: LeftCapacities[] = [];
  let end: Stretch = "done";
  let port = 1;
  try {
    for (const { pauseMs, processes } of schedule.steps) {
      time.after(pauseMs, () => undefined);
      await time.run(() => false, pauseMs);
      const before = steps.at(-1)?.[0];
      const begunAt = time.now();
      const played = processes.map((plan) => start(plan, port++, { time, network, before }));
      steps.push(played);
      end = await time.run(
        () =>
          played.every(({ code, killed }) => code !== undefined || killed !== undefined) ||
          network.exchanges.length > mostRequests,
        limitMs,
      );
      lastedMs.push(time.now() - begunAt);
      left.push(cloud.services);
      leftCapacities.push(cloud.capacities);
      if (end !== "done" || network.exchanges.length > mostRequests) break;
    }
    // What is still on its way arrives.
    await time.run(() => false, 60_000);
    cloud.settle();
  } finally {
    for (const undo of uninstall) undo();
  }
  return { schedule, cloud, steps, exchanges: network.exchanges, end, lastedMs, left, leftCapacities };
}

interface Stage {
  readonly time: VirtualTime;
  readonly network: FaultyNetwork;
  readonly before: Played | undefined;
}

function start(plan: PlannedProcess, port: number, { time, network, before }: Stage): Played {
  const interruption = new AbortController();
  setMaxListeners(0, interruption.signal);
  const argv = plan.takesRun === true ? [...plan.argv, "--run", runIn(before) ?? "none"] : plan.argv;
  const played: Played = {
    port,
    plan,
    argv,
    code: undefined,
    stdout: "",
    stderr: "",
    signalledAt: undefined,
    endedAt: undefined,
    killed: undefined,
  };
  const ended = () => played.code !== undefined || played.killed !== undefined;
  const signalled = (name: string) => {
    if (ended()) return;
    if (name === "SIGKILL") played.killed = "SIGKILL";
    else if (interruption.signal.aborted) played.killed = "twice";
    else {
      played.signalledAt = time.now();
      interruption.abort(new Interrupted());
    }
    if (played.killed !== undefined) played.endedAt = time.now();
  };
  const pipe = (name: "stdout" | "stderr") => ({
    write: (text: string) => {
      if (!ended()) played[name] += text;
    },
    isTTY: false,
    columns: 80,
  });
  network.join({
    port,
    troubles: plan.troubles,
    isDead: ended,
    onRequest: (count) => {
      for (const { name, request, afterMs } of plan.signals)
        if (request === count) time.after(afterMs, () => signalled(name));
    },
  });
  const sleep = (milliseconds: number, signal: AbortSignal = interruption.signal) =>
    new Promise<void>((resolve, reject) => {
      const timer = time.after(milliseconds, resolve);
      const abort = () => {
        timer.cancelled = true;
        reject(new Interrupted());
      };
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
    });
  time.after(plan.startMs, () => {
    const ends = (code: number) => {
      if (ended()) return;
      played.code = code;
      played.endedAt = time.now();
    };
    void run(argv, {
      stdout: pipe("stdout"),
      stderr: pipe("stderr"),
      readStdin: async () => before?.stdout ?? "",
      stdinIsTTY: false,
      ask: async () => {
        throw new Error("nobody is there to ask");
      },
      runInForeground: async () => {
        throw new Error("nothing is run");
      },
      env: {
        HOME: "/nowhere",
        AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "sandbox",
        AWS_SECRET_ACCESS_KEY: "sandbox",
        AWS_CONFIG_FILE: "/nowhere/config",
        AWS_SHARED_CREDENTIALS_FILE: "/nowhere/credentials",
      },
      cwd: "/",
      nodeVersion: "20.19.0",
      signal: interruption.signal,
      clock: { now: () => time.now(), sleep, after: (wait, then) => void time.after(wait, then) },
    }).then(ends);
  });
  return played;
}

/** The run that a process says it started. */
export function runIn(played: Played | undefined): string | undefined {
  const said = /"run": ?"([^"]+)"/.exec(`${played?.stdout ?? ""}${played?.stderr ?? ""}`);
  return said?.[1];
}

/** Whether the network repeated a request by itself, or brought it long after its sender had given it up. */
export function isDoubledOnItsWay({ plan }: Played): boolean {
  return plan.troubles.some(
    ({ fault }) => fault.kind === "double" || (fault.kind === "delay" && fault.beforeMs >= 20_000),
  );
}

/** Ids, tokens and jitter are the same each time. */
function seedRandomness(random: Random): () => void {
  const { randomBytes, randomUUID } = crypto;
  const mathRandom = Math.random;
  const hex = (length: number) => createHash("sha256").update(String(random.next())).digest("hex").slice(0, length);
  Math.random = random.next;
  Object.assign(crypto, {
    randomBytes: (size: number) => Buffer.from(hex(2 * size), "hex"),
    randomUUID: () => [8, 4, 4, 4, 12].map(hex).join("-"),
  });
  syncBuiltinESMExports();
  return () => {
    Math.random = mathRandom;
    Object.assign(crypto, { randomBytes, randomUUID });
    syncBuiltinESMExports();
  };
}
