import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { hostSettingOf } from "../catalog/instance-types/host-settings.ts";
import { defaultImdsHopLimit } from "../catalog/machine-settings.ts";
import { fail, ok, skip, someOf, warn, type CheckItem } from "../base/check-report.ts";
import { ageInDays } from "../base/counted.ts";
import { launchTemplateDrift } from "./check-drift.ts";
import { recordOf } from "./deployed-stack.ts";
import { efaIsKept, efaKeptFrom, efaRuleCommands } from "./security-groups.ts";
import {
  clusterJoined,
  efaGroupsOf,
  efaInterfacesOf,
  imageOf,
  imageParameterOf,
  isOwn,
  launchedTypes,
  parameterOfName,
  userDataOf,
  type ObservedTemplate,
  type ObservedCapacity,
} from "./observed-capacity.ts";
import type { GroupDetail } from "./scaling-group.ts";

type WithGroup = ObservedCapacity & { readonly group: GroupDetail };
type WithTemplate = WithGroup & { readonly template: ObservedTemplate };

const deployAgain = "Deploy it again: aiplat capacity deploy.";

/** Whether the machines that a group starts next are as they should be, and those that it has are like them. */
export function checkLaunchTemplate(
  capacity: WithGroup,
  { cluster, now }: { readonly cluster: string; readonly now: number },
): readonly CheckItem[] {
  const { template, group } = capacity;
  if (template === undefined)
    return [
      fail(
        "launch-template",
        group.launchTemplate === undefined
          ? `group ${group.name} has no launch template`
          : `the launch template of group ${group.name} is not there (${group.launchTemplate.id}, version ${group.launchTemplate.version})`,
        deployAgain,
      ),
    ];
  const known = { ...capacity, template };
  // A template that CloudFormation finds unchanged it deploys no second time.
  const again = launchTemplateDrift(capacity)?.fix ?? deployAgain;
  return [
    ...checkCluster(known, cluster, again),
    ...checkImage(known, now),
    ...checkMetadata(known, again),
    ...checkEfa(known, again),
    ...checkEfaRules(known),
    ...checkHostSetting(known, again),
    ...checkVersions(known),
  ];
}

function checkCluster({ template }: WithTemplate, cluster: string, again: string): readonly CheckItem[] {
  const joined = clusterJoined(userDataOf(template));
  return [
    joined === cluster
      ? ok("user-data", `its machines join cluster ${cluster}`)
      : fail("user-data", `the user data has its machines join cluster ${joined}, not ${cluster}`, again),
  ];
}

function checkImage(capacity: WithTemplate, now: number): readonly CheckItem[] {
  const { template, image, currentImage } = capacity;
  const id = imageOf(template);
  // `resolve:ssm:` has EC2 ask for the newest at each launch.
  if (id === undefined || !id.startsWith("ami-")) return [];
  if (image === undefined)
    return [
      fail(
        "machine-image",
        `its image ${id} is not there: no machine starts`,
        "aiplat capacity deploy takes the current one.",
      ),
    ];
  const tagged = imageParameterOf(capacity);
  const parameter = tagged ?? parameterOfName(image.name);
  const age = image.createdAt === undefined ? "" : `, ${ageInDays(image.createdAt, now)}`;
  if (parameter === undefined)
    return [
      skip(
        "machine-image",
        `its image ${id} (${image.name}${age}) is no image that AWS keeps current: whether there is a newer one is not known`,
      ),
    ];
  if (currentImage === undefined)
    return [skip("machine-image", `the parameter of its image ${id} (${image.name}${age}) is not there: ${parameter}`)];
  if (currentImage === id) return [ok("machine-image", `its image ${id} is the current one`)];
  const older = `its image ${id} (${image.name}${age}) is older than the current one, ${currentImage} (${parameter})`;
  // Without the tag somebody has named the image, and may want this one.
  return [
    tagged === undefined
      ? warn(
          "machine-image",
          older,
          "aiplat capacity deploy without --image-id takes it for new machines; aiplat ami roll replaces those that run.",
        )
      : fail(
          "machine-image",
          older,
          "aiplat capacity deploy takes it for new machines; aiplat ami roll replaces those that run.",
        ),
  ];
}

