import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../../support/depth.ts";
import { pathText } from "../../../src/core/base/problem.ts";
import { checkDocument } from "../../../src/core/workload/check.ts";
import { workloadFlags } from "../../../src/core/workload/flags.ts";
import { workloadJsonSchema } from "../../../src/core/workload/json-schema.ts";
import type { Raw } from "../../../src/core/base/merge.ts";
import { missingFlags, overlayFlags } from "../../../src/core/workload/overlay.ts";
import { parseWorkloadText } from "../../../src/core/workload/parse.ts";

/** Flags as a user types them, and the file that says the same. */
function overlay(document: Raw, args: readonly (readonly [flag: string, text: string])[], command?: readonly string[]) {
  const texts = new Map<string, readonly string[]>();
  for (const [flag, text] of args) texts.set(flag, [...(texts.get(flag) ?? []), text]);
  return overlayFlags(document, { texts, ...(command === undefined ? {} : { command }) });
}

describe("workload flags", () => {
  test("write what a file writes", () => {
    const { document, problems } = overlay(
      {},
      [
        ["--name", "bert"],
        ["--kind", "service"],
        ["--image", "bert:1"],
        ["--instance-type", "trn1.32xlarge"],
        ["--instance-type", "trn1n.32xlarge"],
        ["--devices", "4"],
        ["--replicas", "3"],
        ["--nodes", "1"],
        ["--cpu", "0.5"],
        ["--memory", "24GiB"],
        ["--entry-point", "sh"],
        ["--entry-point", "-c"],
        ["--environment", "A=b=c"],
        ["--environment", "EMPTY="],
        ["--secret", "T=arn:aws:ssm:us-east-1:111122223333:parameter/t"],
        ["--port", "8080"],
        ["--port", "53/udp"],
        ["--port", "80:8081"],
        ["--port", "54:54/udp"],
        ["--network-mode", "host"],
        ["--capacity", "gpu-provider"],
        ["--execution-role", "arn:aws:iam::111122223333:role/e"],
        ["--task-role", "arn:aws:iam::111122223333:role/t"],
        ["--log-group", "/aiplat/bert"],
        ["--cluster", "prod"],
      ],
      ["serve", "--port", "8080"],
    );
    expect(problems).toEqual([]);
    expect(document).toEqual(
      parseWorkloadText(
        `
name: bert
kind: service
image: bert:1
entryPoint: [sh, -c]
command: [serve, --port, "8080"]
accelerator: { instanceTypes: [trn1.32xlarge, trn1n.32xlarge], devicesPerReplica: 4 }
replicas: 3
nodes: 1
resources: { cpu: 0.5, memory: 24GiB }
environment: { A: b=c, EMPTY: "" }
secrets: { T: "arn:aws:ssm:us-east-1:111122223333:parameter/t" }
ports:
  - container: 8080
  - { container: 53, protocol: udp }
  - { container: 8081, host: 80 }
  - { container: 54, host: 54, protocol: udp }
ecs: { networkMode: host, capacity: { provider: gpu-provider }, cluster: prod }
roles: { execution: "arn:aws:iam::111122223333:role/e", task: "arn:aws:iam::111122223333:role/t" }
logs: { group: /aiplat/bert }
`,
        "w.yaml",
      ).value,
    );
  });

  test("override the file: maps merge by key, lists replace, the last of a single one wins", () => {
    const file = {
      name: "a",
      environment: { A: "file", B: "file" },
      ports: [{ container: 1 }, { container: 2 }],
      command: ["x"],
      accelerator: { instanceTypes: ["inf2.xlarge"], devicesPerReplica: 1 },
      ecs: { cluster: "c", networkMode: "host" },
    };
    const { document } = overlay(
      file,
      [
        ["--environment", "A=flag"],
        ["--environment", "C=flag"],
        ["--port", "3"],
        ["--instance-type", "trn1.2xlarge"],
        ["--name", "b"],
        ["--name", "c"],
        ["--network-mode", "bridge"],
      ],
      ["y", "z"],
    );
    expect(document).toEqual({
      name: "c",
      environment: { A: "flag", B: "file", C: "flag" },
      ports: [{ container: 3 }],
      command: ["y", "z"],
      accelerator: { instanceTypes: ["trn1.2xlarge"], devicesPerReplica: 1 },
      ecs: { cluster: "c", networkMode: "bridge" },
    });
    expect(file.environment).toEqual({ A: "file", B: "file" });
  });

  test("turn a CPU workload into an accelerated one, and back", () => {
    expect(overlay({ accelerator: "none" }, [["--instance-type", "inf2.xlarge"]]).document).toEqual({
      accelerator: { instanceTypes: ["inf2.xlarge"] },
    });
    expect(
      overlay({ accelerator: { instanceTypes: ["inf2.xlarge"], efa: false } }, [["--instance-type", "none"]]).document,
    ).toEqual({ accelerator: "none" });
  });

  test("leave a file's own mistake to be reported", () => {
    expect(overlay({ environment: ["A=b"] }, [["--environment", "A=c"]]).document).toEqual({ environment: ["A=b"] });
  });

  test("say of each value which flag it is from", () => {
    const { flagOf } = overlay(
      { environment: { A: "file" }, ecs: { cluster: "c" } },
      [
        ["--environment", "B=flag"],
        ["--instance-type", "inf2.xlarge"],
      ],
      ["x"],
    );
    const paths = [
      ["environment", "A"],
      ["environment", "B"],
      ["environment"],
      ["accelerator", "instanceTypes", 0],
      ["command", 0],
      ["ecs", "cluster"],
    ];
    expect(paths.map((path) => flagOf(path))).toEqual([
      undefined,
      "--environment",
      undefined,
      "--instance-type",
      "--",
      undefined,
    ]);
  });

  test("name every key that a file must have, where flags stand alone", () => {
    const required = workloadJsonSchema() as {
      readonly required: readonly string[];
      readonly allOf: readonly { readonly required?: readonly string[] }[];
    };
    expect(missingFlags({}, []).map(({ path }) => path![0])).toEqual([
      ...required.required,
      ...required.allOf.flatMap((each) => each.required ?? []),
    ]);
  });

  test("never show a secret", () => {
    const said = JSON.stringify([
      overlay({}, [
        ["--secret", "TOKEN=hunter2"],
        ["--secret", "hunter2"],
        ["--environment", "hunter2"],
      ]).problems,
    ]);
    expect(said).not.toContain("hunter2");
  });
});

