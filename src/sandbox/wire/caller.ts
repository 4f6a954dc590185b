import type { IncomingHttpHeaders } from "node:http";

/**
 * Why a request is not answered: a sandbox is for programs of this machine. A page in a browser reaches loopback too, by
 * a name of its own that resolves to it (DNS rebinding) or from its own origin.
 */
export function refuseCaller({ host, origin, ...headers }: IncomingHttpHeaders): string | undefined {
  if (host === undefined || !isLoopback(host))
    return `The sandbox answers loopback hosts only, and the request is for ${JSON.stringify(host ?? "")}.`;
  if (origin !== undefined && origin !== `http://${host}`)
    return `The sandbox answers no page of another origin, and the request is from ${JSON.stringify(origin)}.`;
  return headers["sec-fetch-site"] === "cross-site" ? "The sandbox answers no page of another site." : undefined;
}

/** https://www.rfc-editor.org/rfc/rfc6761#section-6.3: names under localhost are loopback's. */
function isLoopback(host: string): boolean {
  return /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i.test(host);
}

/** Region and service in a signature's scope. Signatures are not checked. */
export function signedScope(
  authorization: string | undefined,
): { readonly region: string; readonly service: string } | undefined {
  const scope = /Credential=[^/,\s]+\/\d{8}\/([a-z0-9-]{1,40})\/([a-z0-9-]{1,40})\//.exec(authorization ?? "");
  return scope === null ? undefined : { region: scope[1]!, service: scope[2]! };
}
