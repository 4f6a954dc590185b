import { describe, expect, it } from "vitest";
import { filtered } from "../../../../src/sandbox/ec2/filters.ts";

const images = [
  { name: "al2023-ami-ecs-neuron-hvm-1", state: "available", tags: [{ key: "team", value: "ml" }] },
  { name: "al2023-ami-ecs-hvm-1", state: "pending", tags: [{ key: "team", value: "web" }] },
  { name: "a(b", state: "available", tags: [] },
];
type Image = (typeof images)[number];
const fields = { name: ({ name }: Image) => name, state: ({ state }: Image) => state };
const names = (filters: Parameters<typeof filtered>[1]) =>
  filtered(images, filters, fields, ({ tags }) => tags).map(({ name }) => name);

describe("a filter", () => {
  it.each<[filters: Parameters<typeof filtered>[1], found: readonly string[]]>([
    [undefined, images.map(({ name }) => name)],
    [[{ Name: "state", Value: ["available"] }], ["al2023-ami-ecs-neuron-hvm-1", "a(b"]],
    // Any of its values, all of the filters.
    [[{ Name: "name", Value: ["*neuron*", "a(?"] }], ["al2023-ami-ecs-neuron-hvm-1", "a(b"]],
    [
      [
        { Name: "name", Value: ["al2023-*"] },
        { Name: "state", Value: ["pending"] },
      ],
      ["al2023-ami-ecs-hvm-1"],
    ],
    [[{ Name: "name", Value: ["al2023"] }], []],
    [[{ Name: "tag:team", Value: ["ml"] }], ["al2023-ami-ecs-neuron-hvm-1"]],
    [[{ Name: "tag-key", Value: ["team"] }], ["al2023-ami-ecs-neuron-hvm-1", "al2023-ami-ecs-hvm-1"]],
    [[{ Name: "name", Value: [] }], []],
  ])("%j", (filters, found) => {
    expect(names(filters)).toEqual(found);
  });

  it.each(["colour", "toString", "tag:"])("is refused where it is not known: %s", (Name) => {
    expect(() => names([{ Name, Value: ["x"] }])).toThrow(`The filter '${Name}' is invalid`);
  });
});
