import { describe, expect, it } from "vitest";
import type { AwsConfig, AwsService } from "../../../src/aws/config.ts";
import { createEcr } from "../../../src/aws/ecr.ts";
import { createEc2Read } from "../../../src/aws/ec2-read.ts";
import { createLogs } from "../../../src/aws/logs.ts";
import { createSecrets } from "../../../src/aws/secrets-manager.ts";
import { createQuotas } from "../../../src/aws/service-quotas.ts";
import { parseImageReference } from "../../../src/core/catalog/container-images/image-reference.ts";
import { startLoopback } from "../../support/loopback-servers.ts";
import { startJsonServer, type Answer, type JsonRequest } from "../../support/json-server.ts";

const { signal } = new AbortController();

async function withJson<Value>(
  service: AwsService,
  answer: (request: JsonRequest) => Answer,
  use: (config: AwsConfig) => Promise<Value>,
): Promise<Value> {
  const server = await startJsonServer(answer);
  try {
    return await use({ ...server.config, endpoints: { [service]: server.config.endpoints.ecs! } });
  } finally {
    await server.stop();
  }
}

describe("the quota", () => {
  const ask = (answer: (operation: string) => Answer) =>
    withJson(
      "servicequotas",
      ({ operation }) => answer(operation),
      (config) => createQuotas(config, signal).ec2Quota("L-1945791B"),
    );
  const none: Answer = { status: 400, body: { __type: "NoSuchResourceException", message: "none" } };

  it("is the account's, else AWS's default, else none", async () => {
    expect(
      await ask((operation) =>
        operation === "GetServiceQuota" ? { body: { Quota: { Value: 0 } } } : { body: { Quota: { Value: 8 } } },
      ),
    ).toBe(0);
    expect(await ask((operation) => (operation === "GetServiceQuota" ? none : { body: { Quota: { Value: 8 } } }))).toBe(
      8,
    );
    expect(await ask(() => none)).toBeUndefined();
  });
});

describe("an image in ECR", () => {
  const none = (type: string): Answer => ({ status: 400, body: { __type: type, message: "none" } });
  const index = {
    imageDetails: [{ imageDigest: "sha256:1", imageManifestMediaType: "application/vnd.oci.image.index.v1+json" }],
  };
  const pulled = {
    images: [{ imageManifest: JSON.stringify({ manifests: [{ platform: { architecture: "arm64" } }] }) }],
  };
  const find = async (name: string, answers: Readonly<Record<string, Answer>>) => {
    const calls: unknown[] = [];
    const answer = ({ operation, input }: JsonRequest) => {
      calls.push([operation, (input["imageIds"] as readonly unknown[] | undefined)?.[0]]);
      return answers[operation]!;
    };
    const state = await withJson("ecr", answer, (config) =>
      createEcr(config, signal).findImage(parseImageReference(name)),
    );
    return { state, calls };
  };
  const own = "123456789012.dkr.ecr.us-east-1.amazonaws.com/hub/app:1";
  const rules: Answer = {
    body: { pullThroughCacheRules: [{ ecrRepositoryPrefix: "hub", upstreamRegistryUrl: "registry-1.docker.io" }] },
  };

  it("is pulled by no tag, which would fill a pull-through cache", async () => {
    expect(await find(own, { DescribeImages: { body: index }, BatchGetImage: { body: pulled } })).toEqual({
      state: { kind: "found", architectures: ["arm64"] },
      calls: [
        ["DescribeImages", { imageTag: "1" }],
        ["BatchGetImage", { imageDigest: "sha256:1" }],
      ],
    });
    expect(
      (await find(own, { DescribeImages: { body: { imageDetails: [{ imageDigest: "sha256:1" }] } } })).state,
    ).toEqual({ kind: "found", architectures: [] });
  });

  it.each<readonly [what: string, answers: Readonly<Record<string, Answer>>, state: object]>([
    [
      "no repository",
      { DescribeImages: none("RepositoryNotFoundException"), DescribePullThroughCacheRules: { body: {} } },
      { kind: "no-repository" },
    ],
    [
      "no tag",
      { DescribeImages: none("ImageNotFoundException"), DescribePullThroughCacheRules: { body: {} } },
      { kind: "no-image" },
    ],
    [
      "rules that may not be read",
      { DescribeImages: none("ImageNotFoundException"), DescribePullThroughCacheRules: none("AccessDeniedException") },
      { kind: "no-image" },
    ],
    [
      "a cache that has it not yet",
      { DescribeImages: none("RepositoryNotFoundException"), DescribePullThroughCacheRules: rules },
      { kind: "cached-on-pull", upstream: "registry-1.docker.io" },
    ],
  ])("%s", async (_, answers, state) => {
    expect((await find(own, answers)).state).toEqual(state);
  });

  it("a cache of other repositories says nothing", async () => {
    expect(
      (
        await find(own.replace("hub/", "hubs/"), {
          DescribeImages: none("RepositoryNotFoundException"),
          DescribePullThroughCacheRules: rules,
        })
      ).state,
    ).toEqual({ kind: "no-repository" });
  });

  it("of AWS's own is pulled, which is all that AWS allows", async () => {
    const dlc = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:1";
    expect(await find(dlc, { BatchGetImage: { body: pulled } })).toEqual({
      state: { kind: "found", architectures: ["arm64"] },
      calls: [["BatchGetImage", { imageTag: "1" }]],
    });
    expect(
      (await find(dlc, { BatchGetImage: { body: { failures: [{ failureCode: "ImageNotFound" }] } } })).state,
    ).toEqual({ kind: "no-image" });
    expect((await find(dlc, { BatchGetImage: none("RepositoryNotFoundException") })).state).toEqual({
      kind: "no-repository",
    });
    await expect(find(dlc, { BatchGetImage: none("AccessDeniedException") })).rejects.toMatchObject({
      code: "AccessDenied",
    });
  });
});

