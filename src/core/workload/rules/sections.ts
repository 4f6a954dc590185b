/** Rules on what belongs together between the sections of the file. */
import { present } from "../../base/present.ts";
import { checkImageOnType } from "../../catalog/container-images/image-checks.ts";
import { parseImageReference } from "../../catalog/container-images/image-reference.ts";
import { listOr, pathText } from "../../base/problem.ts";
import { fargateProviders, isFargate } from "../../ecs-api/fargate.ts";
import { patternFor } from "../../base/unicode-classes.ts";
import { deviceVariables, isUlimit } from "../fields.ts";
import { givenNetworkMode } from "../network-mode.ts";
import { typesOf } from "./accelerator.ts";
import { containersIn, secretsIn } from "./containers.ts";
import { deviceSetPattern, devicesTag, parseDeviceSet } from "../../catalog/device-set.ts";
import { all, any, at, given, not, when } from "./fragments.ts";
import { modeIs, modeIsGiven } from "./network-mode.ts";
import type { RuleFinding, Rule } from "./rule.ts";

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html: 50 tags, of which aiplat writes four at most.
 */
const mostTags = 46;
const tagText = "[\\p{L}\\p{Z}\\p{N}_.:/=+@-]*";
const reservedTag = /^(?:[aA][wW][sS]|aiplat):/;

