/** A rule that the sandbox plays, and why it is believed. */
export interface SandboxRule {
  readonly rule: string;
  /** Where AWS or a public repository says so; `not verified` where the sandbox had to choose. */
  readonly source: string;
}

/** AWS's pages that the rules come from, and what is said of a rule that none of them has. */
export const guide = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide";
export const api = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference";
export const agent = "https://github.com/aws/amazon-ecs-agent/blob/master/CHANGELOG.md";
export const unverified = "not verified";
export const issue = (repository: string, number: number): string =>
  `https://github.com/${repository}/issues/${number}`;

/** A rule of cdk-preflight: its authors quote what deployments were refused with. */
export const preflight = (rule: string): string =>
  `https://github.com/badmintoncryer/cdk-preflight/blob/main/rules/ecs/pf-ecs-${rule}/rule.rego`;
