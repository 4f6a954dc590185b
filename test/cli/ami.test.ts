import { afterEach, describe, expect, test } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { startParameterStore, type ParameterStore, type Region } from "../support/parameter-store.ts";

const neuron = "/aws/service/ecs/optimized-ami/amazon-linux-2023/neuron/recommended";
/** The document as AWS writes it: a JSON string. */
const recommended = (imageId: string) =>
  JSON.stringify({
    schema_version: 1,
    image_name: "al2023-ami-ecs-neuron-hvm-2023.0.20260820-kernel-6.1-x86_64",
    image_version: "2023.0.20260820",
    image_id: imageId,
    os: "Amazon Linux 2023",
    ecs_runtime_version: "Docker version 25.0.14",
    ecs_agent_version: "1.105.1",
    source_image_name: "al2023-ami-minimal-2023.10.20260803.0-kernel-6.1-x86_64",
  });

let store: ParameterStore | undefined;

afterEach(async () => {
  await store?.stop();
  store = undefined;
});

/** Runs `aiplat ami ...` against regions that hold these parameters. */
async function ami(regions: Readonly<Record<string, Region>>, ...args: readonly string[]): Promise<CliRun> {
  store = await startParameterStore(regions);
  return runCli(["ami", ...args], { env: store.env });
}

const items = ({ stdout }: CliRun) =>
  (JSON.parse(stdout) as { readonly items: readonly Record<string, string>[] }).items;

