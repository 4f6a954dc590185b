import { describe, expect, it } from "vitest";
import type { RegisteredTaskDefinition, Task } from "../../../src/core/ecs-api/api.ts";
import { endpointsOf, endpointText } from "../../../src/core/ecs/endpoints.ts";
import { loadBalancerText, serviceUrl } from "../../../src/core/ecs/service-endpoints.ts";
import { makeTask } from "../../support/task-port.ts";

const host = { ec2InstanceId: "i-0a1b2c3d4e5f60718", address: "10.0.3.7" };

/** A definition of one container, which locks devices 4 and 5 from a base of the cluster's own. */
function definition(networkMode: string, more: object = {}): RegisteredTaskDefinition {
  return {
    taskDefinitionArn: "arn:aws:ecs:us-east-1:123456789012:task-definition/bert:1",
    family: "bert",
    revision: 1,
    networkMode,
    containerDefinitions: [
      {
        name: "main",
        image: "bert:1",
        portMappings: [
          { containerPort: 8080, hostPort: 0, protocol: "tcp" },
          { containerPort: 5004, hostPort: 5004, protocol: "udp" },
          { containerPort: 1504, hostPort: 1504, protocol: "udp" },
          { containerPort: 1505, hostPort: 1505, protocol: "udp" },
        ],
        linuxParameters: {
          devices: [4, 5].map((device) => ({
            hostPath: `/dev/neuron${device}`,
            containerPath: `/dev/neuron${device}`,
          })),
        },
        ...more,
      },
    ],
  } as unknown as RegisteredTaskDefinition;
}

function task(container: object, more: Partial<Task> = {}): Task {
  return makeTask("a", { containers: [{ name: "main", ...container }], ...more });
}

const bindings = [
  { containerPort: 8080, hostPort: 32_770, protocol: "tcp", bindIP: "0.0.0.0" },
  { containerPort: 5004, hostPort: 5004, protocol: "udp", bindIP: "0.0.0.0" },
  { containerPort: 1504, hostPort: 1504, protocol: "udp", bindIP: "0.0.0.0" },
  { containerPort: 1505, hostPort: 1505, protocol: "udp", bindIP: "0.0.0.0" },
];

describe("where a task answers", () => {
  it("is its workload's own container before those beside it, in whatever order ECS has them", () => {
    const { containerDefinitions, ...rest } = definition("bridge");
    const metrics = { name: "metrics", image: "metrics:1", essential: false };
    const both = { ...rest, containerDefinitions: [...containerDefinitions, metrics] } as RegisteredTaskDefinition;
    const containers = [
      { name: "metrics", networkBindings: [{ containerPort: 9000, hostPort: 32_771, protocol: "tcp" }] },
      { name: "main", networkBindings: bindings.slice(0, 1) },
    ];
    expect(endpointsOf(makeTask("a", { containers }), both, host).map(({ container }) => container)).toEqual([
      "main",
      "metrics",
    ]);
  });

  it("in bridge mode is the machine's address and the host's port, without the locks of its devices", () => {
    const found = endpointsOf(task({ networkBindings: bindings }), definition("bridge"), host);
    expect(found).toEqual([
      { container: "main", containerPort: 8080, protocol: "tcp", port: 32_770, ...host },
      { container: "main", containerPort: 5004, protocol: "udp", port: 5004, ...host },
    ]);
    expect(found.map(endpointText)).toEqual(["10.0.3.7:32770", "10.0.3.7:5004/udp"]);
  });

  it("in host mode is the machine's address and the container's port", () => {
    const found = endpointsOf(task({ networkBindings: bindings }), definition("host"), host);
    expect(found.map(endpointText)).toEqual(["10.0.3.7:8080", "10.0.3.7:5004/udp"]);
  });

  it("in awsvpc mode is the task's own address", () => {
    const networkInterfaces = [{ attachmentId: "x", privateIpv4Address: "10.0.9.9" }];
    const portMappings = [{ containerPort: 8080 }];
    const found = endpointsOf(task({ networkInterfaces }), definition("awsvpc", { portMappings }), host);
    expect(found).toEqual([
      { container: "main", containerPort: 8080, protocol: "tcp", address: "10.0.9.9", port: 8080 },
    ]);
  });

  it("names the machine where its address may not be read", () => {
    const { ec2InstanceId } = host;
    const found = endpointsOf(task({ networkBindings: bindings }), definition("bridge"), { ec2InstanceId });
    expect(found.map(endpointText)[0]).toBe("i-0a1b2c3d4e5f60718:32770");
  });

  it("is nowhere before it runs", () => {
    const pending = task({ networkBindings: bindings }, { lastStatus: "PENDING" });
    expect(endpointsOf(pending, definition("bridge"), host)).toEqual([]);
  });
});

describe("where a service answers", () => {
  const balancer = (listeners: readonly { protocol: string; port: number }[]) => ({
    targetGroupArn: "arn:tg",
    dnsName: "lb.example",
    listeners,
  });
  const own = {
    container: "main",
    containerPort: 8080,
    protocol: "tcp" as const,
    address: "10.0.0.1",
    port: 32_768,
    taskArn: "arn:task",
  };

  it("is what its load balancer's users type", () => {
    expect(loadBalancerText(balancer([{ protocol: "HTTP", port: 80 }]))).toBe("http://lb.example");
    const both = [
      { protocol: "HTTP", port: 80 },
      { protocol: "HTTPS", port: 8443 },
    ];
    expect(loadBalancerText(balancer(both))).toBe("https://lb.example:8443");
    expect(loadBalancerText(balancer([{ protocol: "TCP", port: 9000 }]))).toBe("lb.example:9000");
    expect(loadBalancerText({ targetGroupArn: "arn:tg", listeners: [] })).toBeUndefined();
  });

  it("opens the load balancer, else a task, or the port that is asked for", () => {
    const endpoints = [
      { ...own, protocol: "udp" as const },
      { ...own, port: 32_769 },
      { ...own, containerPort: 9 },
    ];
    expect(serviceUrl({ loadBalancers: [balancer([{ protocol: "TCP", port: 1 }])], endpoints })).toBe(
      "http://lb.example:1",
    );
    expect(serviceUrl({ loadBalancers: [], endpoints })).toBe("http://10.0.0.1:32769");
    expect(serviceUrl({ loadBalancers: [balancer([])], endpoints }, 9)).toBe("http://10.0.0.1:32768");
    expect(serviceUrl({ loadBalancers: [], endpoints }, 10)).toBeUndefined();
  });
});
