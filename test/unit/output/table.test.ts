import { describe, expect, it } from "vitest";
import { styleFor } from "../../../src/output/style.ts";
import { alignedTable, filledColumns, type Table } from "../../../src/output/table.ts";

const style = await styleFor(false, {}, { isTTY: false, columns: 80, write: () => {} });
const table: Table = {
  columns: [{ title: "SERVICE" }, { title: "RUNNING", align: "right" }, { title: "LAST EVENT" }],
  rows: [
    ["bert", "1/1", "was unable to place a task because no container instance met all of its requirements."],
    ["llama-long-name", "0/10", ""],
  ],
};

it("keeps a row on one line where no terminal bounds it", async () => {
  expect(await alignedTable(table, style)).toBe(
    [
      "SERVICE          RUNNING  LAST EVENT",
      "bert                 1/1  was unable to place a task because no container instance met all of its requirements.",
      "llama-long-name     0/10",
      "",
    ].join("\n"),
  );
});

it("wraps the last column's words under its own title", async () => {
  const lines = (await alignedTable(table, style, 60)).trimEnd().split("\n");
  expect(lines).toEqual([
    "SERVICE          RUNNING  LAST EVENT",
    "bert                 1/1  was unable to place a task because",
    "                          no container instance met all of",
    "                          its requirements.",
    "llama-long-name     0/10",
  ]);
  expect(lines.every((line) => line.length <= 60)).toBe(true);
});

it("puts it below the row where the other columns leave too little room", async () => {
  expect((await alignedTable(table, style, 45)).trimEnd().split("\n")).toEqual([
    "SERVICE          RUNNING",
    "    LAST EVENT",
    "bert                 1/1",
    "    was unable to place a task because no",
    "    container instance met all of its",
    "    requirements.",
    "llama-long-name     0/10",
  ]);
});

it("puts it there too where one of its words has no room beside the others", async () => {
  const services: Table = {
    columns: [{ title: "SERVICE" }, { title: "TASKS", align: "right" }, { title: "DEFINITION" }],
    rows: [["bert-two-inf2-24xlarge-n0-1", "1", "bert-two-inf2-24xlarge-n0-1:1"]],
  };
  expect((await alignedTable(services, style, 64)).split("\n")).toEqual([
    "SERVICE                      TASKS",
    "    DEFINITION",
    "bert-two-inf2-24xlarge-n0-1      1",
    "    bert-two-inf2-24xlarge-n0-1:1",
    "",
  ]);
});

it("leaves a table alone that fits, and cuts no word of one that does not", async () => {
  expect(await alignedTable(table, style, 200)).toBe(await alignedTable(table, style));
  const numbers: Table = {
    columns: [{ title: "NAME" }, { title: "COUNT", align: "right" }],
    rows: [["x".repeat(90), "1"]],
  };
  expect(await alignedTable(numbers, style, 40)).toBe(`NAME\n    COUNT\n${"x".repeat(90)}\n    1\n`);
});

describe("a table that is wider than its terminal", () => {
  const wide = {
    columns: ["TASK", "STATUS", "RUN", "AGE", "REASON"].map((title) => ({ title })),
    rows: [
      ["1a2b3c4d", "RUNNING", "service:bert-inf2-24xlarge-n0-1", "5m", ""],
      ["5e6f7a8b", "STOPPED", "train", "1h", "Essential container in task exited"],
    ],
  };

  it("has what does not fit below each row, cut at no word and no id", async () => {
    const text = await alignedTable(wide, style, 40);
    expect(text).toBe(
      [
        "TASK      STATUS",
        "    RUN                              AGE",
        "    REASON",
        "1a2b3c4d  RUNNING",
        "    service:bert-inf2-24xlarge-n0-1  5m",
        "5e6f7a8b  STOPPED",
        "    train                            1h",
        "    Essential container in task exited",
        "",
      ].join("\n"),
    );
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(40);
  });

  it("keeps the columns in line below a row that has nothing in one", async () => {
    const columns = ["IMAGE", "VERSION", "ENDED", "AGENT"].map((title) => ({ title }));
    const rows = [
      ["ami-0123456789abcdef0", "1.55.0", "", "1.107.0"],
      ["ami-0fedcba9876543210", "2.0.20260115", "2026-06-30", "1.90.0"],
    ];
    expect(await alignedTable({ columns, rows }, style, 44)).toBe(
      [
        "IMAGE                  VERSION",
        "    ENDED       AGENT",
        "ami-0123456789abcdef0  1.55.0",
        "                1.107.0",
        "ami-0fedcba9876543210  2.0.20260115",
        "    2026-06-30  1.90.0",
        "",
      ].join("\n"),
    );
  });

  it("is one line a row where there is room", async () => {
    expect((await alignedTable(wide, style, 120)).split("\n")).toHaveLength(4);
  });
});

it("has no titles of columns without anything, nor of no rows", async () => {
  const columns = ["IMAGE", "ENDED", "AGENT"].map((title) => ({ title }));
  const drawn = (rows: Table["rows"]) => alignedTable(filledColumns({ columns, rows }), style, 80);
  expect(await drawn([["ami-1", "", "1.107.0"]])).toBe("IMAGE  AGENT\nami-1  1.107.0\n");
  expect(await drawn([])).toBe("");
});
