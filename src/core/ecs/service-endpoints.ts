import { endpointText, type Endpoint } from "./endpoints.ts";

/** What stands before a service: the name that its users call. */
export interface LoadBalancerEndpoint {
  readonly targetGroupArn: string;
  /** Left out where nobody could say. */
  readonly dnsName?: string;
  readonly listeners: readonly { readonly protocol: string; readonly port: number }[];
}

/** Where a service answers: at its load balancers, and at each of its tasks. */
export interface ServiceEndpoints {
  /** In words: the load balancers' names first; the sandbox's URL alone where it answers in place of them all. */
  readonly answersAt: readonly string[];
  /** Where a sandbox of aiplat answers for the service, whose containers nobody runs. */
  readonly sandboxUrl?: string;
  readonly loadBalancers: readonly LoadBalancerEndpoint[];
  readonly endpoints: readonly (Endpoint & { readonly taskArn: string })[];
}

const schemes: Readonly<Record<string, { readonly scheme: string; readonly port: number }>> = {
  HTTPS: { scheme: "https", port: 443 },
  HTTP: { scheme: "http", port: 80 },
};

/** `https://NAME` of an application load balancer, `NAME:PORT` of a network one; undefined where it is not known. */
export function loadBalancerText({ dnsName, listeners }: LoadBalancerEndpoint): string | undefined {
  if (dnsName === undefined) return undefined;
  const listener =
    listeners.find(({ protocol }) => protocol === "HTTPS") ??
    listeners.find(({ protocol }) => protocol === "HTTP") ??
    listeners[0];
  if (listener === undefined) return dnsName;
  const web = schemes[listener.protocol];
  if (web === undefined) return `${dnsName}:${listener.port}`;
  return `${web.scheme}://${dnsName}${listener.port === web.port ? "" : `:${listener.port}`}`;
}

/** Where a service answers, in words too. */
export function toServiceEndpoints(found: Omit<ServiceEndpoints, "answersAt">): ServiceEndpoints {
  const { loadBalancers, endpoints, sandboxUrl } = found;
  return {
    answersAt:
      sandboxUrl === undefined
        ? [...loadBalancers.flatMap((each) => loadBalancerText(each) ?? []), ...endpoints.map(endpointText)]
        : [sandboxUrl],
    ...found,
  };
}

/**
 * The address that a browser opens: the load balancer's, else that of a task's TCP port. Where a sandbox answers for the
 * service, its URL, whichever of the ports is asked for.
 *
 * @param containerPort Of a task's ports this one; the first where left out.
 */
export function serviceUrl(
  { loadBalancers, endpoints, sandboxUrl }: Omit<ServiceEndpoints, "answersAt">,
  containerPort?: number,
): string | undefined {
  const balanced = loadBalancers.flatMap((each) => loadBalancerText(each) ?? [])[0];
  if (balanced !== undefined && containerPort === undefined && sandboxUrl === undefined)
    return balanced.includes("://") ? balanced : `http://${balanced}`;
  const own = endpoints.find(
    (each) =>
      each.protocol === "tcp" &&
      each.address !== undefined &&
      (containerPort === undefined || each.containerPort === containerPort),
  );
  if (sandboxUrl !== undefined && (own !== undefined || containerPort === undefined)) return sandboxUrl;
  return own === undefined ? undefined : `http://${endpointText(own)}`;
}
