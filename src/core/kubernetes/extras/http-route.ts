import { present } from "../../base/present.ts";
import type { ExtraDefinition } from "../extra-definition.ts";
import { requestPort, requestPortProblems } from "../request-ports.ts";
import { serviceName } from "./service.ts";

/** https://gateway-api.sigs.k8s.io/api-types/httproute/ */
export const httpRoute: ExtraDefinition = {
  makes: ["HTTPRoute"],
  reads: ["hosts", "gateway"],
  needs: { gateway: { why: "requests come in by a Gateway that is there", example: "NAMESPACE/NAME" } },
  throughService: true,
  problems: (contents) =>
    contents.hasCanary
      ? [
          {
            message: "requests of an HTTPRoute go to the Service past the weights of istio-canary",
            hint: "Leave http-route out: istio-canary takes --gateway, a Gateway of Istio's, and --host.",
          },
        ]
      : requestPortProblems(contents),
  manifests: (contents) => {
    const { workload, metadata, gateway, hosts } = contents;
    return [
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "HTTPRoute",
        metadata,
        spec: {
          parentRefs: [gateway],
          ...present({ hostnames: hosts }),
          rules: [{ backendRefs: [{ name: serviceName(contents), port: requestPort(workload)!.container }] }],
        },
      },
    ];
  },
  documentation: {
    does: "brings requests of the Gateway `--gateway` to the port named `http`, else the only one; those for each `--host`, else for every host of the Gateway",
    for: "kinds for `service`",
  },
};
