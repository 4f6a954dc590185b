/** Anything of the shape that DescribeTaskDefinition answers. */
import fc from "fast-check";
import { isRaw, type Raw } from "../../src/core/base/merge.ts";
import type { Path } from "../../src/core/base/problem.ts";
import { lintTaskDefinition } from "../../src/core/ecs/lint/lint.ts";
import type { RegisteredTaskDefinition } from "../../src/core/ecs-api/api.ts";
import { asRegistered } from "./imports.ts";

export const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const containerName = fc.oneof(word, fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/));
export const label = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._/-]{0,12}$/);
/** What people write: numbers, dates, YAML's own words, quotes, several lines. */
const text = fc.oneof(
  label,
  fc.constantFrom(
    "yes",
    "1.10",
    "0x1F",
    "null",
    "",
    " x ",
    "a: b # c",
    'it\'s "so"',
    "two\nlines\n",
    "2026-01-01",
    "~",
    "- a",
    "é",
  ),
);
export const positive = fc.integer({ min: 1, max: 4096 });
export const arn = (service: string) => word.map((name) => `arn:aws:${service}:us-east-1:111122223333:${name}`);
const named = <T>(value: fc.Arbitrary<T>) =>
  fc.uniqueArray(fc.record({ name: label, value }), { maxLength: 3, selector: ({ name }) => name });
/** Each field is there or not. */
export const some = <T extends object>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record(model, { requiredKeys: [] });
export const few = <T>(item: fc.Arbitrary<T>, selector: (each: T) => unknown = JSON.stringify) =>
  fc.uniqueArray(item, { maxLength: 3, selector });