describe("the log group", () => {
  it("is looked for on every page, by its whole name", async () => {
    const pages: Readonly<Record<string, object>> = {
      "": { logGroups: [{ logGroupName: "/x-1" }], nextToken: "2" },
      "2": { logGroups: [{ logGroupName: "/x" }] },
    };
    const ask = (name: string) =>
      withJson(
        "logs",
        ({ input }) => ({ body: pages[(input["nextToken"] as string | undefined) ?? ""] }),
        (config) => createLogs(config, signal).hasGroup(name),
      );
    expect(await ask("/x")).toBe(true);
    expect(await ask("/")).toBe(false);
  });
});

describe("the secret", () => {
  const ask = (policy: Answer, secret: object = { VersionIdsToStages: { v1: ["AWSCURRENT"] } }) =>
    withJson(
      "secretsmanager",
      ({ operation }) => (operation === "GetResourcePolicy" ? policy : { body: secret }),
      (config) => createSecrets(config, signal).describeSecret("x"),
    );

  it("tells whether it has a policy of its own, where that may be read", async () => {
    const versions = { v1: ["AWSCURRENT"] };
    expect(await ask({ body: { ResourcePolicy: "{}" } })).toEqual({ deleted: false, hasPolicy: true, versions });
    expect(await ask({ body: {} })).toEqual({ deleted: false, hasPolicy: false, versions });
    expect(await ask({ status: 400, body: { __type: "AccessDeniedException", message: "no" } })).toEqual({
      deleted: false,
      versions,
    });
  });

  it("that is being deleted has nothing more to tell", async () => {
    expect(
      await ask(
        { status: 400, body: { __type: "InvalidRequestException", message: "marked for deletion" } },
        { DeletedDate: 1_800_000_000 },
      ),
    ).toEqual({ deleted: true, versions: {} });
  });
});

describe("instances that count against quotas", () => {
  it("are on demand or on Spot, no Capacity Blocks and none on Dedicated Hosts, over every page", async () => {
    const instance = (type: string, more = "") =>
      `<item><instancesSet><item><instanceType>${type}</instanceType><cpuOptions><coreCount>2</coreCount><threadsPerCore>2</threadsPerCore></cpuOptions>${more}</item></instancesSet></item>`;
    const pages = [
      `<reservationSet>${instance("inf2.xlarge")}${instance("inf2.xlarge", "<instanceLifecycle>spot</instanceLifecycle>")}${instance("trn1.32xlarge", "<instanceLifecycle>capacity-block</instanceLifecycle>")}</reservationSet><nextToken>2</nextToken>`,
      `<reservationSet>${instance("inf2.xlarge", "<placement><tenancy>default</tenancy></placement>")}${instance("m5.large", "<placement><tenancy>host</tenancy></placement>")}${instance("m5.xlarge")}</reservationSet>`,
    ];
    const states: (string | null)[] = [];
    const server = await startLoopback((_, body) => {
      const call = new URLSearchParams(body);
      states.push(call.get("Filter.1.Value.1"), call.get("Filter.1.Value.2"));
      return {
        headers: { "content-type": "text/xml" },
        body: `<DescribeInstancesResponse>${pages[call.has("NextToken") ? 1 : 0]}</DescribeInstancesResponse>`,
      };
    });
    const config: AwsConfig = {
      region: "us-east-1",
      credentials: { accessKeyId: "testing", secretAccessKey: "testing" },
      endpoints: { ec2: server.url },
    };
    const found = await createEc2Read(config, signal).runningInstances();
    await server.stop();
    expect(found).toEqual([
      { instanceType: "inf2.xlarge", count: 2, vcpus: 8, spot: false },
      { instanceType: "m5.xlarge", count: 1, vcpus: 4, spot: false },
      { instanceType: "inf2.xlarge", count: 1, vcpus: 4, spot: true },
    ]);
    expect(states).toEqual(["pending", "running", "pending", "running"]);
  });
});
