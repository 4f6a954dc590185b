/** What a node is told at its first start: its instance store becomes the disk of images, containers and empty volumes. */
import type { InstanceType } from "../../catalog/instance-types/instance-type.ts";
import { hasInstanceStore } from "../../catalog/machine-settings.ts";
import type { NodeOs } from "../../catalog/machine-images/node-ami-types.ts";

/**
 * EKS merges it with its own part. https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/#localstorageoptions,
 * https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html#launch-template-user-data
 */
const nodeConfig = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="BOUNDARY"

--BOUNDARY
Content-Type: application/node.eks.aws

---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  instance:
    localStorage:
      strategy: RAID0

--BOUNDARY--
`;

/**
 * As Karpenter writes it (aws/karpenter-provider-aws @1d92708, pkg/providers/amifamily/bootstrap/bottlerocket.go);
 * Bottlerocket 1.22 and later. https://bottlerocket.dev/en/os/latest/#/api/reference/ephemeral-storage/
 */
const bootstrapCommands = `[settings.bootstrap-commands.000-mount-instance-storage]
commands = [["apiclient", "ephemeral-storage", "init"], ["apiclient", "ephemeral-storage", "bind", "--dirs", "/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods"]]
mode = "always"
essential = true
`;

const texts: Readonly<Record<NodeOs, string>> = { al2023: nodeConfig, bottlerocket: bootstrapCommands };

/** The user data of nodes of these types, in base64; undefined where there is no instance store to set up. */
export function instanceStoreUserData(types: readonly InstanceType[], os: NodeOs): string | undefined {
  return hasInstanceStore(types) ? btoa(texts[os]) : undefined;
}
