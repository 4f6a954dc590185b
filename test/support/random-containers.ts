/** Containers of `init` and `sidecars`, and models that are fetched, as a file may say them. */
import fc from "fast-check";

const name = fc.constantFrom("one", "two", "three", "four", "five");
const words = fc.array(fc.constantFrom("serve", "$(X)", "a b", "--port=1", ""), { minLength: 1, maxLength: 3 });
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const size = fc.constantFrom({ cpu: 0.5 }, { memory: "256MiB" }, { cpu: 1, memory: "2GiB" });
const variables = fc.constantFrom({ A: "b" }, { A: "", B: "$(A)" });
const secrets = fc.constant({ TOKEN: "arn:aws:secretsmanager:us-east-1:111122223333:secret:token-AbCdEf" });
const health = fc.constantFrom({ path: "/ping", port: 9000 }, { path: "/", port: 9001, startSeconds: 60 });

const container = {
  name,
  image: fc.constantFrom("reg.io/one:1", "reg.io/two:2"),
  entryPoint: optional(words),
  command: optional(words),
  environment: optional(variables),
  secrets: optional(secrets),
  resources: optional(size),
  mounts: optional(fc.constant(["/models"])),
};

/** No two listen on one port: they have one network but in bridge mode. */
const withPorts = <Sidecar extends object>(sidecars: readonly Sidecar[]) =>
  sidecars.map((each, index) =>
    "ports" in each && each.ports !== undefined ? { ...each, ports: [{ container: 9000 + index }] } : each,
  );

const named = <Each extends { readonly name: string }>(containers: readonly Each[], taken: ReadonlySet<string>) =>
  containers.filter((each) => !taken.has(each.name));

/** At most seven of them: a task has ten containers. */
export const besideContainers = fc
  .record({
    init: fc.uniqueArray(fc.record(container), { maxLength: 3, selector: (each) => each.name }),
    sidecars: fc.uniqueArray(
      fc.record({
        ...container,
        ports: optional(fc.constant([])),
        health: optional(health),
        devices: optional(fc.constant("shared")),
      }),
      { maxLength: 3, selector: (each) => each.name },
    ),
    model: optional(
      fc.record({
        uri: fc.constantFrom("s3://models", "s3://models/bert"),
        path: fc.constantFrom("/models", "/models/bert"),
        image: optional(fc.constant("reg.io/aws:1")),
      }),
    ),
  })
  .map(({ init, sidecars, model }) => ({
    init,
    sidecars: withPorts(named(sidecars, new Set(init.map((each) => each.name)))),
    ...(model === undefined ? {} : { model }),
  }))
  // What is undefined is left out, as in a file.
  .map((beside) => JSON.parse(JSON.stringify(beside)) as typeof beside);
