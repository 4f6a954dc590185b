import { missingImageWord, steering } from "./model/behaviour.ts";
import { missingFileSystemWord, missingRoleWord } from "./model/volumes.ts";
import { sandboxRules } from "./rules.ts";
import { services } from "./wire/services.ts";

const titles = {
  ecs: "Amazon ECS",
  ssm: "SSM Parameter Store",
  logs: "CloudWatch Logs",
  sts: "STS",
  autoscaling: "EC2 Auto Scaling",
  cloudformation: "AWS CloudFormation",
  ec2: "EC2",
} as const;

/** The part of docs/sandbox.md that the code knows best, as Markdown. */
export function sandboxReference(): string {
  const variables = Object.entries(steering).map(([name, does]) => `| \`${name}\` | ${does} |`);
  const offered = services.map(
    ({ name, operations }) => `- **${titles[name]}**: ${Object.keys(operations).sort().join(", ")}`,
  );
  const rules = Object.entries(sandboxRules).map(
    ([area, rows]) =>
      `### ${area}\n\n| rule | source |\n|---|---|\n` +
      `${rows.map(({ rule, source }) => `| ${rule} | ${source} |`).join("\n")}`,
  );
  return `## How a container behaves

| variable in its environment | what it does |
|---|---|
${variables.join("\n")}

An image with \`${missingImageWord}\` in its name cannot be pulled; a file system of EFS or S3 Files with \`${missingFileSystemWord}\` in its id
cannot be mounted, and a role with \`${missingRoleWord}\` in its name attaches no EBS volume.

## Operations

${offered.join("\n")}

## Rules and their sources

${rules.join("\n\n")}
`;
}
