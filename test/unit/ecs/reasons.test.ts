import { describe, expect, it } from "vitest";
import { explainExitCode, explainReason } from "../../../src/core/ecs/reasons.ts";

// Texts as the agent, the scheduler and AWS's pages give them, with a word that only the right row says.
const cases: readonly (readonly [reason: string, what: RegExp, hint: RegExp])[] = [
  ["RESOURCE:CPU", /enough CPU/, /--cpu/],
  ["RESOURCE:MEMORY", /enough memory/, /--memory/],
  ["RESOURCE:PORTS", /host port.*Neuron device/, /task list/],
  ["RESOURCE:PORTS_UDP", /host port.*Neuron device/, /task list/],
  ["RESOURCE:PORTS:28700", /host port.*Neuron device/, /task list/],
  ["RESOURCE:ENI", /network interface/, /bridge/],
  ["RESOURCE:GPU", /GPUs/, /--devices/],
  ["RESOURCE:FPGA", /a resource/, /ask for less/],
  ["AGENT", /agent is not connected/, /systemctl/],
  ["ATTRIBUTE", /lacks something/, /ami latest/],
  ["LOCATION", /availability zone/, /subnet/],
  ["MISSING", /does not know/, /--cluster/],
  ["INACTIVE", /left the cluster/, /again/],
  ["MemberOf placement constraint unsatisfied.", /placement constraints/, /--instance-type/],
  ["DistinctInstance placement constraint unsatisfied.", /same group/, /Add an instance/],
  ["No Container Instances were found in your cluster.", /no instance to run on/, /vCPU quota/],
  ["TaskFailedToStart: EMPTY CAPACITY PROVIDER", /capacity provider/, /maximum size/],
  ["TaskFailedToStart: NO ACTIVE INSTANCES", /no active instance/, /desired size/],
  ["TaskFailedToStart: RESOURCE:MEMORY", /enough memory/, /--memory/],
  ["TaskFailedToStart", /did not start/, /containers/],
  [
    "Capacity is unavailable at this time. Please try again later or in a different availability zone",
    /no capacity/,
    /another availability zone/,
  ],
  ["You have requested more vCPU capacity than your current vCPU limit of 0 allows", /quota/, /Service Quotas/],
  [
    "CannotPullContainerError: Error response from daemon: manifest for app:none not found: manifest unknown",
    /no such image/,
    /tag/,
  ],
  ["CannotPullContainerError: pull access denied for app, repository does not exist", /refused/, /ecr:BatchGetImage/],
  ["CannotPullContainerError: failed to register layer: write /opt/x: no space left on device", /disk/, /volume/],
  [
    "CannotPullContainerError: no matching manifest for linux/arm64/v8 in the manifest list entries",
    /architecture/,
    /amd64/,
  ],
  ["CannotPullContainerError: toomanyrequests: You have reached your pull rate limit", /limits/, /ECR/],
  ["CannotPullECRContainerError: RequestError: send request failed", /could not be pulled/, /NAT/],
  [
    'CannotStartContainerError: Error response from daemon: error gathering device information while adding custom device "/dev/neuron3": no such file or directory',
    /no such device/,
    /Neuron machine image/,
  ],
  [
    'CannotStartContainerError: Error response from daemon: could not select device driver "" with capabilities: [[gpu]]',
    /NVIDIA/,
    /--accelerator nvidia/,
  ],
  [
    "CannotStartContainerError: driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated",
    /holds a port/,
    /by hand/,
  ],
  [
    "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.",
    /logging/,
    /logs:CreateLogStream/,
  ],
  [
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed",
    /secrets/,
    /roles\.execution/,
  ],
  [
    "Fetching secret data from AWS Secrets Manager in region us-east-1: secret x: AccessDeniedException",
    /secrets/,
    /roles\.execution/,
  ],
  [
    "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes",
    /file system could not be mounted/,
    /mount target/,
  ],
  [
    "Error response from daemon: create ecs-bert-1-models-0123: VolumeDriver.Create: mounting volume failed: mount.nfs4",
    /file system could not be mounted/,
    /mount target/,
  ],
  [
    'error looking up volume plugin amazon-ecs-volume-plugin: plugin "amazon-ecs-volume-plugin" not found.',
    /no volume plugin/,
    /systemctl enable/,
  ],
  ["ResourceInitializationError: something else", /could not be prepared/, /execution role/],
  ["CannotStartContainerError: exec format error", /architecture/, /amd64/],
  [
    'CannotStartContainerError: exec: "serve": executable file not found in $PATH: unknown',
    /command does not exist/,
    /command:/,
  ],
  ["CannotStartContainerError: something new", /could not be started/, /\/var\/log\/ecs/],
  ["OutOfMemoryError: Container killed due to memory usage", /more memory/, /--memory/],
  ["DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s", /in time/, /slow volume/],
  ["Essential container in task exited", /essential container/, /task logs/],
  ["Scaling activity initiated by (deployment ecs-svc/123)", /service/, /nothing to do/],
  ["Task failed ELB health checks in (elb app)", /load balancer/, /startSeconds/],
  ["Host EC2 (instance i-0123456789abcdef0) terminated.", /instance was stopped or terminated/, /again/],
  ["Container instance deregistration forced by user", /by force/, /again/],
  ["SpotInterruption", /Spot/, /On-Demand/],
  ["UserInitiated", /someone stopped/, /again/],
];

describe("explainReason", () => {
  it.each(cases)("explains %s", (reason, what, hint) => {
    const explanation = explainReason(reason);
    expect(explanation.what).toMatch(what);
    expect(explanation.hint).toMatch(hint);
  });

  it("gives an unknown reason back rather than guess", () => {
    const { what, hint } = explainReason("TaskFailedToStart: The moon is full.");
    expect(what).toBe("The moon is full");
    expect(hint).toContain("docs.aws.amazon.com");
  });
});

describe("explainExitCode", () => {
  it("knows that 137 may be memory", () => expect(explainExitCode(137)?.what).toMatch(/memory/));
  it("leaves a program's own codes alone", () => expect(explainExitCode(3)).toBeUndefined());
});
