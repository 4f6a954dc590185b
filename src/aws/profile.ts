import { present } from "../core/base/present.ts";
import { loadSharedConfigFiles } from "@smithy/core/config";
import type { Context, GlobalOptions } from "../context.ts";
import { AiplatError } from "../errors.ts";
import type { AwsService } from "./config.ts";

type Env = Context["env"];

/** The profile in use, with what its sections of ~/.aws/config and ~/.aws/credentials say. */
export interface Profile {
  /** Undefined where none was named: then `default`, if there is one. */
  readonly name?: string;
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** The `[services NAME]` section that the profile points to. */
  readonly services: Readonly<Record<string, string | undefined>>;
}

/**
 * The names that AWS gives a service in AWS_ENDPOINT_URL_<SERVICE> and in `[services]` sections.
 * https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html
 */
const endpointNames: Readonly<Record<AwsService, string>> = {
  ecs: "ecs",
  ssm: "ssm",
  logs: "cloudwatch_logs",
  eks: "eks",
  ec2: "ec2",
  sts: "sts",
  autoscaling: "auto_scaling",
  cloudformation: "cloudformation",
  elasticloadbalancing: "elastic_load_balancing_v2",
  iam: "iam",
  ecr: "ecr",
  secretsmanager: "secrets_manager",
  servicequotas: "service_quotas",
};

/**
 * Reads the profile that --profile, AWS_PROFILE or AWS_DEFAULT_PROFILE names. A
 * named one must exist, as for the AWS CLI.
 */
export async function readProfile(options: Pick<GlobalOptions, "profile">, env: Env): Promise<Profile> {
  const configFilepath = env["AWS_CONFIG_FILE"] || undefined;
  const filepath = env["AWS_SHARED_CREDENTIALS_FILE"] || undefined;
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    ...present({ configFilepath, filepath }),
  });
  const name = options.profile || env["AWS_PROFILE"] || env["AWS_DEFAULT_PROFILE"] || undefined;
  const key = name ?? "default";
  const found = configFile[key] !== undefined || credentialsFile[key] !== undefined;
  if (name !== undefined && !found) {
    // Sections such as [services dev] and [sso-session dev] are in the same file under names with a dot.
    const names = [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])].filter(
      (each) => !/^(services|sso-session)\./.test(each),
    );
    throw new AiplatError("NoCredentials", `there is no profile ${name} in the AWS configuration`, {
      hint:
        names.length === 0
          ? `Make it with aws configure --profile ${name} or aws configure sso --profile ${name}.`
          : `Those there are: ${names.toSorted().join(", ")}.`,
    });
  }
  const settings = { ...configFile[key], ...credentialsFile[key] };
  return {
    ...present({ name }),
    settings,
    services: configFile[`services.${settings["services"]}`] ?? {},
  };
}

/** A region with what named it. */
export interface NamedRegion {
  readonly name: string;
  readonly source: string;
}

/**
 * The region in the AWS CLI's order: --region, AWS_REGION, AWS_DEFAULT_REGION, the
 * profile's; undefined where none says.
 */
export function chooseRegion(
  options: Pick<GlobalOptions, "regions">,
  env: Env,
  profile: Profile,
): NamedRegion | undefined {
  const candidates: readonly (readonly [source: string, name: string | undefined])[] = [
    ["--region", options.regions[0]],
    ["AWS_REGION", env["AWS_REGION"]],
    ["AWS_DEFAULT_REGION", env["AWS_DEFAULT_REGION"]],
    [`profile ${profile.name ?? "default"}`, profile.settings["region"]],
  ];
  const [source, name] = candidates.find(([, each]) => each) ?? [];
  return source === undefined || name === undefined ? undefined : { name, source };
}

/** What names a region that a command calls; undefined where the user did not: an ARN may, or the catalogue. */
export function sourceOf(
  region: string,
  options: Pick<GlobalOptions, "regions">,
  named: NamedRegion | undefined,
): string | undefined {
  if (options.regions.includes(region)) return "--region";
  return named?.name === region ? named.source : undefined;
}

/** The error of a command that needs a region where none is named. */
export function noRegion(profile: Profile): AiplatError {
  const flag = profile.name === undefined ? "" : ` --profile ${profile.name}`;
  return new AiplatError("NoRegion", "no AWS region is named", {
    hint: `Give --region, set AWS_REGION, or run aws configure set region us-east-1${flag}`,
  });
}