describe("ami latest", () => {
  test("prints the id of the ECS Neuron image in the caller's region", async () => {
    const run = await ami({ "us-east-1": { [neuron]: recommended("ami-0a1") } }, "latest");
    expect(run).toEqual({ code: 0, stdout: "ami-0a1\n", stderr: "" });
    expect(store!.asked()).toEqual([`us-east-1 ${neuron}`]);
  });

  test("as a document has every field of the contract", async () => {
    const run = await ami({ "us-east-1": { [neuron]: recommended("ami-0a1") } }, "latest", "-o", "json");
    expect(JSON.parse(run.stdout)).toEqual({
      apiVersion: "aiplat/v1",
      kind: "AmiList",
      items: [
        {
          region: "us-east-1",
          orchestrator: "ecs",
          os: "al2023",
          accelerator: "neuron",
          architecture: "x86_64",
          imageId: "ami-0a1",
          imageName: "al2023-ami-ecs-neuron-hvm-2023.0.20260820-kernel-6.1-x86_64",
          imageVersion: "2023.0.20260820",
          agentVersion: "1.105.1",
          runtimeVersion: "Docker version 25.0.14",
          parameter: neuron,
        },
      ],
    });
  });

  const bottlerocket = "/aws/service/bottlerocket";
  const eks = "/aws/service/eks/optimized-ami/1.32";
  const leaves: readonly (readonly [
    flags: string,
    names: readonly [image: string, version: string],
    version: "imageVersion" | "releaseVersion",
  ])[] = [
    [
      "--os bottlerocket --accelerator nvidia",
      [
        `${bottlerocket}/aws-ecs-2-nvidia/x86_64/latest/image_id`,
        `${bottlerocket}/aws-ecs-2-nvidia/x86_64/latest/image_version`,
      ],
      "imageVersion",
    ],
    [
      "--instance-type g5g.xlarge",
      [
        `${bottlerocket}/aws-ecs-2-nvidia/arm64/latest/image_id`,
        `${bottlerocket}/aws-ecs-2-nvidia/arm64/latest/image_version`,
      ],
      "imageVersion",
    ],
    [
      "--orchestrator eks --kubernetes-version 1.32",
      [
        `${eks}/amazon-linux-2023/x86_64/neuron/recommended/image_id`,
        `${eks}/amazon-linux-2023/x86_64/neuron/recommended/release_version`,
      ],
      "releaseVersion",
    ],
    [
      "--orchestrator eks --kubernetes-version 1.32 --instance-type g5g.2xlarge",
      [
        `${eks}/amazon-linux-2023/arm64/nvidia/recommended/image_id`,
        `${eks}/amazon-linux-2023/arm64/nvidia/recommended/release_version`,
      ],
      "releaseVersion",
    ],
    [
      "--orchestrator eks --kubernetes-version 1.32 --os al2",
      [`${eks}/amazon-linux-2-gpu/recommended/image_id`, `${eks}/amazon-linux-2-gpu/recommended/release_version`],
      "releaseVersion",
    ],
    [
      "--orchestrator eks --kubernetes-version 1.32 --os bottlerocket",
      [
        `${bottlerocket}/aws-k8s-1.32/x86_64/latest/image_id`,
        `${bottlerocket}/aws-k8s-1.32/x86_64/latest/image_version`,
      ],
      "imageVersion",
    ],
    [
      "--orchestrator eks --kubernetes-version 1.32 --os bottlerocket --accelerator nvidia --architecture arm64",
      [
        `${bottlerocket}/aws-k8s-1.32-nvidia/arm64/latest/image_id`,
        `${bottlerocket}/aws-k8s-1.32-nvidia/arm64/latest/image_version`,
      ],
      "imageVersion",
    ],
  ];
  test("Bottlerocket for Neuron on ECS is its plain variant", async () => {
    const path = `${bottlerocket}/aws-ecs-2/x86_64/latest`;
    const run = await ami(
      { "us-east-1": { [`${path}/image_id`]: "ami-0b1", [`${path}/image_version`]: "1.61.0-fcf71a47" } },
      "latest",
      "--os",
      "bottlerocket",
    );
    expect(run).toEqual({ code: 0, stdout: "ami-0b1\n", stderr: "" });
  });

  test.each(leaves)(
    "%s asks for the image and its version and nothing else",
    async (flags, [image, version], versionField) => {
      const run = await ami(
        { "us-east-1": { [image]: "ami-0b2", [version]: "1.32.9-20261101" } },
        "latest",
        ...flags.split(" "),
        "-o",
        "json",
      );
      expect(run.code).toBe(0);
      expect(store!.asked()).toEqual([`us-east-1 ${image}`, `us-east-1 ${version}`]);
      expect(items(run)).toEqual([
        expect.objectContaining({ imageId: "ami-0b2", [versionField]: "1.32.9-20261101", parameter: image }),
      ]);
    },
  );

  const two: Readonly<Record<string, Region>> = {
    "us-east-1": { [neuron]: recommended("ami-0a1") },
    "eu-west-1": { [neuron]: recommended("ami-0e1") },
  };
  const inBoth = ["latest", "--region", "eu-west-1", "--region", "us-east-1", "--region", "eu-west-1"];

  test("prints region and id where there are several, in the order asked, each once", async () => {
    expect(await ami(two, ...inBoth)).toEqual({
      code: 0,
      stdout: "eu-west-1\tami-0e1\nus-east-1\tami-0a1\n",
      stderr: "",
    });
  });

  test.each([
    ["github", 'image_id={"eu-west-1":"ami-0e1","us-east-1":"ami-0a1"}\n'],
    ["env", "AIPLAT_IMAGE_ID_EU_WEST_1=ami-0e1\nAIPLAT_IMAGE_ID_US_EAST_1=ami-0a1\n"],
  ])("as -o %s has a value a region", async (format, stdout) => {
    expect((await ami(two, ...inBoth, "-o", format)).stdout).toBe(stdout);
  });

  test.each([
    [
      "github",
      "image_id=ami-0a1\nimage_name=al2023-ami-ecs-neuron-hvm-2023.0.20260820-kernel-6.1-x86_64\nimage_version=2023.0.20260820\n",
    ],
    ["env", "AIPLAT_IMAGE_ID=ami-0a1\n"],
    ["yaml", "apiVersion: aiplat/v1\nkind: AmiList\nitems:\n  - region: us-east-1\n"],
    ["markdown", "| REGION | ORCHESTRATOR |"],
    ["table", "REGION     ORCHESTRATOR  OS"],
    ["html", "<!doctype html>"],
  ])("as -o %s has one value", async (format, start) => {
    const { stdout } = await ami(two, "latest", "-o", format);
    expect(stdout.slice(0, start.length)).toBe(start);
    expect(stdout).toContain("ami-0a1");
  });

  test("names the region that fails, prints the others and exits 1", async () => {
    const run = await ami(
      {
        ...two,
        "us-west-2": {
          error: "AccessDeniedException",
          message: "User: arn:aws:iam::1:user/ann is not authorized to perform: ssm:GetParameters on resource: *",
        },
      },
      ...inBoth,
      "--region",
      "us-west-2",
    );
    expect(run).toMatchObject({ code: 1, stdout: "eu-west-1\tami-0e1\nus-east-1\tami-0a1\n" });
    expect(run.stderr).toMatch(
      /^--region us-west-2: error: arn:aws:iam::1:user\/ann may not call ssm:GetParameters on \* in us-west-2$/m,
    );
    expect(run.stderr).not.toContain("    at ");
  });

  test("under -o json the error is the last line of stderr", async () => {
    const run = await ami(
      { ...two, "us-west-2": { error: "AccessDeniedException" } },
      ...inBoth,
      "--region",
      "us-west-2",
      "-o",
      "json",
    );
    expect(items(run)).toHaveLength(2);
    expect(run.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(run.stderr)).toMatchObject({
      kind: "Error",
      code: "OperationFailed",
      details: { problems: [{ code: "AccessDenied", flag: "--region us-west-2" }] },
    });
  });

  test("where every region refuses for one reason, that is the error, with its own exit code", async () => {
    const refused: Region = {
      error: "UnrecognizedClientException",
      message: "The security token included in the request is invalid.",
    };
    const run = await ami({ "us-east-1": refused, "eu-west-1": refused }, ...inBoth);
    expect(run).toMatchObject({ code: 6, stdout: "" });
    expect(run.stderr).toContain("AWS does not know these credentials in eu-west-1");
  });

  test("a region without the image is a failure where the user named it", async () => {
    const run = await ami(two, "latest", "--region", "us-gov-west-1");
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toContain(
      `error: us-gov-west-1 has no ecs al2023 neuron x86_64 AMI: there is no parameter ${neuron}`,
    );
  });

  const trn2 = ["latest", "--instance-type", "trn2.3xlarge", "--all-regions"];
  const disabled: Region = {
    error: "UnrecognizedClientException",
    message: "The security token included in the request is invalid.",
  };

  test("--all-regions asks where the type is offered or the image is published, and skips a region that is not enabled", async () => {
    const run = await ami(
      {
        "ap-northeast-3": { [neuron]: recommended("ami-0a2") },
        "sa-east-1": { [neuron]: recommended("ami-0a3") },
        "ap-southeast-4": disabled,
      },
      ...trn2,
    );
    expect(run).toEqual({
      code: 0,
      stdout: "ap-northeast-3\tami-0a2\nsa-east-1\tami-0a3\n",
      stderr: "Skipped ap-southeast-4: not enabled for this account.\n",
    });
    expect(store!.asked()).toEqual([`ap-northeast-3 ${neuron}`, `ap-southeast-4 ${neuron}`, `sa-east-1 ${neuron}`]);
  });

  test("--all-regions of a family's other type asks elsewhere", async () => {
    await ami({}, "latest", "--instance-type", "trn2.48xlarge", "--all-regions");
    expect(store!.asked()).toEqual([`ap-northeast-3 ${neuron}`, `us-east-2 ${neuron}`]);
  });

  test("--all-regions adds the image's other regions for that image alone", async () => {
    const eks = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/neuron/recommended";
    await ami({}, ...trn2, "--orchestrator", "eks", "--kubernetes-version", "1.33");
    expect(store!.asked().filter((each) => each.endsWith("/image_id"))).toEqual([
      `ap-southeast-4 ${eks}/image_id`,
      `sa-east-1 ${eks}/image_id`,
    ]);
  });

  test("--all-regions of a type that EC2 has retired is refused before any call", async () => {
    const run = await ami({}, "latest", "--instance-type", "p3.2xlarge", "--all-regions");
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("EC2 offers p3.2xlarge in no region any more");
    expect(store!.asked()).toEqual([]);
  });

  test("--all-regions says in the document what it skipped", async () => {
    const run = await ami(
      { "ap-northeast-3": { [neuron]: recommended("ami-0a2") }, "ap-southeast-4": disabled },
      ...trn2,
      "-o",
      "json",
    );
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect((JSON.parse(run.stdout) as { skipped: unknown }).skipped).toEqual([
      { region: "ap-southeast-4", reason: "not enabled for this account" },
      { region: "sa-east-1", reason: "has no such AMI" },
    ]);
  });

  test("--all-regions fails where no region knows the credentials: then they are wrong", async () => {
    const run = await ami({ "ap-northeast-3": disabled, "sa-east-1": disabled, "ap-southeast-4": disabled }, ...trn2);
    expect(run).toMatchObject({ code: 6, stdout: "" });
  });

  test("--all-regions does not skip a region that fails for another reason", async () => {
    const run = await ami(
      {
        "ap-northeast-3": { [neuron]: recommended("ami-0a2") },
        "sa-east-1": { error: "ValidationException", message: "no" },
        "ap-southeast-4": disabled,
      },
      ...trn2,
    );
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      "--region sa-east-1: error: ssm:GetParameters in sa-east-1 failed: ValidationException: no",
    );
  });

  test("a family that has ended resolves with a warning on stderr", async () => {
    const run = await ami(
      { "us-east-1": { "/aws/service/ecs/optimized-ami/amazon-linux-2/inf/recommended": recommended("ami-0d1") } },
      "latest",
      "--os",
      "al2",
    );
    expect(run).toMatchObject({ code: 0, stdout: "ami-0d1\n" });
    expect(run.stderr).toMatch(/^warning: ecs al2 neuron x86_64 ended on 2026-06-30/);
  });

  test("a document without an image id is an error that names the parameter", async () => {
    const run = await ami({ "us-east-1": { [neuron]: "{}" } }, "latest");
    expect(run).toMatchObject({
      code: 1,
      stdout: "",
      stderr: `error: ${neuron} in us-east-1 holds no image id: undefined\n`,
    });
  });

  test("throttling is retried", async () => {
    let calls = 0;
    const regions = {
      get "us-east-1"(): Region {
        return ++calls < 3
          ? { error: "ThrottlingException", message: "Rate exceeded" }
          : { [neuron]: recommended("ami-0a1") };
      },
    };
    expect(await ami(regions, "latest")).toEqual({ code: 0, stdout: "ami-0a1\n", stderr: "" });
    expect(calls).toBe(3);
  });

  test("--debug tells of each call on stderr", async () => {
    const run = await ami(two, "latest", "--debug");
    expect(run).toMatchObject({ code: 0, stdout: "ami-0a1\n" });
    expect(run.stderr).toMatch(/^aws ssm GetParameters us-east-1: answered in \d+ ms, request test-request\n$/);
  });
});