/** Half of the interfaces is a mistake; none at all may be meant so. What a workload wants is checked with its needs. */
function checkEfa(capacity: WithTemplate, again: string): readonly CheckItem[] {
  const count = efaInterfacesOf(capacity.template);
  return launchedTypes(capacity).flatMap((type) => {
    const most = findInstanceType(type)?.efaInterfaces ?? 0;
    if (count === 0 || most === 0) return [];
    return [
      count === most
        ? ok("efa-interfaces", `its machines have all ${most} EFA interfaces of ${type}`)
        : fail(
            "efa-interfaces",
            `its machines have ${count} of the ${most} EFA interfaces of ${type}`,
            again === deployAgain ? "Deploy it again: aiplat capacity deploy --efa." : again,
          ),
    ];
  });
}

/** EFA's traffic stays within a group that lets it: without its rules NCCL and the Neuron runtime wait for each other. */
function checkEfaRules({ template, securityGroups }: WithTemplate): readonly CheckItem[] {
  const names = efaGroupsOf(template);
  if (names.length === 0) return [];
  const missing = names.filter((name) => !securityGroups.some(({ id }) => id === name));
  if (missing.length > 0)
    return [
      fail(
        "security-group",
        `the security group ${someOf(missing)} of its EFA interfaces is not there: no machine starts`,
        "aiplat capacity deploy with another --security-group, or with none, which makes one.",
      ),
    ];
  const kept = efaKeptFrom(securityGroups.filter(({ id }) => names.includes(id)));
  if (kept.length === 0) return [ok("security-group", `EFA passes among the members of ${someOf(names)}`)];
  return [fail("security-group", efaIsKept(names, kept, "its machines"), efaRuleCommands(names[0]!, kept))];
}

/**
 * Containers on a bridge are a hop further from the metadata service than the machine: with a limit of 1 they get no
 * answer, and with it no region and no role of the machine's. What says nothing has its image's settings.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
 */
function checkMetadata({ name, template, stack }: WithTemplate, again: string): readonly CheckItem[] {
  const options = recordOf(template["MetadataOptions"]);
  const wrong = isOwn(name) ? fail : warn;
  if (options === undefined)
    return isOwn(name) ? [fail("metadata", "its launch template leaves the metadata service to the image", again)] : [];
  const { HttpEndpoint, HttpTokens, HttpPutResponseHopLimit = defaultImdsHopLimit } = options;
  if (HttpEndpoint === "disabled")
    return [fail("metadata", "the metadata service of its machines is off: their ECS agents cannot start", again)];
  const data = recordOf(stack?.properties?.get("LaunchTemplate")?.["LaunchTemplateData"]);
  const meant = Number(recordOf(data?.["MetadataOptions"])?.["HttpPutResponseHopLimit"] ?? defaultImdsHopLimit);
  const hops = Number(HttpPutResponseHopLimit);
  const found = [
    ...(HttpTokens === "required" ? [] : ["answers without a token (IMDSv1)"]),
    ...(hops < Math.min(meant, defaultImdsHopLimit) ? [`has a hop limit of ${hops}: containers get no answer`] : []),
  ];
  return found.length === 0
    ? [ok("metadata", `the metadata service of its machines wants a token, with a hop limit of ${hops}`)]
    : [wrong("metadata", `the metadata service of its machines ${found.join(", and ")}`, again)];
}

function checkHostSetting(capacity: WithTemplate, again: string): readonly CheckItem[] {
  return launchedTypes(capacity).flatMap((type) => {
    const setting = hostSettingOf(type);
    if (setting === undefined || userDataOf(capacity.template).includes(setting.name)) return [];
    return [
      fail("user-data", `${type} needs ${setting.name} = ${setting.value}, which the user data does not set`, again),
    ];
  });
}

/** Machines that were started from an earlier version stay as they are until they are replaced. */
function checkVersions({ group, newestVersion }: WithTemplate): readonly CheckItem[] {
  if (newestVersion === undefined || group.instances.length === 0) return [];
  const old = group.instances.filter(
    ({ launchTemplate }) => launchTemplate !== undefined && launchTemplate.version !== newestVersion,
  );
  if (old.length === 0) return [ok("version", `its machines are of version ${newestVersion} of the launch template`)];
  return [
    warn(
      "version",
      `${someOf(old.map(({ id }) => id))} ${old.length === 1 ? "is" : "are"} of an earlier version of the launch template than ${newestVersion}`,
      "aiplat ami roll replaces them one after the other.",
    ),
  ];
}
