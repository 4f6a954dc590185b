import { startLoopback, type LoopbackServer } from "./loopback-servers.ts";

/** EKS with the cluster `prod` and its node group `chips`, as far as a node group's update goes. */
export interface PlayedNodegroup extends LoopbackServer {
  /** How many updates were begun. */
  begun(): number;
}

/** @param looks How often an update is looked at before it is over. @param end How it ends. */
export async function startNodegroup({
  looks = 2,
  end = "Successful",
}: { readonly looks?: number; readonly end?: string } = {}): Promise<PlayedNodegroup> {
  let releaseVersion = "1.33.0-20250918";
  const updates = new Map<string, { token: string; left: number; to: string }>();
  const isOver = () => [...updates.values()].every(({ left }) => left === 0);
  const update = (id: string) => {
    const { left, to } = updates.get(id)!;
    if (left === 0 && end === "Successful") releaseVersion = to;
    const errors =
      end === "Successful" ? [] : [{ errorCode: "PodEvictionFailure", errorMessage: "Reached max retries" }];
    return {
      update: { id, type: "VersionUpdate", status: left > 0 ? "InProgress" : end, errors: left > 0 ? [] : errors },
    };
  };
  const answer = (body: object, status = 200) => ({
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const server = await startLoopback(({ method, url = "" }, body) => {
    const [path = ""] = url.split("?");
    if (path === "/clusters/prod") return answer({ cluster: { name: "prod", version: "1.33" } });
    if (path === "/clusters/prod/node-groups") return answer({ nodegroups: ["chips"] });
    if (path === "/clusters/prod/node-groups/chips")
      return answer({
        nodegroup: {
          nodegroupName: "chips",
          status: isOver() ? "ACTIVE" : "UPDATING",
          amiType: "AL2023_x86_64_NEURON",
          version: "1.33",
          releaseVersion,
          instanceTypes: ["trn1.32xlarge"],
        },
      });
    if (method === "POST" && path === "/clusters/prod/node-groups/chips/update-version") {
      const { clientRequestToken: token, releaseVersion: to } = JSON.parse(body) as Record<string, string>;
      const known = [...updates].find(([, each]) => each.token === token);
      if (known !== undefined) return answer(update(known[0]));
      if (!isOver()) return answer({ __type: "ResourceInUseException", message: "Nodegroup is being updated" }, 409);
      const id = `u-${updates.size + 1}`;
      updates.set(id, { token: token!, left: looks, to: to! });
      return answer(update(id));
    }
    if (path === "/clusters/prod/updates") return answer({ updateIds: [...updates.keys()] });
    const id = /^\/clusters\/prod\/updates\/(u-\d+)$/.exec(path)?.[1];
    if (id === undefined || !updates.has(id))
      return answer({ __type: "ResourceNotFoundException", message: `no ${path}` }, 404);
    const looked = updates.get(id)!;
    looked.left = Math.max(0, looked.left - 1);
    return answer(update(id));
  });
  return { ...server, begun: () => updates.size };
}
