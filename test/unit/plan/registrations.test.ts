import { describe, expect, it } from "vitest";
import type { RegisteredTaskDefinition, TaskDefinition } from "../../../src/core/ecs-api/api.ts";
import type { NewestRevisions } from "../../../src/core/plan/newest-revisions.ts";
import { planRegistration, planRegistrations, registrationsByContent } from "../../../src/core/plan/registrations.ts";
import type { RunPlan, RunStep } from "../../../src/core/plan/run-plan.ts";
import { requestsOf } from "../../../src/operations/run-requests.ts";
import { aDefinition } from "../../support/cluster.ts";

const own = [
  { key: "aiplat:workload", value: "bert" },
  { key: "aiplat:slot", value: "gpu" },
];
const declared = (image: string, changes: Partial<TaskDefinition> = {}): TaskDefinition => ({
  family: "bert",
  containerDefinitions: [{ name: "main", image, memory: 128 }],
  tags: own,
  ...changes,
});
const revision = (number: number, image: string, changes: Partial<RegisteredTaskDefinition> = {}) =>
  aDefinition("bert", { image }, { revision: number, taskDefinitionArn: `arn:td/bert:${number}`, ...changes });
const newest = (latest?: RegisteredTaskDefinition, changes: Partial<NewestRevisions> = {}): NewestRevisions => ({
  of: (family) => (latest?.family === family ? latest : undefined),
  mayBeNewer: () => false,
  redacted: false,
  ...changes,
});

describe("what becomes of a definition", () => {
  const image = "containerDefinitions[main].image";

  it.each<
    readonly [
      what: string,
      definition: TaskDefinition,
      known: NewestRevisions,
      running: RegisteredTaskDefinition | undefined,
      expected: object,
    ]
  >([
    ["is its first revision", declared("a"), newest(), undefined, { action: "register", changes: [] }],
    [
      "is nothing where only aiplat's tags are missing",
      declared("a"),
      newest(revision(3, "a")),
      undefined,
      { action: "keep", taskDefinitionArn: "arn:td/bert:3" },
    ],
    [
      "is a revision where one of the user's tags is missing",
      declared("a", { tags: [...own, { key: "team", value: "nlp" }] }),
      newest(revision(3, "a")),
      undefined,
      { action: "register", changes: [{ path: "tags[team]" }] },
    ],
    [
      "is a revision where the file says which devices it uses",
      declared("a", { tags: [...own, { key: "aiplat:devices", value: "0-3" }] }),
      newest(revision(3, "a")),
      undefined,
      { action: "register", changes: [{ path: "tags[aiplat:devices]" }] },
    ],
    [
      "is what differs from the newest",
      declared("b"),
      newest(revision(3, "a")),
      undefined,
      { action: "register", changes: [{ path: image, before: "a", after: "b" }] },
    ],
    [
      "is the revision that its service runs, though there are newer ones",
      declared("a"),
      newest(revision(3, "b")),
      revision(2, "a"),
      { action: "keep", taskDefinitionArn: "arn:td/bert:2" },
    ],
    [
      "is the newest where its service runs another",
      declared("b"),
      newest(revision(3, "b")),
      revision(2, "a"),
      { action: "keep", taskDefinitionArn: "arn:td/bert:3" },
    ],
    [
      "is what differs from what its service runs",
      declared("c"),
      newest(revision(3, "b")),
      revision(2, "a"),
      { action: "register", changes: [{ path: image, before: "a", after: "c" }] },
    ],
    [
      "is not known where a snapshot has none of it",
      declared("a"),
      newest(undefined, { mayBeNewer: () => true }),
      undefined,
      { action: "register", notCompared: "the snapshot has no revision of it" },
    ],
  ])("%s", (_, definition, known, running, expected) => {
    const planned = planRegistration(definition, known, running);
    expect(planned).toMatchObject({ family: "bert", ...expected });
    expect("notCompared" in planned).toBe("notCompared" in expected);
  });

  it("is told by what it says, and not by its family: two of one family are two, and one that comes twice is one", () => {
    const definitions = [declared("a"), declared("b"), declared("a")];
    const planned = planRegistrations(definitions, newest(revision(1, "b")));
    expect(planned.map(({ action }) => action)).toEqual(["register", "keep"]);
    expect([...registrationsByContent(definitions, planned).values()]).toEqual(planned);
  });
});

describe("the requests of a run", () => {
  it("register each definition once, and start each step from its own", () => {
    const step = (image: string, count: number): RunStep => ({
      definition: declared(image),
      request: { cluster: "prod", taskDefinition: "bert" },
      count,
      why: "",
    });
    const steps = [step("a", 1), step("b", 11), step("a", 2)];
    const registrations = planRegistrations(
      steps.flatMap(({ definition }) => definition ?? []),
      newest(revision(1, "b")),
    );
    const inputs = { settings: { run: "bert-1" } } as RunPlan["inputs"];
    const requests = requestsOf({ inputs, registrations, steps });
    expect(
      requests.map(({ operation, input }) =>
        operation === "RunTask"
          ? `${input.taskDefinition} x ${input.count}`
          : `register ${(input as TaskDefinition).containerDefinitions[0]!.image}`,
      ),
    ).toEqual(["register a", "bert x 1", "arn:td/bert:1 x 10", "arn:td/bert:1 x 1", "bert x 2"]);
    expect(new Set(requests.flatMap(({ input }) => ("clientToken" in input ? [input.clientToken] : []))).size).toBe(4);
  });
});
