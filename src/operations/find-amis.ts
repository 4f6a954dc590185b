import { present } from "../core/base/present.ts";
import { amiParameters, describeAmiFamily, type AmiFamily } from "../core/catalog/machine-images/ami-families.ts";
import { readAmi, type Ami } from "../core/catalog/machine-images/ami.ts";
import { AiplatError, type ErrorCode, type LocatedProblem } from "../errors.ts";
import type { SsmPort } from "../ports.ts";

export interface AmiSearch {
  readonly regions: readonly string[];
  readonly families: readonly AmiFamily[];
  readonly kubernetesVersion?: string;
  /**
   * The regions are a list of ours, not of the user's: one that is not enabled, or has no such image, is no failure.
   */
  readonly everywhere: boolean;
}

export interface AmiFindings {
  /** In the order of the regions, then of the families. */
  readonly amis: readonly Ami[];
  /** Families that a region which answered does not have. */
  readonly absent: readonly { readonly region: string; readonly family: AmiFamily }[];
  readonly skipped: readonly { readonly region: string; readonly reason: string }[];
  readonly failures: readonly RegionFailure[];
}

interface RegionAnswer extends Pick<AmiFindings, "amis" | "absent"> {
  readonly region: string;
}

/** A region that failed, as one of an error's problems: its code is the error's own. */
interface RegionProblem extends Omit<LocatedProblem, "code"> {
  readonly code: ErrorCode;
}

export interface RegionFailure {
  readonly region: string;
  readonly error: AiplatError;
}

/** Asks all regions at once for the newest image of each family. A region that fails does not keep the others back. */
export async function findAmis(
  ssm: (region: string) => Promise<SsmPort>,
  { regions, families, kubernetesVersion, everywhere }: AmiSearch,
): Promise<AmiFindings> {
  const names = [...new Set(families.flatMap((family) => Object.values(amiParameters(family, kubernetesVersion))))];
  const answers = await Promise.all(
    regions.map(async (region): Promise<RegionAnswer | RegionFailure> => {
      try {
        const { values } = await (await ssm(region)).getParameters(names);
        const found = families.map((family) => ({
          family,
          ami: readFamily(family, region, kubernetesVersion, values),
        }));
        return {
          region,
          amis: found.flatMap(({ ami }) => ami ?? []),
          absent: found.filter(({ ami }) => ami === undefined).map(({ family }) => ({ region, family })),
        };
      } catch (error) {
        // A mistake of ours, and Ctrl-C, end the whole command.
        if (
          !(error instanceof AiplatError) ||
          error.code === "Interrupted" ||
          error.code === "Bug" ||
          error.code === "Usage"
        )
          throw error;
        return { region, error };
      }
    }),
  );
  const answered = answers.filter((each): each is RegionAnswer => "amis" in each);
  const failed = answers.filter((each): each is RegionFailure => "error" in each);
  // Where the same credentials work elsewhere, a region that does not know them is one the account has not enabled.
  const isSkipped = ({ error }: RegionFailure) =>
    everywhere && answered.length > 0 && error.details["unknownCredentials"] === true;
  return {
    amis: answered.flatMap((each) => each.amis),
    absent: answered.flatMap((each) => each.absent),
    skipped: failed.filter(isSkipped).map(({ region }) => ({ region, reason: "not enabled for this account" })),
    failures: failed.filter((each) => !isSkipped(each)),
  };
}

/**
 * The error of regions that failed, naming each; undefined where none did. Where all failed for one reason, such as no
 * credentials, it is that error itself.
 */
export function failureOf(failures: readonly RegionFailure[], regions: number): AiplatError | undefined {
  const first = failures[0];
  if (first === undefined) return undefined;
  if (
    failures.length === regions &&
    failures.every(
      ({ error }) => error.code === first.error.code && error.details["awsCode"] === first.error.details["awsCode"],
    )
  )
    return first.error;
  const problems = failures.map(({ region, error }): RegionProblem => ({
    severity: "error",
    code: error.code,
    message: error.message,
    flag: `--region ${region}`,
    ...present({ hint: error.hint }),
  }));
  return new AiplatError(
    "OperationFailed",
    `${failures.length} of ${regions} regions failed: ${failures.map(({ region }) => region).join(", ")}`,
    { details: { problems } },
  );
}

/** The failure of a region that the user named and that does not have the image. */
export function absence(region: string, family: AmiFamily, kubernetesVersion: string | undefined): RegionFailure {
  const { image } = amiParameters(family, kubernetesVersion);
  const hint =
    kubernetesVersion === undefined || family.orchestrator === "ecs"
      ? "AWS publishes it in other regions: --all-regions shows which."
      : `Does EKS offer Kubernetes ${kubernetesVersion} there? aws eks describe-cluster-versions tells.`;
  return {
    region,
    error: new AiplatError(
      "NotFound",
      `${region} has no ${describeAmiFamily(family)} AMI: there is no parameter ${image}`,
      { hint, details: { region, parameter: image } },
    ),
  };
}

function readFamily(
  family: AmiFamily,
  region: string,
  kubernetesVersion: string | undefined,
  values: ReadonlyMap<string, string>,
): Ami | undefined {
  try {
    return readAmi(family, region, kubernetesVersion, values);
  } catch (error) {
    throw new AiplatError("AwsError", error instanceof Error ? error.message : String(error), {
      cause: error,
      details: { region },
    });
  }
}