const ports = (networkMode: string | undefined) =>
  few(
    fc.oneof(
      fc
        .record({
          containerPort: fc.integer({ min: 1, max: 9999 }),
          protocol: fc.constantFrom("tcp", "udp", undefined),
          host: fc.boolean(),
          name: fc.option(word, { nil: undefined }),
          appProtocol: fc.constantFrom("http", "grpc", undefined),
        })
        .map(({ host, ...port }) => ({
          ...port,
          ...(host
            ? {
                hostPort:
                  networkMode === "bridge" || networkMode === undefined
                    ? port.containerPort + 10_000
                    : port.containerPort,
              }
            : {}),
        })),
      fc
        .integer({ min: 20_000, max: 29_000 })
        .map((first) => ({ containerPortRange: `${first}-${first + 5}`, protocol: "tcp" as const })),
    ),
    (port) =>
      `${JSON.stringify("containerPort" in port ? port.containerPort : port.containerPortRange)}/${port.protocol ?? "tcp"}`,
  );

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html */
const linuxParameters = some({
  capabilities: some({
    add: few(fc.constantFrom("SYS_PTRACE", "IPC_LOCK", "NET_ADMIN")),
    drop: few(fc.constantFrom("ALL", "MKNOD")),
  }),
  devices: few(
    some({ containerPath: label, permissions: few(fc.constantFrom("read", "write", "mknod")) }).chain((device) =>
      fc
        .constantFrom("/dev/fuse", "/dev/neuron0", "/dev/neuron11", "/dev/neuron2")
        .map((hostPath) => ({ hostPath, ...device })),
    ),
    ({ hostPath }) => hostPath,
  ),
  initProcessEnabled: fc.boolean(),
  sharedMemorySize: positive,
  tmpfs: few(
    fc.record({ containerPath: label, size: positive, mountOptions: few(fc.constantFrom("ro", "noexec")) }),
    ({ containerPath }) => containerPath,
  ),
  maxSwap: fc.integer({ min: 0, max: 9 }),
  swappiness: fc.integer({ min: 0, max: 100 }),
});

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const container = (name: string, networkMode: string | undefined, others: readonly string[]) =>
  fc
    .tuple(
      fc.record({
        image: fc.constantFrom(
          "busybox",
          "public.ecr.aws/x/y:1.10",
          "111122223333.dkr.ecr.us-east-1.amazonaws.com/a/b@sha256:0123456789abcdef",
        ),
        size: fc.constantFrom("memory", "memoryReservation", "both"),
        memory: fc.integer({ min: 6, max: 4096 }),
      }),
      some({
        cpu: fc.integer({ min: 0, max: 4096 }),
        essential: fc.boolean(),
        entryPoint: fc.array(text, { maxLength: 2 }),
        command: fc.array(text, { maxLength: 2 }),
        environment: named(text),
        environmentFiles: few(fc.record({ type: fc.constant("s3"), value: arn("s3") })),
        secrets: fc.uniqueArray(fc.record({ name: label, valueFrom: fc.oneof(arn("ssm"), label) }), {
          maxLength: 2,
          selector: ({ name }) => name,
        }),
        mountPoints: few(
          fc.record({ sourceVolume: word, containerPath: label, readOnly: fc.boolean() }),
          ({ containerPath }) => containerPath,
        ),
        volumesFrom: few(
          fc.record({ sourceContainer: word, readOnly: fc.boolean() }),
          ({ sourceContainer }) => sourceContainer,
        ),
        portMappings: ports(networkMode),
        linuxParameters,
        ulimits: few(
          fc.record({
            name: fc.constantFrom("nofile", "memlock"),
            softLimit: fc.constantFrom(-1, 10),
            hardLimit: fc.constantFrom(-1, 20),
          }),
          ({ name: each }) => each,
        ),
        dependsOn: few(
          fc.record({
            containerName: fc.constantFrom(...others),
            condition: fc.constantFrom("START", "HEALTHY", "COMPLETE"),
          }),
          ({ containerName }) => containerName,
        ),
        healthCheck: fc.record({
          command: fc.constant(["CMD-SHELL", "exit 0"]),
          interval: fc.constantFrom(30, 10),
          retries: fc.constantFrom(3, 5),
        }),
        logConfiguration: fc.constantFrom(
          { logDriver: "awsfirelens", options: { Name: "cloudwatch" } },
          { logDriver: "awslogs", options: { "awslogs-group": "/a", "awslogs-region": "us-east-1" } },
          { logDriver: "splunk", secretOptions: [{ name: "token", valueFrom: "t" }] },
        ),
        firelensConfiguration: fc.constantFrom(
          { type: "fluentbit" },
          { type: "fluentd", options: { "enable-ecs-log-metadata": "true" } },
        ),
        resourceRequirements: fc.constantFrom(
          [{ type: "GPU", value: "1" }],
          [{ type: "GPU", value: "ALL" }],
          [{ type: "GPU", sharingStrategy: { nvidiaMps: { memory: 1024 } } }],
        ),
        repositoryCredentials: fc.record({ credentialsParameter: arn("secretsmanager") }),
        restartPolicy: fc.constant({ enabled: true, ignoredExitCodes: [0, 137], restartAttemptPeriod: 60 }),
        systemControls: few(
          fc.record({
            namespace: fc.constantFrom("net.core.somaxconn", "net.ipv4.tcp_keepalive_time"),
            value: fc.constant("1"),
          }),
          ({ namespace }) => namespace,
        ),
        extraHosts: few(fc.record({ hostname: word, ipAddress: fc.constant("10.0.0.1") }), ({ hostname }) => hostname),
        dockerLabels: fc.dictionary(label, text, { maxKeys: 2 }),
        dockerSecurityOptions: few(fc.constantFrom("no-new-privileges", "label:x")),
        dnsServers: fc.uniqueArray(fc.constantFrom("10.0.0.2", "10.0.0.1")),
        links: few(fc.constantFrom("b:c", "a")),
        startTimeout: positive,
        stopTimeout: positive,
        user: fc.constantFrom("1000", "0", "1000:1000", "root"),
        workingDirectory: label,
        hostname: word,
        privileged: fc.boolean(),
        readonlyRootFilesystem: fc.boolean(),
        pseudoTerminal: fc.boolean(),
        interactive: fc.boolean(),
        disableNetworking: fc.boolean(),
        versionConsistency: fc.constantFrom("enabled", "disabled"),
        newContainerField: fc.constantFrom({ deep: [{ name: "x", devices: [{ a: 1 }] }] }, "text"),
      }),
    )
    .map(([{ image, size, memory }, rest]) => ({
      name,
      image,
      ...(size === "memory"
        ? { memory }
        : size === "memoryReservation"
          ? { memoryReservation: memory }
          : { memory, memoryReservation: 6 }),
      ...rest,
    }));

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html */
const volume = fc
  .tuple(
    word,
    fc.oneof(
      fc.constant({ host: {} }),
      fc.record({ host: fc.record({ sourcePath: label }) }),
      fc.record({
        efsVolumeConfiguration: some({
          rootDirectory: label,
          transitEncryption: fc.constantFrom("ENABLED", "DISABLED"),
          transitEncryptionPort: positive,
          authorizationConfig: some({ accessPointId: word, iam: fc.constantFrom("ENABLED", "DISABLED") }),
        }).map((efs) => ({ fileSystemId: "fs-1", ...efs })),
      }),
      fc.record({
        dockerVolumeConfiguration: some({
          scope: fc.constantFrom("task", "shared"),
          autoprovision: fc.boolean(),
          driver: fc.constantFrom("local", "rexray"),
          driverOpts: fc.dictionary(label, label, { maxKeys: 2 }),
          labels: fc.dictionary(label, text, { maxKeys: 2 }),
        }),
      }),
      fc.constant({ configuredAtLaunch: true }),
      fc.record({
        fsxWindowsFileServerVolumeConfiguration: fc.record({
          fileSystemId: word,
          rootDirectory: label,
          authorizationConfig: fc.record({ credentialsParameter: arn("ssm"), domain: label }),
        }),
      }),
    ),
  )
  .map(([name, rest]) => ({ name, ...rest }));

