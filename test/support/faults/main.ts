import { parseArgs } from "node:util";
import { drawSchedule } from "./draw.ts";
import { lessons } from "./lessons.ts";
import type { Wrong } from "./oracle.ts";
import type { Outcome } from "./play.ts";
import type { Schedule } from "./schedule.ts";
import { shrink } from "./shrink.ts";
import { watch } from "./watch.ts";

/** Plays schedules; 1 where one ended wrong. */
export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      schedules: { type: "string", default: "500" },
      seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
      /** One schedule, as it was printed. */
      schedule: { type: "string" },
      /** Those of lessons.ts, as one document. */
      lessons: { type: "boolean", default: false },
      /** Every fault is one of answers that are no longer what AWS answers. */
      mutations: { type: "boolean", default: false },
      /** Only those that a command of these words is in, as `ami roll`. */
      command: { type: "string", default: "" },
      /** How many of each rule are shrunk. */
      shown: { type: "string", default: "2" },
    },
  });
  if (values.schedule !== undefined) return playOne(JSON.parse(values.schedule) as Schedule);
  if (values.lessons) return playLessons();
  const count = Number(values.schedules);
  const seed = Number(values.seed);
  write(`faults: ${count} schedules from seed ${seed}\n`);
  const startedAt = performance.now();
  const byRule = new Map<string, number>();
  let wrong = 0;
  for (let index = 0, next = seed; index < count; index++) {
    let drawn = drawSchedule(next++);
    while (!hasCommand(drawn, values.command)) drawn = drawSchedule(next++);
    const schedule = values.mutations ? withMutations(drawn) : drawn;
    // Who started this process says where it died.
    process.send?.({ seed: schedule.seed });
    const { wrongs } = await watch(schedule);
    if (wrongs.length > 0) wrong++;
    for (const rule of new Set(wrongs.map((each) => each.rule))) {
      const before = byRule.get(rule) ?? 0;
      byRule.set(rule, before + 1);
      if (before < Number(values.shown)) await show(schedule, rule, wrongs);
    }
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const rules = [...byRule].map(([rule, times]) => `${rule}: ${times}`).join(", ");
  write(`faults: ${wrong} of ${count} schedules ended wrong in ${seconds} s${rules === "" ? "" : ` (${rules})`}\n`);
  return wrong === 0 ? 0 : 1;
}

function hasCommand({ steps }: Schedule, words: string): boolean {
  return steps.some(({ processes }) => processes.some(({ argv }) => argv.join(" ").startsWith(words)));
}

function withMutations(schedule: Schedule): Schedule {
  return {
    ...schedule,
    steps: schedule.steps.map(({ processes, ...step }) => ({
      ...step,
      processes: processes.map((each) => ({
        ...each,
        troubles: each.troubles.map((trouble) => ({ ...trouble, fault: { kind: "mutate" } as const })),
      })),
    })),
  };
}

async function show(schedule: Schedule, rule: string, first: readonly Wrong[]): Promise<void> {
  const smallest = await shrink(schedule, rule);
  write(`\n== ${rule}, seed ${schedule.seed}\n`);
  const { wrongs: again } = await watch(smallest);
  // A crash need not come twice: its text is told all the same.
  for (const wrong of again.length > 0 ? again : first) write(`${wrong.rule}: ${wrong.text}\n`);
  write(`npm run test:faults -- --schedule '${JSON.stringify(smallest)}'\n`);
}

/** What went wrong in each of the lessons, by its name. */
async function playLessons(): Promise<number> {
  const wrongs: Record<string, readonly string[]> = {};
  for (const { name, schedule, codes, withinSeconds = Number.POSITIVE_INFINITY } of lessons) {
    const { outcome, wrongs: found } = await watch(schedule);
    const ends = (outcome?.steps ?? []).flatMap((processes, index) =>
      processes.flatMap(({ code, stderr }) =>
        codes[index]!.includes(code ?? -1) ? [] : [`step ${index} ends with ${code}: ${stderr}`],
      ),
    );
    const seconds = (outcome?.lastedMs.at(-1) ?? 0) / 1_000;
    wrongs[name] = [
      ...found.map(({ rule, text }) => `${rule}: ${text}`),
      ...ends,
      ...(seconds > withinSeconds ? [`it takes ${seconds} s`] : []),
    ];
  }
  write(`${JSON.stringify(wrongs, undefined, 2)}\n`);
  return 0;
}

/** One schedule with all that happens in it. */
async function playOne(schedule: Schedule): Promise<number> {
  const { outcome, wrongs } = await watch(schedule);
  if (outcome !== undefined) tell(outcome);
  for (const { rule, text } of wrongs) write(`${rule}: ${text}\n`);
  return wrongs.length === 0 ? 0 : 1;
}

function tell({ steps, exchanges, end, cloud }: Outcome): void {
  for (const played of steps.flat()) {
    write(`\n$ aiplat ${played.argv.join(" ")}\n`);
    const first = exchanges[0]?.at ?? 0;
    for (const { port, at, operation, fault } of exchanges)
      if (port === played.port)
        write(`  ${at - first} ms ${operation}${fault === undefined ? "" : ` ${JSON.stringify(fault)}`}\n`);
    if (played.signalledAt !== undefined) write(`  signalled at ${played.signalledAt - first} ms\n`);
    write(`${played.stdout}${played.stderr}`);
    write(`exit ${played.code ?? played.killed ?? "none"} at ${(played.endedAt ?? Number.NaN) - first} ms\n`);
  }
  write(`\n${end}; ${JSON.stringify(cloud.effects, undefined, 1)}\n`);
  for (const { id, lastStatus, desiredStatus, startedBy, stoppedReason } of cloud.tasks.values())
    write(
      `${id} ${lastStatus} (${desiredStatus}) by ${startedBy}${stoppedReason === undefined ? "" : `: ${stoppedReason}`}\n`,
    );
}

function write(text: string): void {
  process.stdout.write(text);
}
