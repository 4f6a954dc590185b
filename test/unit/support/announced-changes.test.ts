import { describe, expect, it } from "vitest";
import { changesIn, faultsOf, type Announcement } from "../../support/announced-changes.ts";

describe("the changes in a plan", () => {
  it("are the fields of a definition and of its service, of which a new revision is none", () => {
    const plan = {
      registrations: [
        {
          action: "register",
          family: "bert",
          service: "bert",
          changes: [{ path: "containerDefinitions[bert].memory", kind: "changed", before: 1, after: 2 }],
        },
        { action: "keep", family: "chat", service: "chat", changes: [] },
      ],
      steps: [
        {
          action: "update",
          service: "bert",
          changes: [
            { path: "taskDefinition", kind: "changed", before: "bert:1", after: "bert (new revision)" },
            { path: "tags[team]", kind: "removed", before: { key: "team", value: "nlp" } },
          ],
        },
        { action: "update", service: "chat", changes: [{ path: "taskDefinition", before: "chat:1", after: "chat:2" }] },
      ],
    };
    expect(changesIn(plan)).toEqual([
      { of: "definition", path: "containerDefinitions[bert].memory", before: 1, after: 2 },
      { of: "service", path: "tags[team]", before: { key: "team", value: "nlp" } },
      { of: "service", path: "taskDefinition", before: "chat:1", after: "chat:2" },
    ]);
  });

  it("are a new family, and services that come and go", () => {
    const plan = {
      registrations: [{ action: "register", family: "bert-n0-3", service: "bert-n0-3", changes: [] }],
      steps: [
        { action: "delete", service: "bert", changes: [] },
        { action: "create", service: "bert-n0-3", changes: [] },
      ],
    };
    expect(changesIn(plan)).toEqual([
      { of: "definition", path: "", after: "bert-n0-3" },
      { of: "service", path: "", before: "bert" },
      { of: "service", path: "", after: "bert-n0-3" },
    ]);
  });

  it("of a run are what it registers, and not where it starts tasks", () => {
    const steps = [{ request: { taskDefinition: "bert" }, count: 1, why: "" }];
    expect(changesIn({ registrations: [{ action: "keep", family: "bert", changes: [] }], steps })).toEqual([]);
    expect(changesIn({ registrations: [{ action: "register", family: "bert", changes: [] }], steps })).toEqual([
      { of: "definition", path: "", after: "bert" },
    ]);
  });
});

describe("an announcement", () => {
  const change = {
    of: "definition",
    path: "containerDefinitions[bert].image",
    before: "registry/bert:1",
    after: "bert:2",
  } as const;
  const planned = new Map([
    ["one", [change]],
    ["other", []],
  ]);
  const announced: Announcement = {
    of: "definition",
    path: "containerDefinitions[*].image",
    before: "*/bert:*",
    after: "bert:2",
    changelog: "Every image is bert:2.",
    workloads: ["one"],
  };
  const changelog = "## Unreleased\n\n### Changes what is registered\n\n- Every image\n  is bert:2. It is better.\n";

  it("covers the change, by the sentence that CHANGELOG.md has under that heading of any version", () => {
    expect(faultsOf(planned, [announced], changelog)).toEqual([]);
    expect(faultsOf(planned, [announced], `## Unreleased\n\n- None.\n\n${changelog}`)).toEqual([]);
    expect(faultsOf(planned, [{ ...announced, before: "*", after: "*" }], changelog)).toEqual([]);
  });

  it("is missed where there is none", () => {
    expect(faultsOf(planned, [], changelog)).toEqual([
      'one: definition containerDefinitions[bert].image: "registry/bert:1" -> "bert:2" is planned and not announced',
    ]);
  });

  it.each<Partial<Announcement>>([
    { of: "service" },
    { path: "containerDefinitions[*].cpu" },
    { path: "containerDefinitions[*]" },
    { path: "containerDefinitions.bert..image" },
    { before: "*:2" },
    { before: undefined },
    { after: "bert:" },
    { after: 2 },
    { workloads: ["other"] },
  ])("of another change does not cover it, and is itself not planned: %o", (other) => {
    expect(faultsOf(planned, [{ ...announced, ...other }], changelog)).toEqual([
      expect.stringMatching(/^one: .* is planned and not announced$/),
      expect.stringMatching(/^(one|other): .* is announced and not planned$/),
    ]);
  });

  it("is of every workload that it names, and of one at least", () => {
    expect(faultsOf(planned, [{ ...announced, workloads: ["one", "other"] }], changelog)).toEqual([
      expect.stringMatching(/^other: .* is announced and not planned$/),
    ]);
    expect(faultsOf(new Map(), [{ ...announced, workloads: [] }], changelog)).toEqual([
      expect.stringMatching(/^no workload: .* is announced and not planned$/),
    ]);
  });

  it("is a whole sentence of CHANGELOG.md, under its heading", () => {
    const unsaid = ['CHANGELOG.md does not say under "### Changes what is registered": Every image is bert:2.'];
    for (const text of [
      changelog.replace("bert:2", "bert:3"),
      changelog.replace("### Changes what is registered", "### Added"),
      changelog.replace("- Every", "### Added\n\n- Every"),
    ])
      expect(faultsOf(planned, [announced], text)).toEqual(unsaid);
    expect(faultsOf(planned, [{ ...announced, changelog: "Every image" }], changelog)).toHaveLength(1);
  });
});
