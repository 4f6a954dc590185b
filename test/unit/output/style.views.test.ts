import { expect, it } from "vitest";
import { checkReportView } from "../../../src/output/check-report.ts";
import { isLive } from "../../../src/output/progress.ts";
import { planText } from "../../../src/output/plan-rows.ts";
import { servicesView } from "../../../src/output/services.ts";
import { formatProblems } from "../../../src/output/error.ts";
import { styleFor } from "../../../src/output/style.ts";
import { formatFailures } from "../../../src/output/tasks.ts";

const style = await styleFor(false, {}, { isTTY: false, columns: 80, write: () => {} });

it("wraps what a check says below itself, on a terminal only", async () => {
  const view = checkReportView({
    kind: "Doctor",
    subject: "bert",
    report: {
      groups: [
        {
          subject: "images",
          items: [
            {
              status: "FAIL",
              check: "image",
              message: "there is no image bert:1 in the registry",
              fix: "Push it, or name another one.",
            },
          ],
        },
      ],
    },
  });
  expect(await view.text!(style, 30)).toBe(
    [
      "bert",
      "",
      "images",
      "  FAIL  there is no image",
      "        bert:1 in the registry",
      "        Push it, or name",
      "        another one.",
      "",
    ].join("\n"),
  );
  expect((view.piped as (colours: typeof style) => string)(style)).toContain(
    "  FAIL  there is no image bert:1 in the registry\n        Push it, or name another one.\n",
  );
});

it("wraps the reasons of a plan below what is done", () => {
  expect(planText("service bert", [["update", "bert", "desiredCount changed: 2 -> 3"]], style, 32)).toBe(
    ["service bert", "update    bert", "          desiredCount changed:", "          2 -> 3", ""].join("\n"),
  );
});

it("shows only the revision of a family that has its service's name", async () => {
  const service = {
    serviceArn: "arn:aws:ecs:us-east-1:123456789012:service/prod/bert",
    serviceName: "bert",
    status: "ACTIVE",
    desiredCount: 1,
    runningCount: 1,
    pendingCount: 0,
    deployments: [],
    events: [],
  };
  const target = { workload: "bert", cluster: "prod" };
  const arn = (name: string) => `arn:aws:ecs:us-east-1:123456789012:task-definition/${name}`;
  const linesOf = async (taskDefinition: string) =>
    String(await servicesView(target, [{ ...service, taskDefinition }]).text!(style, 80))
      .split("\n")[1]!
      .split(/ {2,}/)[4];
  expect(await linesOf(arn("bert:7"))).toBe(":7");
  expect(await linesOf(arn("bertha:7"))).toBe("bertha:7");
  expect(servicesView(target, [{ ...service, taskDefinition: arn("bert:7") }]).table!.rows[0]![4]).toBe("bert:7");
});

it("puts sentences below a failure, and names in a row", () => {
  const failures = (details: readonly string[]) =>
    formatFailures(
      details.map((detail) => ({ reason: "STALL", detail, hint: "Add one." })),
      style,
    );
  expect(failures(["bert would stall", "bart would stall"])).toBe(
    "failed: STALL\n  bert would stall\n  bart would stall\n  Add one.\n",
  );
  expect(failures(["arn:aws:ecs:us-east-1:123456789012:task/prod/a", "b", "c", "d", "e"])).toBe(
    "failed: STALL (a, b, c, d and 1 more)\n  Add one.\n",
  );
});

it("wraps failures at words on a terminal", () => {
  const detail = "3 of 4 tasks: trn1.32xlarge i-966157026deaa8d02: /dev/neuron8-11 are held by task 038472ff";
  const hint = "To make room: one more trn1.32xlarge, or stop it:  aiplat task stop 038472ff --cluster production";
  expect(formatFailures([{ reason: "DEVICES", detail, hint }], style, 40)).toBe(
    [
      "failed: DEVICES",
      "  3 of 4 tasks: trn1.32xlarge",
      "  i-966157026deaa8d02: /dev/neuron8-11",
      "  are held by task 038472ff",
      "  To make room: one more",
      "  trn1.32xlarge, or stop it:",
      "    aiplat task stop 038472ff --cluster production",
      "",
    ].join("\n"),
  );
  const names = ["one-of-many-tasks", "another-of-them", "the-third"];
  expect(
    formatFailures(
      names.map((each) => ({ reason: "STALL", detail: each, hint: "Add." })),
      style,
      40,
    ),
  ).toBe("failed: STALL (one-of-many-tasks,\n  another-of-them, the-third)\n  Add.\n");
});

it("wraps problems and hints at words on a terminal, and leaves commands whole", () => {
  const problem = {
    severity: "error" as const,
    file: "aiplat.yaml",
    line: 4,
    column: 1,
    message: "resources.memory 64GiB is more than inf2.xlarge has",
    hint: "Write at most 14745MiB, as an instance keeps some.\nTo see:  aiplat instances show inf2.xlarge --output table",
  };
  expect(formatProblems([problem], style, 40)).toBe(
    [
      "aiplat.yaml:4:1: error:",
      "  resources.memory 64GiB is more than",
      "  inf2.xlarge has",
      "  Write at most 14745MiB, as an instance",
      "  keeps some.",
      "  To see:",
      "    aiplat instances show inf2.xlarge --output table",
      "",
    ].join("\n"),
  );
  expect(formatProblems([problem], style).split("\n")).toHaveLength(4);
});

it("writes no yellow on a background that the terminal says is light", async () => {
  const yellowOn = async (COLORFGBG: string) =>
    (await styleFor(true, { COLORFGBG }, { isTTY: true, columns: 80, write: () => {} })).yellow("WARN");
  expect(await yellowOn("15;0")).toBe("\u001b[33mWARN\u001b[39m");
  for (const light of ["0;15", "0;default;7"]) expect(await yellowOn(light)).toBe("\u001b[35mWARN\u001b[39m");
});

it("has a line that is drawn over only where a terminal knows how", () => {
  const stderr = (columns: number) => ({ isTTY: true, columns, write: () => {}, writeAsIs: () => {} });
  const on = (TERM: string, columns = 80) => isLive({ stderr: stderr(columns), env: { TERM } });
  expect([on("xterm"), on("dumb"), on("xterm", 0)]).toEqual([true, false, false]);
});

it("colours what people read in a pipe where it is asked to", async () => {
  const item = { status: "OK", check: "region", message: "region us-east-1" } as const;
  const report = { groups: [{ subject: "this machine", items: [item] }] };
  const { piped, document } = checkReportView({ kind: "AmiCheck", subject: "prod", about: "ecs, us-east-1", report });
  const drawn = piped as (colours: typeof style) => string;
  expect(drawn(style)).toBe("prod (ecs, us-east-1)\n\nthis machine\n  OK    region us-east-1\n");
  const forced = await styleFor(true, { FORCE_COLOR: "1" }, { isTTY: false, columns: 80, write: () => {} });
  expect(drawn(forced)).toContain("\u001b[32mOK  \u001b[39m");
  expect(document).toEqual({ subject: "prod", about: "ecs, us-east-1", ...report });
});
