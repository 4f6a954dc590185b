import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { escapeInJson, harmless, harmlessLine, harmlessOutput, toJson } from "../../../src/output/harmless.ts";
import { alignedTable, markdownTable, tabSeparated } from "../../../src/output/table.ts";
import { formatManifests, formatYaml } from "../../../src/output/yaml.ts";
import { plain, styleFor } from "../../../src/output/style.ts";

/** Text that is rich in what terminals and runners act upon. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "\u001b]52;c;ZXZpbA==\u0007",
        "\u001b[2K",
        "\u001b[8m",
        "\u001b[31m",
        "\u009b",
        "\r",
        "\n",
        "\u007f",
        "\u202e",
        "\u2066",
        "\u2028",
        "\u{e0041}",
        "::error::",
        "::",
        "##[group]",
        "#",
        " ",
        "\t",
        "|",
        "<b>",
      ),
      fc.string({ unit: "binary", maxLength: 5 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const ownColour = "\u001b\\[(?:[124]|2[24]|3[0-7]|39|9[0-7])m";

/** Whether a terminal would act on it. Its own account: every character of a general category that is not seen. */
const acts = (text: string) =>
  [...text.replace(new RegExp(ownColour, "g"), "")].filter(
    (character) =>
      (/\p{Cc}|\p{Zl}|\p{Zp}|\p{Bidi_Control}/u.test(character) || /[\u{e0001}-\u{e007f}\ufeff]/u.test(character)) &&
      character !== "\n" &&
      character !== "\t" &&
      !/[\u{e0002}-\u{e001f}]/u.test(character),
  );

/** https://github.com/actions/runner: ActionCommand.cs looks for `::NAME` after white space, and for `##[NAME` anywhere. */
const commands = (text: string) =>
  text.split("\n").filter((line) => /^\s*::[a-z-]+(?: .*)?::/i.test(line) || /##\[[a-z-]+/i.test(line));

describe("text that is harmless", () => {
  it.each([
    ["a clipboard that is written", "\u001b]52;c;ZXZpbA==\u0007", "\\x1b]52;c;ZXZpbA==\\x07"],
    ["a line that is erased", "ok\u001b[2K\rgone", "ok\\x1b[2K\\x0dgone"],
    ["text that is hidden", "\u001b[8mhidden\u001b[0m", "\\x1b[8mhidden\\x1b[0m"],
    ["the eighth bit's way to say it", "\u009b2J", "\\x9b2J"],
    ["text turned around", "cod\u202egnp.exe", "cod\\u202egnp.exe"],
    ["letters that are not seen", "a\u{e0041}b", "a\\u{e0041}b"],
    ["a line of Unicode's", "a\u2028b", "a\\u2028b"],
    ["a command of GitHub Actions", "fine\n ::error file=x::bad", "fine\n \\x3a:error file=x::bad"],
    ["the older form of one", "see ##[group]x", "see \\x23#[group]x"],
  ])("shows %s", (_, text, expected) => {
    expect(harmless(text)).toBe(expected);
  });

  it.each([
    "\u001b[31merror:\u001b[39m no",
    "two\nlines\tand a tab",
    "größer, 機械, 👩‍🔬",
    "::1 is a host and std::vector a type",
    "## a heading, [a word]",
  ])("is %j as it is", (text) => {
    expect(harmless(text)).toBe(text);
  });

  it("keeps every mark of our own styles", async () => {
    const { hues, ...marks } = await styleFor(true, {}, { write: () => {}, isTTY: true, columns: 80 });
    for (const paint of [...Object.values(marks), ...hues]) {
      expect(paint("a")).toContain("\u001b[");
      expect(harmless(paint("a"))).toBe(paint("a"));
    }
  });

  it("leaves nothing to act upon, of any text", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(acts(harmless(text))).toEqual([]);
        expect(commands(harmless(text))).toEqual([]);
        expect(harmless(harmless(text))).toBe(harmless(text));
        expect(harmlessLine(text)).not.toContain("\n");
      }),
    );
  });

  it("is what a stream's write lets through, and writeAsIs is not held to it", () => {
    const written: string[] = [];
    const output = harmlessOutput({ write: (text) => written.push(text), isTTY: true, columns: 91 });
    output.write("\u001b[2K");
    output.writeAsIs("\u001b[2K");
    expect([written, output.isTTY, output.columns]).toEqual([["\\x1b[2K", "\u001b[2K"], true, 91]);
  });
});

describe("documents of hostile text", () => {
  it("read back as they were from JSON and YAML that hold nothing to act upon", () => {
    fc.assert(
      fc.property(hostile, hostile, (key, value) => {
        fc.pre(key !== "__proto__" && key !== "<<");
        const document = { [key]: value, list: [value] };
        const texts = [toJson(document), toJson(document, 2), escapeInJson(JSON.stringify(document))];
        for (const text of texts) expect([acts(text), JSON.parse(text)]).toEqual([[], document]);
        for (const text of [formatYaml(document), formatManifests([document])])
          expect([acts(text), parse(text, { version: text === formatYaml(document) ? "1.2" : "1.1" })]).toEqual([
            [],
            document,
          ]);
      }),
    );
  });

  it("are one row in a table, and no markup in Markdown", async () => {
    const evil = "a\nERROR | b <img src=x> [click](http://x) `c`\u001b[2K";
    const table = { columns: [{ title: "NAME" }, { title: "STATE" }], rows: [[evil, "ok"]] };
    const aligned = await alignedTable(table, plain);
    expect(aligned.split("\n")).toHaveLength(3);
    expect(tabSeparated(table).split("\n")).toHaveLength(2);
    expect(markdownTable(table).split("\n")[2]).toBe(
      "| a<br>ERROR \\| b &lt;img src=x&gt; \\[click\\](http://x) \\`c\\`\\\\x1b\\[2K | ok |",
    );
    expect(acts(aligned + tabSeparated(table))).toEqual([]);
  });
});
