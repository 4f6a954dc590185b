import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { queues } from "../../src/core/kubernetes/kind-definition.ts";
import { kinds } from "../../src/core/kubernetes/kinds.ts";
import { platforms } from "../../src/core/kubernetes/platforms/platforms.ts";
import { landscapePage, type LandscapeFacts } from "../../src/landscape-reference.ts";

const root = new URL("../../", import.meta.url);
const facts = JSON.parse(readFileSync(new URL("facts/landscape.json", root), "utf8")) as LandscapeFacts;
const templates = readdirSync(new URL("templates", root));
const page = landscapePage(facts, templates);

describe("docs/landscape.md", () => {
  it("is what the generator writes", () => {
    expect(readFileSync(new URL("docs/landscape.md", root), "utf8")).toBe(page);
  });

  it("has the white paper's figure whole: so many systems in each of its areas", () => {
    expect(facts.areas.map(({ area, systems }) => [area, systems.length])).toEqual([
      ["General orchestration", 10],
      ["ML serving", 5],
      ["CI/CD and delivery", 5],
      ["Data science", 5],
      ["Workload observability", 5],
      ["AutoML", 4],
      ["Distributed training", 9],
      ["Model and LLM observability", 4],
      ["Vector databases", 8],
      ["Data architecture", 17],
      ["Governance and policy", 4],
      ["In the paper's text", 12],
      ["Beside the paper", expect.any(Number)],
    ]);
  });

  it("says of every kind, queue and platform for which system it is", () => {
    const systems = facts.areas.flatMap((area) => area.systems);
    const said = (field: "kinds" | "queues" | "platforms") => new Set(systems.flatMap((system) => system[field] ?? []));
    expect(kinds.filter((kind) => !said("kinds").has(kind))).toEqual([]);
    expect(Object.keys(queues).filter((queue) => !said("queues").has(queue))).toEqual([]);
    expect(Object.keys(platforms).filter((platform) => !said("platforms").has(platform))).toEqual([]);
  });

  it.each([
    [{ name: "X", kinds: ["Deploymint"] }, "X names Deploymint, which is none of the kinds"],
    [{ name: "X", templates: ["none"] }, "X names none, which is none of the templates"],
    [{ name: "X", class: "graph" }, "X is a graph, of which no template is known"],
    [{ name: "X" }, "X says what is made for it, or why nothing is"],
    [{ name: "X", how: "so", why: "not" }, "X says what is made for it, or why nothing is"],
  ])("is not written of %j", (system, said) => {
    const wrong = { ...facts, areas: [{ area: "A", systems: [system] }] };
    expect(() => landscapePage(wrong, templates)).toThrow(said);
  });
});
