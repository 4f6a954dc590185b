import type { Breach, LintRule } from "../rule.ts";
import { type Subject, type SubjectContainer, itemsOf } from "../subject.ts";
import { containerText } from "../container-text.ts";

/**
 * What the fields of one container say together.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
export const containerRules: readonly LintRule[] = [
  {
    id: "variable-repeated",
    severity: "warning",
    check: ({ containers }) => containers.flatMap(repeatedVariables),
  },
  { id: "tag-twice", severity: "error", check: repeatedTags },
  { id: "ulimit-order", severity: "error", check: ({ containers }) => containers.flatMap(limitsInDisorder) },
  { id: "ulimit-nofile", severity: "error", check: ({ containers }) => containers.flatMap(endlessFiles) },
  { id: "field-of-mode", severity: "error", check: fieldsOfOtherModes },
];

function repeatedVariables({ name, path, given }: SubjectContainer): readonly Breach[] {
  const variables = itemsOf(given.environment, [...path, "environment"]);
  return variables
    .filter(({ item }, index) => variables.findIndex((each) => each.item.name === item.name) < index)
    .map(({ item, path: at }) => ({
      path: [...at, "name"],
      message: `${containerText(name)} has ${item.name} more than once in its environment`,
      fix: "Keep the one that counts.",
    }));
}

/** "For each resource, each tag key must be unique": https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html */
function repeatedTags({ given }: Subject): readonly Breach[] {
  const tags = itemsOf(given.tags, ["tags"]);
  return tags
    .filter(({ item }, index) => item.key !== undefined && tags.findIndex((each) => each.item.key === item.key) < index)
    .map(({ item, path }) => ({
      path: [...path, "key"],
      message: `the tag ${item.key} is there twice`,
      fix: "Keep one of them.",
    }));
}

/** Docker starts no container whose soft limit is above its hard limit; -1 is none at all. */
function limitsInDisorder({ name, path, given }: SubjectContainer): readonly Breach[] {
  const value = (limit: number) => (limit === -1 ? Number.POSITIVE_INFINITY : limit);
  return itemsOf(given.ulimits, [...path, "ulimits"])
    .filter(({ item: { softLimit, hardLimit } }) => {
      return softLimit !== undefined && hardLimit !== undefined && value(softLimit) > value(hardLimit);
    })
    .map(({ item: { name: limit, softLimit, hardLimit }, path: at }) => ({
      path: [...at, "softLimit"],
      message: `the soft limit ${softLimit} of ${limit} is above its hard limit ${hardLimit}: ${name} does not start`,
      fix: `Set softLimit to at most ${hardLimit}, or raise hardLimit.`,
    }));
}

/** "open files" is the one limit that Linux bounds itself, by fs.nr_open: Docker starts no container without one. */
function endlessFiles({ name, path, given }: SubjectContainer): readonly Breach[] {
  return itemsOf(given.ulimits, [...path, "ulimits"])
    .filter(({ item }) => item.name === "nofile" && item.hardLimit === -1)
    .map(({ path: at }) => ({
      path: [...at, "hardLimit"],
      message: `nofile is without limit, which Linux lets no process have: ${containerText(name)} does not start`,
      fix: "Set it to what the container needs, e.g. 1048576.",
    }));
}

/** Each with the network modes that have it, and what RegisterTaskDefinition says of others. */
const ofMode = [
  // "Links are not supported when networkMode=awsvpc."
  { field: "links", modes: ["bridge", "default"], instead: "Containers of one task reach each other on localhost." },
  // "hostname is not supported on container when networkMode=awsvpc."
  { field: "hostname", modes: ["bridge", "default", "none", "host"], instead: "Leave hostname out." },
  // "This parameter isn't supported for Windows containers or tasks that use the awsvpc network mode."
  { field: "extraHosts", modes: ["bridge", "default", "none", "host"], instead: "Use names of the VPC's DNS." },
  // "DNS servers are not supported on container when networkMode=awsvpc"
  { field: "dnsServers", modes: ["bridge", "default", "none", "host"], instead: "The VPC's DNS answers." },
  // "Disable Networking is not supported on container when networkMode=awsvpc"
  { field: "disableNetworking", modes: ["bridge", "default", "none", "host"], instead: "networkMode none has none." },
] as const;

function fieldsOfOtherModes(subject: Subject): readonly Breach[] {
  const { networkMode, given } = subject;
  const inContainers = containerFieldsOfOtherModes(subject);
  // "APPMESH proxy configuration is only supported in networkMode=awsvpc" (RegisterTaskDefinition)
  return given.proxyConfiguration === undefined || networkMode === "awsvpc"
    ? inContainers
    : [
        ...inContainers,
        {
          path: ["proxyConfiguration"],
          message: `proxyConfiguration is for network mode awsvpc, and networkMode is ${networkMode}: RegisterTaskDefinition refuses it`,
          fix: "Set networkMode to awsvpc, or remove proxyConfiguration.",
        },
      ];
}

function containerFieldsOfOtherModes({ networkMode, containers }: Subject): readonly Breach[] {
  return ofMode.flatMap(({ field, modes, instead }) =>
    containers.flatMap(({ given, name, path }) => {
      const value = given[field];
      const isSet = typeof value === "boolean" ? value : value !== undefined && value.length > 0;
      return !isSet || (modes as readonly string[]).includes(networkMode)
        ? []
        : [
            {
              path: [...path, field],
              message: `${containerText(name)} has ${field}, which network mode ${networkMode} does not: RegisterTaskDefinition refuses it`,
              fix: `Remove ${field}. ${instead}`,
            },
          ];
    }),
  );
}
