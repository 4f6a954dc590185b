import { Window, type HTMLElement, type HTMLInputElement } from "happy-dom";
import { describe, expect, it } from "vitest";
import { mapDevices } from "../../../../src/core/devices/device-map.ts";
import { devicesPage } from "../../../../src/output/html/devices-page.ts";
import { renderPage } from "../../../../src/output/html/page.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../../support/cluster.ts";

const listing = (...devices: readonly number[]) => ({
  linuxParameters: { devices: devices.map((device) => ({ hostPath: `/dev/neuron${device}` })) },
});
const tagged = (workload: string) => ({ tags: [{ key: "aiplat:workload", value: workload }] });
const id = (index: number) => `${index}`.padStart(8, "0").padEnd(32, "f");

const bert = { ...aDefinition("bert-inf2-24xlarge-n0-1", listing(0, 1)), ...tagged("bert") };
const bertHigh = { ...aDefinition("bert-inf2-24xlarge-n2-3", listing(2, 3)), ...tagged("bert") };
const foreign = aDefinition("old<script>", listing(3));
const train = { ...aDefinition("train", listing(4, 5, 6, 7)), ...tagged("train") };
const [one, two, wide] = [
  anInstance("one", "inf2.24xlarge"),
  anInstance("two", "inf2.24xlarge"),
  anInstance("wide", "trn1.32xlarge"),
];
const snapshot = aSnapshot(
  [one, two, wide],
  [
    aTask(id(1), bert, one),
    aTask(id(2), bertHigh, one),
    aTask(id(3), foreign, one),
    aTask(id(4), bert, two, { desiredStatus: "STOPPED" }),
    aTask(id(5), train, wide),
  ],
  [bert, bertHigh, foreign, train],
);
const html = renderPage(devicesPage(mapDevices(snapshot)));

/** The page in a browser, as far as it goes: happy-dom lays nothing out. */
function open() {
  const window = new Window({
    settings: { enableJavaScriptEvaluation: true, suppressInsecureJavaScriptEnvironmentWarning: true },
  });
  window.document.write(html);
  const { document } = window;
  const texts = (selector: string) => [...document.querySelectorAll(selector)].map(({ textContent }) => textContent);
  return {
    document,
    texts,
    /** The ids of the machines that are to be seen. */
    machines: () => texts("article:not([hidden]) h3").map((text) => text.split(" ")[0]),
    lit: () => texts("article:not([hidden]) .devices .on"),
    filter: (text: string) => {
      const input = document.querySelector("#filter") as unknown as HTMLInputElement;
      input.value = text;
      document.querySelector("#filter")!.dispatchEvent(new window.Event("input"));
    },
    press: (selector: string) => {
      document.querySelector(selector)!.dispatchEvent(new window.MouseEvent("click", { bubbles: true }));
    },
    key: (key: string) => {
      document.dispatchEvent(new window.KeyboardEvent("keydown", { key }));
    },
    focused: () => document.activeElement?.getAttribute("aria-label"),
  };
}

