import { describe, expect, it } from "vitest";
import { createLogPrinter } from "../../../src/output/log-lines.ts";
import { harmlessOutput } from "../../../src/output/harmless.ts";
import type { Context } from "../../../src/context.ts";

const stream = {
  taskArn: "arn:aws:ecs:us-east-1:111122223333:task/prod/t1",
  container: "main",
  group: "/g",
  stream: "s",
  region: "us-east-1",
};

async function printed(
  message: string,
  form: { readonly raw?: boolean; readonly prefix?: boolean; readonly json?: boolean },
) {
  let text = "";
  const output = harmlessOutput({ write: (more) => (text += more), isTTY: false, columns: 80 });
  const context = { options: { color: false }, env: {} } as unknown as Context;
  const print = await createLogPrinter(context, output, {
    json: form.json === true,
    raw: form.raw === true,
    ...(form.prefix === true ? { prefixOf: () => "t1/main" } : {}),
  });
  print([{ stream, timestamp: 0, message }]);
  return text;
}

describe("a line of a log", () => {
  it.each([
    ["what a terminal acts upon as text", "\u001b]52;c;eA==\u0007ok", "\\x1b]52;c;eA==\\x07ok\n"],
    ["a command of GitHub Actions as text", "::error::no", "\\x3a:error::no\n"],
    ["its colours, ended where it ends", "\u001b[1;31mred", "\u001b[1;31mred\u001b[0m\n"],
    ["what it would hide", "\u001b[8msecret", "\\x1b[8msecret\n"],
    ["what it would hide among colours", "\u001b[31;08msecret", "\\x1b[31;08msecret\n"],
    ["each state of a bar of progress", " 10%\r 20%\r\n", " 10%\n 20%\n"],
  ])("has %s", async (_, message, expected) => {
    expect(await printed(message, {})).toBe(expected);
  });

  it("has its prefix on each of its lines", async () => {
    expect(await printed("one\rtwo\nthree\n", { prefix: true })).toBe(
      "t1/main | one\nt1/main | two\nt1/main | three\n",
    );
  });

  it("is as it was written where it was asked for raw, and in a document", async () => {
    const message = "\u001b[2K\r::error::x\u009b";
    expect(await printed(message, { raw: true })).toBe(`${message}\n`);
    const document = await printed(message, { json: true });
    expect(document).not.toContain("\u009b");
    expect(JSON.parse(document)).toMatchObject({ message });
  });
});