export const sectionRules: readonly Rule[] = [
  {
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    code: "secrets-without-role",
    severity: "error",
    reads: ["secrets", "init", "sidecars", "roles.execution"],
    check: (workload) => {
      const secrets = secretsIn(workload);
      const names = [...new Set(secrets.map(({ name }) => name))];
      return names.length === 0 || workload.roles?.execution !== undefined
        ? []
        : [
            {
              path: secrets[0]!.path.slice(0, -1),
              message: `secrets (${listOr(names, "and")}) need roles.execution: ECS reads them with that role`,
              hint: "Add roles: { execution: ARN } (--execution-role), a role that may read them.",
            },
          ];
    },
    jsonSchema: () => {
      const withSecrets = { type: "array", contains: given("secrets", { minProperties: 1 }) };
      return when(
        any(given("secrets", { minProperties: 1 }), given("init", withSecrets), given("sidecars", withSecrets)),
        given("roles.execution"),
      );
    },
  },
  {
    code: "load-balancer-without-service",
    severity: "error",
    reads: ["kind", "ecs.loadBalancer.port"],
    check: ({ kind, ecs }) =>
      ecs?.loadBalancer === undefined || kind === "service"
        ? []
        : [
            {
              path: ["ecs", "loadBalancer"],
              message: "ecs.loadBalancer is for services only",
              hint: "Write kind: service.",
            },
          ],
    jsonSchema: () => when(given("ecs.loadBalancer"), given("kind", { const: "service" })),
  },
  {
    code: "service-fields-of-job",
    severity: "warning",
    reads: ["kind", "ecs.service"],
    check: ({ kind, ecs }) =>
      Object.keys(ecs?.service ?? {}).length === 0 || kind === "service"
        ? []
        : [
            {
              path: ["ecs", "service"],
              message: "ecs.service is used by services only",
              hint: "Write kind: service, or remove it.",
            },
          ],
  },
  {
    code: "rollout-of-job",
    severity: "error",
    reads: ["kind", "rollout"],
    check: ({ kind, rollout }) =>
      rollout === undefined || kind !== "job"
        ? []
        : [
            {
              path: ["rollout"],
              message: "rollout is for services only: the replicas of a job are not replaced",
              hint: "Write kind: service, or remove it.",
            },
          ],
    jsonSchema: () => when(given("rollout"), not(given("kind", { const: "job" }))),
  },
  {
    // https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable, and on ECS the same.
    code: "rollout-stuck",
    severity: "error",
    reads: ["rollout"],
    check: ({ rollout: { maxUnavailable = 0, maxSurge } = {} }) =>
      maxSurge !== 0 || maxUnavailable > 0
        ? []
        : [
            {
              path: ["rollout", "maxSurge"],
              message:
                "with rollout.maxSurge 0 and rollout.maxUnavailable 0 no replica may be taken away and none added: " +
                "nothing could ever be deployed",
              hint: "Write maxUnavailable: 1, or maxSurge: 1.",
            },
          ],
    jsonSchema: () =>
      when(given("rollout.maxSurge", { const: 0 }), given("rollout.maxUnavailable", { exclusiveMinimum: 0 })),
  },
  {
    // Docker starts no container with such a limit.
    code: "ulimit-bounds",
    severity: "error",
    reads: ["ulimits"],
    check: ({ ulimits = {} }) =>
      Object.entries(ulimits).flatMap(([name, limit]) =>
        typeof limit === "number" || isUlimit(limit)
          ? []
          : [
              {
                path: ["ulimits", name, "soft"],
                message: `the soft limit of ${name} is ${limit.soft}, above its hard limit ${limit.hard}`,
                hint: `Write at most ${limit.hard}, or raise hard; -1 is no limit.`,
              },
            ],
      ),
    jsonSchema: () =>
      at("ulimits", {
        additionalProperties: when(given("soft", { const: -1 }), at("hard", { const: -1 })),
      }),
    beyondJsonSchema: "two numbers compared",
  },
  {
    // Linux takes no bound of open files above fs.nr_open, so that Docker starts no container without one.
    // https://man7.org/linux/man-pages/man2/getrlimit.2.html
    code: "ulimit-open-files",
    severity: "error",
    reads: ["ulimits"],
    check: ({ ulimits = {} }) => {
      const { nofile } = ulimits;
      const endless = nofile !== undefined && (typeof nofile === "number" ? nofile : nofile.hard) === -1;
      return endless
        ? [
            {
              path: ["ulimits", "nofile", ...(typeof nofile === "number" ? [] : ["hard"])],
              message:
                "nofile is -1, and Linux lets no process open files without limit: the container would not start",
              hint: "Write how many it needs, e.g. 1048576, which every machine takes.",
            },
          ]
        : [];
    },
    jsonSchema: () => at("ulimits", at("nofile", { not: any({ const: -1 }, given("hard", { const: -1 })) })),
  },
  {
    code: "scheduled-service",
    severity: "warning",
    reads: ["kind", "schedule"],
    check: ({ kind, schedule }) =>
      schedule === undefined || kind !== "service"
        ? []
        : [{ path: ["schedule"], message: "schedule is used by jobs only: a service never ends" }],
  },
  {
    code: "tag",
    severity: "error",
    reads: ["tags"],
    check: ({ tags = {} }) => {
      const findings: RuleFinding[] = [];
      const isLegal = (text: string) => patternFor(text, `^${tagText}$`).test(text);
      for (const [key, value] of Object.entries(tags)) {
        if (key === devicesTag) {
          if (parseDeviceSet(value) !== undefined) continue;
          findings.push({
            path: ["tags", key],
            message: `the tag ${key} is ${value}, which says nothing of devices`,
            hint: "Write none, all, or device numbers such as 0-3: what the task uses, whatever it could open.",
          });
        } else if (reservedTag.test(key))
          findings.push({
            path: ["tags", key],
            message:
              `the tag ${key} begins with ${key.slice(0, key.indexOf(":") + 1)}, ` +
              `which is ${key.startsWith("aiplat:") ? "aiplat's own" : "AWS's own"}`,
            hint: "Name it otherwise.",
          });
        else if (!isLegal(key) || !isLegal(value))
          findings.push({
            path: ["tags", key],
            message: `the tag ${key} has characters that AWS does not take`,
            hint: "Letters, digits, spaces and _ . : / = + - @ are legal.",
          });
      }
      if (Object.keys(tags).length > mostTags)
        findings.push({
          path: ["tags"],
          message: `${Object.keys(tags).length} tags are too many`,
          hint: `ECS takes 50, of which aiplat writes 4: keep at most ${mostTags}.`,
        });
      return findings;
    },
    jsonSchema: () =>
      at("tags", {
        maxProperties: mostTags,
        properties: { [devicesTag]: { pattern: deviceSetPattern } },
        propertyNames: all(
          { pattern: `^${tagText}$` },
          any({ const: devicesTag }, not({ pattern: reservedTag.source })),
        ),
        additionalProperties: { pattern: `^${tagText}$` },
      }),
  },
  {
    // A warning: an image's name is not the image. On ECS the linter judges what is registered, and its errors refuse
    // it.
    code: "image-and-type",
    severity: "warning",
    reads: ["image", "accelerator.instanceTypes"],
    check: (workload) => {
      const image = parseImageReference(workload.image);
      return typesOf(workload).flatMap(({ type }) =>
        checkImageOnType(image, type).map(({ message, hint }) => ({
          path: ["image"],
          message,
          ...present({ hint }),
        })),
      );
    },
  },
  {
    code: "device-variable",
    severity: "warning",
    reads: ["environment"],
    check: ({ environment = {} }) =>
      deviceVariables
        .filter((name) => Object.hasOwn(environment, name))
        .map((name) => ({
          path: ["environment", name],
          message: `${name} chooses devices, and the container has exactly the devices of its slot`,
          hint: "Leave it out; accelerator.devicesPerReplica says how many.",
        })),
  },
  {
    code: "secret-in-environment",
    severity: "warning",
    reads: ["environment", "init", "sidecars"],
    check: (workload) =>
      containersIn(workload).flatMap(({ container: { environment = {} }, path }) =>
        Object.entries(environment)
          .filter(([, value]) => /^arn:aws[a-z-]*:(?:secretsmanager|ssm):/.test(value))
          .map(([name]) => {
            const at = [...path, "environment", name];
            return {
              path: at,
              message: `${pathText(at)} holds the ARN of a secret as it is: the container gets the ARN, not the secret`,
              hint: `Move ${name} to ${pathText([...path, "secrets"])}.`,
            };
          }),
      ),
  },
  {
    code: "efa-network-mode",
    severity: "error",
    reads: ["accelerator.efa", "ecs.networkMode", "ecs.taskDefinition"],
    check: (workload) => {
      const { accelerator } = workload;
      const given = givenNetworkMode(workload);
      if (typeof accelerator !== "object" || accelerator.efa !== true) return [];
      if (given === undefined || given.mode === "host") return [];
      return [
        {
          path: given.path,
          message: `${given.text} does not go with accelerator.efa: EFA needs the instance's own network`,
          hint: "Write host, or leave networkMode out.",
        },
      ];
    },
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efa.html
    jsonSchema: () => when(all(given("accelerator.efa", { const: true }), modeIsGiven), modeIs("host")),
  },
  {
    code: "fargate",
    severity: "error",
    reads: ["ecs.capacity"],
    check: ({ ecs }) => {
      const capacity = typeof ecs?.capacity === "object" ? ecs.capacity : {};
      const named = Array.isArray(capacity) ? capacity.map(({ provider }) => provider) : [Object.values(capacity)[0]];
      return named.flatMap((provider, index) =>
        provider !== undefined && isFargate(provider)
          ? [
              {
                path: ["ecs", "capacity", ...(Array.isArray(capacity) ? [index, "provider"] : [])],
                message: `${provider} has no accelerators and takes no task definition for EC2`,
                hint: "Write ec2, managed-instances or the name of a capacity provider of your own.",
              },
            ]
          : [],
      );
    },
    jsonSchema: () =>
      not(
        any(
          ...["provider", "managedInstances"].map((key) =>
            given(`ecs.capacity.${key}`, { enum: [...fargateProviders] }),
          ),
          given("ecs.capacity", {
            type: "array",
            contains: given("provider", { enum: [...fargateProviders] }),
          }),
        ),
      ),
  },
];