describe("the page of a cluster's devices", () => {
  it("has a card a machine, with its devices in the rows of its wiring", () => {
    const { texts, document } = open();
    expect(texts("h1")).toEqual(["prod"]);
    expect(texts("h2")).toEqual([
      "inf2.24xlarge 2 instances, 6 of 12 free, room for 6\u00a0x\u00a01, 3\u00a0x\u00a02, 1\u00a0x\u00a03 devices",
      "trn1.32xlarge 1 instance, 12 of 16 free, room for 12\u00a0x\u00a01, 3\u00a0x\u00a04, 1\u00a0x\u00a08 devices",
    ]);
    const columns = [...document.querySelectorAll(".devices")].map((list) => list.getAttribute("style"));
    expect(columns).toEqual(["--columns:6", "--columns:6", "--columns:4"]);
    expect(texts(".devices li")).toHaveLength(28);
  });

  it("names each task by its workload, and other people's by their family, as text", () => {
    const { texts, document } = open();
    expect(texts("article:first-of-type .tasks li").slice(0, 3)).toEqual([
      "bert 00000001 0-1",
      "bert 00000002 2-3",
      "old<script> 00000003 3",
    ]);
    expect(document.querySelectorAll("script")).toHaveLength(1);
    expect(texts(".chip.work")).toEqual(["bert 6", "old<script> 1", "train 4"]);
    expect(texts(".note.bad")).toEqual(["Device 3: held by two tasks at once."]);
  });

  it("gives a workload one colour on every machine, and its tasks side by side two shades", () => {
    const { document } = open();
    const styles = (selector: string) =>
      new Set([...document.querySelectorAll(selector)].map((device) => device.getAttribute("style")));
    expect(styles('.devices [data-work="0"]').size).toBe(1);
    expect(styles(".devices [data-work]").size).toBe(2);
    const shades = [...document.querySelectorAll("article .devices .held")]
      .slice(0, 3)
      .map(({ className }) => className);
    expect(shades).toEqual(["held even", "held even", "held odd"]);
  });

  it("counts the devices in each state", () => {
    expect(open().texts(".chip[data-state]")).toEqual([
      "7 held",
      "2 held by stopping tasks",
      "1 in conflict",
      "18 free",
    ]);
  });

  it("loads nothing from anywhere", () => {
    expect(html).not.toMatch(/(?:src|href)=|url\(|@import/);
    expect(html).toContain(`content="default-src 'none'; `);
  });

  it.each([
    ["TRN1", ["i-wide"]],
    ["bert one", ["i-one"]],
    ["00000005", ["i-wide"]],
    ["old<", ["i-one"]],
    ["nothing", []],
  ])("shows by the filter %j only the machines that have every word of it", (text, expected) => {
    const page = open();
    page.filter(text);
    expect(page.machines()).toEqual(expected);
    expect(page.texts("#shown")).toEqual([`${expected.length} of 3`]);
    expect(page.document.querySelector("#none")!.hasAttribute("hidden")).toBe(expected.length > 0);
    expect(page.texts("section:not([hidden]) h2")).toHaveLength(Math.min(1, expected.length));
  });

  it("lights the devices of a state, of a workload, and of both, and lets go of them again", () => {
    const page = open();
    page.press('[data-work="0"].chip');
    expect([page.machines(), page.lit()]).toEqual([
      ["i-one", "i-two"],
      ["0", "1", "2", "3", "0", "1"],
    ]);
    page.press('[data-state="stopping"].chip');
    expect([page.machines(), page.lit()]).toEqual([["i-two"], ["0", "1"]]);
    expect(page.texts('.chip[aria-pressed="true"]')).toEqual(["2 held by stopping tasks", "bert 6"]);
    page.press('[data-work="0"].chip');
    page.press('[data-state="stopping"].chip');
    expect([page.machines(), page.lit()]).toEqual([["i-one", "i-two", "i-wide"], []]);
  });

  it("goes by the keyboard: / to the filter, arrows over the machines that are shown, Escape to all", () => {
    const page = open();
    page.key("/");
    expect(page.document.activeElement?.id).toBe("filter");
    page.filter("inf2");
    const entry = page.document.querySelector('article[tabindex="0"]') as unknown as HTMLElement;
    entry.focus();
    expect(page.focused()).toBe("i-one, inf2.24xlarge");
    page.key("ArrowRight");
    expect(page.focused()).toBe("i-two, inf2.24xlarge");
    page.key("ArrowRight");
    expect(page.focused()).toBe("i-two, inf2.24xlarge");
    page.key("Escape");
    page.key("ArrowDown");
    expect(page.focused()).toBe("i-wide, trn1.32xlarge");
    page.key("ArrowLeft");
    expect(page.focused()).toBe("i-two, inf2.24xlarge");
  });
});