export const tags = fc.uniqueArray(fc.record({ key: label.filter((key) => !/^aws/i.test(key)), value: text }), {
  maxLength: 3,
  selector: ({ key }) => key,
});

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html */
export const definition = fc
  .record({
    networkMode: fc.constantFrom("bridge", "host", "awsvpc", "none", undefined),
    names: fc.uniqueArray(containerName, { minLength: 1, maxLength: 3 }),
    family: label.map((name) => name.replace(/[./]/g, "_")),
  })
  .chain(({ networkMode, names, family }) =>
    fc
      .tuple(
        fc.tuple(...names.map((name) => container(name, networkMode, names))),
        some({
          taskRoleArn: fc.constantFrom("arn:aws:iam::111122223333:role/task", "shortName"),
          executionRoleArn: fc.constantFrom("arn:aws:iam::111122223333:role/path/execution", "shortName"),
          cpu: fc.constantFrom("1024", "1 vCPU", "256"),
          memory: fc.constantFrom("2048", "2 GB"),
          volumes: few(volume, ({ name }) => name),
          placementConstraints: few(
            fc.record({
              type: fc.constant("memberOf"),
              expression: fc.constantFrom(
                "attribute:ecs.instance-type == inf2.24xlarge",
                "attribute:ecs.instance-type =~ g5.*",
                "attribute:ecs.instance-type in [g5.xlarge, g5.2xlarge]",
                "attribute:stack == prod",
                "attribute:ecs.instance-type == g5.12xlarge",
              ),
            }),
          ),
          requiresCompatibilities: fc.constantFrom(["EC2"], ["EC2", "MANAGED_INSTANCES"], ["MANAGED_INSTANCES"], []),
          runtimePlatform: some({
            cpuArchitecture: fc.constantFrom("X86_64", "ARM64"),
            operatingSystemFamily: fc.constant("LINUX"),
          }),
          proxyConfiguration: fc.constant({
            type: "APPMESH",
            containerName: names[0]!,
            properties: [
              { name: "ProxyIngressPort", value: "15000" },
              { name: "AppPorts", value: "80" },
            ],
          }),
          pidMode: fc.constantFrom("task", "host"),
          ipcMode: fc.constantFrom("task", "none"),
          enableFaultInjection: fc.boolean(),
          ephemeralStorage: fc.record({ sizeInGiB: positive }),
          newField: fc.constantFrom("x", { name: [1, 2] }),
          tags,
        }),
      )
      // ECS has no other mode for them, and wants it written.
      .filter(
        ([, { requiresCompatibilities = [] }]) =>
          requiresCompatibilities.join() !== "MANAGED_INSTANCES" || networkMode === "host" || networkMode === "awsvpc",
      )
      // A log router or a proxy is nobody's workload.
      .filter(([containers, { proxyConfiguration }]) =>
        containers.some(
          (each) => !("firelensConfiguration" in each) && each.name !== proxyConfiguration?.containerName,
        ),
      )
      .map(([containerDefinitions, rest]) =>
        asRegistered({ family, ...(networkMode === undefined ? {} : { networkMode }), containerDefinitions, ...rest }),
      ),
  );

/**
 * A definition that the linter has no error of: what was wrong is left out, field by field. One in which something is
 * missing is none.
 */
export const rightDefinition = definition
  .map((registered) => {
    let right = registered;
    for (let tries = 0; tries < 50; tries += 1) {
      const wrong = lintTaskDefinition(right).find(({ severity }) => severity === "error");
      if (wrong === undefined) return right;
      right = without(right, wrong.path);
    }
    return undefined;
  })
  .filter((right) => right !== undefined);

/** Without the field of the task, or of a container, that a path leads into; without devices where it leads nowhere. */
function without(registered: RegisteredTaskDefinition, [list, index, field]: Path): RegisteredTaskDefinition {
  const omit = (object: Raw, name: unknown) =>
    Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
  if (list !== undefined && list !== "containerDefinitions")
    return omit(registered, list) as unknown as RegisteredTaskDefinition;
  const containerDefinitions = registered.containerDefinitions.map((container, at) =>
    (index === undefined || index === at) && isRaw(container) ? omit(container, field ?? "linuxParameters") : container,
  );
  return { ...registered, containerDefinitions } as unknown as RegisteredTaskDefinition;
}
