import { present } from "../../base/present.ts";
import type { ExtraDefinition } from "../extra-definition.ts";
import { requestPort, requestPortProblems } from "../request-ports.ts";
import { serviceName } from "./service.ts";

/** The class that the chart of the AWS Load Balancer Controller makes. */
const loadBalancerClass = "alb";

/**
 * The controller registers nodes by itself, which takes a Service with a port on each node: pods it registers where it is
 * told so. https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#target-type
 */
const podsAsTargets = { "alb.ingress.kubernetes.io/target-type": "ip" };

/** https://kubernetes.io/docs/concepts/services-networking/ingress/ */
export const ingress: ExtraDefinition = {
  makes: ["Ingress"],
  reads: ["hosts", "ingressClass"],
  needs: {},
  throughService: true,
  problems: requestPortProblems,
  manifests: (contents) => {
    const { workload, metadata, hosts, ingressClass } = contents;
    const backend = { service: { name: serviceName(contents), port: { number: requestPort(workload)!.container } } };
    const http = { paths: [{ path: "/", pathType: "Prefix", backend }] };
    const annotations = {
      ...metadata.annotations,
      ...(ingressClass === loadBalancerClass ? podsAsTargets : {}),
    };
    return [
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { ...metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
        spec: {
          ...present({ ingressClassName: ingressClass }),
          rules: hosts === undefined ? [{ http }] : hosts.map((host) => ({ host, http })),
        },
      },
    ];
  },
  documentation: {
    does: "the same by an Ingress, of `--ingress-class`, else the cluster's default; with `alb` the load balancer's targets are the pods",
    for: "kinds for `service`",
  },
};