/**
 * A region's name, checked before a call goes to a host that cannot exist.
 * Regions have no list that holds for every partition and emulator, so only what cannot be one is refused.
 */
export function checkRegion(region: string): string {
  const zone = /^([a-z]{2}(?:-[a-z]+)+-\d+)[a-z]$/.exec(region);
  if (zone !== null)
    throw new AiplatError("Usage", `${region} is an availability zone, not a region`, { hint: `Write ${zone[1]}.` });
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(region))
    throw new AiplatError("Usage", `${region || "an empty text"} is not a region's name`, {
      hint: "Write it as us-east-1.",
    });
  return region;
}

/**
 * The endpoints that are not AWS's own, in the order of
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html: --endpoint-url,
 * AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's services section, the profile's endpoint_url.
 */
export function chooseEndpoints(
  options: Pick<GlobalOptions, "endpointUrl">,
  env: Env,
  profile: Profile,
): Readonly<Partial<Record<AwsService, string>>> {
  const configured = !isTrue(
    env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] || profile.settings["ignore_configured_endpoint_urls"],
  );
  const candidates = (service: AwsService): readonly (readonly [source: string, url: string | undefined])[] => {
    const name = endpointNames[service];
    const variable = `AWS_ENDPOINT_URL_${name.toUpperCase()}`;
    if (!configured) return [["--endpoint-url", options.endpointUrl]];
    return [
      ["--endpoint-url", options.endpointUrl],
      [variable, env[variable]],
      ["AWS_ENDPOINT_URL", env["AWS_ENDPOINT_URL"]],
      ["the profile's services", profile.services[`${name}.endpoint_url`]],
      ["the profile's endpoint_url", profile.settings["endpoint_url"]],
    ];
  };
  const endpoints: Partial<Record<AwsService, string>> = {};
  for (const service of Object.keys(endpointNames) as AwsService[]) {
    const [source, url] = candidates(service).find(([, each]) => each) ?? [];
    if (source === undefined || url === undefined) continue;
    endpoints[service] = checkEndpoint(source, url);
  }
  return endpoints;
}

/** A message never repeats what stands before an @: it may be a password. */
function checkEndpoint(source: string, url: string): string {
  if (/^[a-z]+:\/\/[^/]*@/i.test(url))
    throw new AiplatError("Usage", `${source}: the URL holds a user or a password, and requests to AWS carry none`, {
      hint: "Leave out what stands before the @. Credentials come from the environment or the profile.",
    });
  const problem = endpointProblem(url);
  if (problem !== undefined) {
    const { what, hint } = problem;
    throw new AiplatError("Usage", `${source}: ${url.replace(/^.*@/, "***@")} ${what}`, { hint });
  }
  return url;
}

/** What is wrong with an endpoint, by what of it is wrong; undefined where nothing is. */
function endpointProblem(url: string): { readonly what: string; readonly hint: string } | undefined {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url) ?? [];
  if (scheme === undefined)
    return { what: "is not a URL", hint: "Write it with its scheme, e.g. http://localhost:5000" };
  if (!/^https?$/.test(scheme))
    return /^https?$/i.test(scheme)
      ? { what: `has its scheme in capitals`, hint: `Write ${scheme.toLowerCase()}://.` }
      : {
          what: `has the scheme ${scheme}, and AWS is called over HTTP`,
          hint: "Write http:// or https:// in its place.",
        };
  const [, host = ""] = /^https?:\/\/([^/?#]*)/.exec(url) ?? [];
  if (host === "" || host.startsWith(":")) return { what: "names no host", hint: "Write it as http://localhost:5000" };
  if (URL.canParse(url)) return undefined;
  // What is a URL without its port has a port that is none.
  const [, port] = /:([^:\]]*)$/.exec(host) ?? [];
  return port !== undefined && URL.canParse(`http://${host.slice(0, -port.length - 1)}`)
    ? { what: `has the port ${port}, and ports go from 1 to 65535`, hint: "Write it as http://localhost:5000" }
    : { what: `has the host ${host}, which cannot be one`, hint: "Write it as http://localhost:5000" };
}

function isTrue(text: string | undefined): boolean {
  return text?.toLowerCase() === "true";
}
