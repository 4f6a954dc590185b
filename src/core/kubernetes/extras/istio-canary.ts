import { settingWarning, type Problem } from "../../base/problem.ts";
import { checkImageOnType } from "../../catalog/container-images/image-checks.ts";
import { parseImageReference } from "../../catalog/container-images/image-reference.ts";
import type { Shape } from "../../workload/resolved.ts";
import { canaryName } from "../canary.ts";
import type { ExtraDefinition, NamespacedName } from "../extra-definition.ts";
import { selectorOf } from "../labels.ts";
import { requestPort, requestPortProblems } from "../request-ports.ts";
import { podVariants } from "../variants.ts";
import { serviceName } from "./service.ts";

/** The two versions, as subsets of the one Service. */
const subsets = { stable: "stable", canary: "canary" } as const;

const apiVersion = "networking.istio.io/v1";

/** Of requests inside of the mesh. https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService */
const ownMesh = "mesh";

/**
 * One Service for both versions, a subset each, and weights between them.
 * https://istio.io/latest/docs/tasks/traffic-management/traffic-shifting/
 */
export const istioCanary: ExtraDefinition = {
  makes: ["DestinationRule", "VirtualService"],
  reads: ["hosts", "gateway", "canaryImage", "canaryWeight"],
  needs: {
    canaryImage: { why: "the canary is the workload with another image", example: "IMAGE" },
    canaryWeight: {
      why: "so many percent of the requests are the canary's",
      example: "0, and more once its pods are ready",
    },
  },
  throughService: true,
  canary: true,
  problems: (contents) => {
    const { kind, workload, canaryImage, hosts, gateway } = contents;
    return [
      ...(kind === "Deployment"
        ? []
        : [
            {
              message: `a second ${kind} beside the first is no other version of it`,
              hint: "Use --as Deployment, whose pods nobody knows by name.",
            },
          ]),
      ...(podVariants(workload).length > 1
        ? [
            {
              message: "the Service of both versions would lead to the other variants too",
              hint: "Write a workload of its own for each of the instance types.",
            },
          ]
        : []),
      ...(canaryImage === workload.image
        ? [
            {
              message: `--canary-image ${canaryImage} is the workload's own image`,
              hint: "Write the image of the new version.",
            },
          ]
        : []),
      ...(hosts !== undefined && gateway === undefined
        ? [
            {
              message: "--host is of requests that come in by a Gateway, and there is no --gateway",
              hint: "Write --gateway NAMESPACE/NAME, a Gateway of Istio's.",
            },
          ]
        : []),
      ...requestPortProblems(contents),
    ];
  },
  warnings: ({ shape, canaryImage, canaryWeight }) => [
    ...canaryImageWarnings(canaryImage!, shape),
    ...(canaryWeight === 0
      ? []
      : [
          settingWarning(
            "canary-not-ready",
            `until a pod of the canary is ready, ${canaryWeight} % of the requests fail: Istio sends them to no other version`,
            "Apply it with --canary-weight 0 first, and this once its rollout has ended.",
          ),
        ]),
  ],
  manifests: (contents) => {
    const { workload, name, metadata, hosts = [], gateway, canaryWeight } = contents;
    const host = serviceName(contents);
    const route = (subset: string, weight: number) => ({
      destination: { host, subset, port: { number: requestPort(workload)!.container } },
      weight,
    });
    return [
      {
        apiVersion,
        kind: "DestinationRule",
        metadata,
        spec: {
          host,
          subsets: [
            { name: subsets.stable, labels: selectorOf(name) },
            { name: subsets.canary, labels: selectorOf(canaryName(name)) },
          ],
        },
      },
      {
        apiVersion,
        kind: "VirtualService",
        metadata,
        spec: {
          hosts: [host, ...hosts],
          ...(gateway === undefined ? {} : { gateways: [ownMesh, nameOfGateway(gateway)] }),
          http: [{ route: [route(subsets.stable, 100 - canaryWeight!), route(subsets.canary, canaryWeight!)] }],
        },
      },
    ];
  },
  documentation: {
    does: "adds a second Deployment NAME-canary of `--canary-image`, with replicas in proportion, and has Istio send it `--canary-weight` percent of the requests inside of the mesh and, of each `--host`, of its Gateway `--gateway`",
    for: "Deployment",
  },
};

/** As of the workload's own image: its name is not the image. */
function canaryImageWarnings(canaryImage: string, { instanceTypes }: Shape): readonly Problem[] {
  const image = parseImageReference(canaryImage);
  return instanceTypes.flatMap((type) =>
    checkImageOnType(image, type).map(({ message, hint }) =>
      settingWarning("image-and-type", `--canary-image ${message}`, hint),
    ),
  );
}

function nameOfGateway({ namespace, name }: NamespacedName): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