describe("ami latest, before any call", () => {
  const refused: readonly (readonly [flags: string, code: number, message: RegExp])[] = [
    [
      "--architecture arm64",
      2,
      /there is no ecs al2023 neuron arm64 AMI\n {2}There are: ecs al2023 neuron x86_64, ecs bottlerocket neuron x86_64 and ecs al2 neuron x86_64/,
    ],
    ["--orchestrator eks", 2, /Add --kubernetes-version/],
    [
      "--instance-type inf2.xlarge --accelerator nvidia --architecture arm64",
      2,
      /accelerator nvidia contradicts[^]*architecture arm64 contradicts/,
    ],
    ["--instance-type g4ad.xlarge", 2, /no ECS- or EKS-optimised AMI carries a driver/],
    ["--instance-type inf2.larg", 2, /inf2\.xlarge/],
    ["--all-regions --region us-east-1", 2, /--all-regions contradicts --region/],
    ["--region us-east-1a", 2, /availability zone[^]*us-east-1/],
    ["--os ubuntu", 2, /al2023, al2 or bottlerocket/],
    ["--profile nobody", 6, /no profile nobody/],
    ["--endpoint-url localhost:4566", 2, /localhost:4566 is not a URL/],
  ];
  test.each(refused)("%s is refused", async (flags, code, message) => {
    // Nothing listens there: a call would fail otherwise.
    const run = await runCli(["ami", "latest", ...flags.split(" ")], {
      env: {
        AWS_REGION: "us-east-1",
        AWS_ENDPOINT_URL: "http://127.0.0.1:9",
        AWS_ACCESS_KEY_ID: "x",
        AWS_SECRET_ACCESS_KEY: "x",
      },
    });
    expect(run).toMatchObject({ code, stdout: "" });
    expect(run.stderr).toMatch(message);
    expect(run.stderr).not.toContain("    at ");
  });

  test("no region is exit 6 with what to do", async () => {
    const run = await runCli(["ami", "latest"], { env: { AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x" } });
    expect(run).toEqual({
      code: 6,
      stdout: "",
      stderr:
        "error: no AWS region is named\n  Give --region, set AWS_REGION, or run aws configure set region us-east-1\n",
    });
  });

  test("no credentials is exit 6 with what to do", async () => {
    const run = await runCli(["ami", "latest"], { env: { AWS_REGION: "us-east-1" } });
    expect(run).toMatchObject({ code: 6, stdout: "" });
    expect(run.stderr).toMatch(/^error: no AWS credentials were found\n {2}Name a profile/);
  });

  test("a refused connection names the endpoint", async () => {
    const run = await runCli(["ami", "latest", "--endpoint-url", "http://127.0.0.1:9"], {
      env: { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x" },
    });
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toMatch(/nothing listens at http:\/\/127\.0\.0\.1:9 \(ECONNREFUSED\)/);
  });
});

describe("ami list", () => {
  const gpu = "/aws/service/ecs/optimized-ami/amazon-linux-2/kernel-5.10/gpu/recommended";

  test("prints a line a family that the region has, and says what it lacks", async () => {
    const run = await ami({ "us-east-1": { [neuron]: recommended("ami-0a1"), [gpu]: recommended("ami-0c1") } }, "list");
    expect(run.code).toBe(0);
    expect(run.stdout.split("\n")).toEqual([
      `us-east-1\tecs\tal2023\tneuron\tx86_64\tami-0a1\t2023.0.20260820\t\t${neuron}`,
      `us-east-1\tecs\tal2 kernel-5.10\tnvidia\tx86_64\tami-0c1\t2023.0.20260820\t2026-06-30\t${gpu}`,
      "",
    ]);
    expect(run.stderr).toMatch(/^Not in us-east-1: ecs al2023 nvidia x86_64, .*\.$/m);
    expect(run.stderr).toContain("--kubernetes-version adds those for EKS");
  });

  test("asks for no parameter twice, in calls of at most ten names", async () => {
    await ami({ "us-east-1": { [neuron]: recommended("ami-0a1") } }, "list", "--kubernetes-version", "1.32");
    expect(new Set(store!.asked()).size).toBe(store!.asked().length);
    expect(store!.asked().length).toBeGreaterThan(30);
    expect(Math.max(...store!.namesPerCall())).toBe(10);
  });

  test("with nothing found is an error", async () => {
    const run = await ami(
      {},
      "list",
      "--orchestrator",
      "eks",
      "--kubernetes-version",
      "1.99",
      "--accelerator",
      "neuron",
    );
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toMatch(
      /none of these AMIs is in us-east-1: eks al2023 neuron x86_64[^]*Does EKS offer Kubernetes 1\.99/,
    );
  });
});

describe("ami history", () => {
  const before = `${neuron.replace("recommended", "")}al2023-ami-ecs-neuron-hvm-2023.0.20260701-kernel-6.1-x86_64`;
  const earlier = recommended("ami-0a0").replaceAll("20260820", "20260701");
  const store = { [before]: earlier, [neuron]: recommended("ami-0a1"), [`${neuron}/image_id`]: "ami-0a1" };

  test("prints a line an image, the newest first, over every page", async () => {
    const run = await ami({ "us-east-1": store }, "history");
    expect(run).toEqual({
      code: 0,
      stdout:
        `us-east-1\t2026-08-20\tami-0a1\t2023.0.20260820\t1.105.1\tcurrent\t${neuron}\n` +
        `us-east-1\t2026-07-01\tami-0a0\t2023.0.20260701\t1.105.1\t\t${before}\n`,
      stderr: "",
    });
  });

  test("of several regions prints those that have it, and fails for one named that has not", async () => {
    const run = await ami(
      { "us-east-1": store, "eu-west-1": {} },
      "history",
      "--region",
      "us-east-1",
      "--region",
      "eu-west-1",
      "-o",
      "json",
    );
    expect(run.code).toBe(1);
    expect(items(run).map(({ region, imageId }) => `${region} ${imageId}`)).toEqual([
      "us-east-1 ami-0a1",
      "us-east-1 ami-0a0",
    ]);
    expect(run.stderr).toContain("eu-west-1 has no ecs al2023 neuron x86_64 AMI");
  });

  test.each([
    ["ecs al2", ["--os", "al2", "--accelerator", "nvidia"], "2.0.20260115"],
    ["ecs bottlerocket", ["--os", "bottlerocket"], "1.55.0-"],
    ["eks", ["--orchestrator", "eks", "--kubernetes-version", "1.33"], "v20260115"],
    ["eks al2", ["--orchestrator", "eks", "--kubernetes-version", "1.32", "--os", "al2"], "v20260115"],
  ])("in the sandbox has three images of %s, of which the newest is ami latest's", async (_, flags, version) => {
    const [history, latest] = await Promise.all([
      runCli(["ami", "history", "--sandbox", ...flags, "-o", "json"], {}),
      runCli(["ami", "latest", "--sandbox", ...flags], {}),
    ]);
    const found = items(history);
    expect(found).toHaveLength(3);
    expect(found.map(({ released }) => released)).toEqual(["2026-01-15", "2025-11-20", "2025-09-18"]);
    expect(found.map(({ current }) => current)).toEqual([true, false, false]);
    expect(found[0]!["imageVersion"]).toContain(version);
    expect(`${found[0]!["imageId"]}\n`).toBe(latest.stdout);
  });
});