/** Values for each flag, legal and not. */
const texts: Readonly<Record<string, readonly string[]>> = {
  "--name": ["bert", "b", "Bert", "", "a".repeat(41), "a".repeat(42)],
  "--kind": ["service", "job", "cron"],
  "--image": ["bert:1", "public.ecr.aws/neuron/x:1", "a b", ""],
  "--instance-type": ["inf2.xlarge", "trn1.32xlarge", "Inf2.xlarge", "inf2"],
  "--devices": ["1", "0.25", "0", "-1", "1e3", "", "4.0", "x"],
  "--replicas": ["1", "3", "0", "1.5", "99999999999999999999", "0x10"],
  "--nodes": ["1", "2", "0", ""],
  "--cpu": ["0.5", "8", "256", "192", "193", "0", "4."],
  "--memory": ["24GiB", "512 MiB", "1.5TiB", "24", "24G", "GiB"],
  "--entry-point": ["/opt/run.sh", "-c", "two words", ""],
  "--environment": ["A=1", "A=", "_a.b-c=x=y", "1A=x", "A", "=x", "A=ü\n"],
  "--secret": [
    "A=arn:aws:ssm:us-east-1:111122223333:parameter/a",
    "A=arn:aws:secretsmanager:us-east-1:111122223333:secret:a",
    "A=plain",
  ],
  "--port": ["8080", "8080/udp", "80:8080", "80:8080/tcp", "0", "65536", "80:", "1:2:3", "8080/x"],
  "--network-mode": ["bridge", "host", "awsvpc", "none"],
  "--capacity": ["ec2", "managed-instances", "mine", "a b", ""],
  "--execution-role": ["arn:aws:iam::111122223333:role/x", "x"],
  "--task-role": ["arn:aws-cn:iam::111122223333:role/x/y", "arn:aws:iam::1:role/x"],
  "--log-group": ["/aiplat/bert", "a b", ""],
  "--cluster": ["prod", "arn:aws:ecs:us-east-1:111122223333:cluster/prod", ""],
};

describe("a flag and the file", () => {
  test("every flag is tried", () => {
    expect(Object.keys(texts)).toEqual(workloadFlags.map(({ flag }) => flag));
  });

  test("judge a value alike", () => {
    const some = fc
      .constantFrom(...Object.keys(texts))
      .chain((flag) =>
        fc.tuple(
          fc.constant(flag),
          fc.oneof(
            { weight: 3, arbitrary: fc.constantFrom(...texts[flag]!) },
            { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
          ),
        ),
      );
    fc.assert(
      fc.property(fc.array(some, { minLength: 1, maxLength: 6 }), (args) => {
        const base = { name: "bert", image: "bert:1" };
        const { document, problems, broken } = overlay(base, args);
        // What a flag accepts is legal in a file; what it refuses is not set.
        expect(checkDocument(document, () => undefined).problems).toEqual([]);
        expect(problems.length).toBeLessThanOrEqual(args.length);
        for (const { message, flag, path } of problems)
          expect([
            message.length > 0,
            args.some((each) => each[0] === flag),
            broken.map(pathText).includes(pathText(path!)),
          ]).toEqual([true, true, true]);
        // Read back from a file, the document is the same.
        expect(parseWorkloadText(JSON.stringify(document), "w.json").value).toEqual(document);
      }),
      { numRuns: runs(1000) },
    );
  });

  const fromFile = (document: Raw) =>
    checkDocument({ name: "bert", image: "bert:1", ...document }, () => undefined).problems.length === 0;
  const asFile: Readonly<Record<string, (text: string) => Raw>> = {
    "--name": (name) => ({ name }),
    "--kind": (kind) => ({ kind }),
    "--image": (image) => ({ image }),
    "--instance-type": (type) => ({ accelerator: { instanceTypes: [type] } }),
    "--devices": (text) => ({ accelerator: { devicesPerReplica: yamlNumber(text) } }),
    "--replicas": (text) => ({ replicas: yamlNumber(text) }),
    "--nodes": (text) => ({ nodes: yamlNumber(text) }),
    "--memory": (memory) => ({ resources: { memory } }),
    "--network-mode": (networkMode) => ({ ecs: { networkMode } }),
    "--execution-role": (execution) => ({ roles: { execution } }),
    "--task-role": (task) => ({ roles: { task } }),
    "--log-group": (group) => ({ logs: { group } }),
    "--cluster": (cluster) => ({ ecs: { cluster } }),
  };
  const written = Object.entries(asFile).flatMap(([flag, write]) =>
    texts[flag]!.filter((text) => !/^(1e3|0x10)$/.test(text)).map((text) => ({ flag, text, document: write(text) })),
  );
  test.each(written)("$flag $text is as legal as in a file", ({ flag, text, document }) => {
    expect(overlay({}, [[flag, text]]).problems.length === 0).toBe(fromFile(document));
  });
});

function yamlNumber(text: string): unknown {
  return text === "" ? null : parseWorkloadText(`n: ${text}\n`, "w.yaml").value["n"];
}
