/** Why the pods of a resource are not up, by their events and their containers. */
import { isRaw, type Raw } from "../../base/merge.ts";

/** The most that is said of one resource. */
const mostSaid = 3;

/**
 * A sentence for each different trouble, the newest first.
 *
 * @param pods What `kubectl get pods` lists of the resource.
 * @param events What `kubectl get events` lists of its namespace.
 */
export function podTroubles(pods: readonly Raw[], events: readonly Raw[]): readonly string[] {
  const names = new Set(pods.map((pod) => String(partOf(pod, "metadata")["name"])));
  const ofPods = events
    .filter((event) => event["type"] === "Warning" && names.has(String(partOf(event, "involvedObject")["name"])))
    .toSorted((one, other) => timeOf(other).localeCompare(timeOf(one)))
    .map((event) => `${String(event["reason"])}: ${lineOf(event["message"])}`);
  const said = [...new Set([...pods.flatMap(waitingReasons), ...ofPods])];
  return said.slice(0, mostSaid);
}

/** `container bert waits: ImagePullBackOff: ...`, `container bert ended with 1: Error`. */
function waitingReasons(pod: Raw): readonly string[] {
  const statuses = ["initContainerStatuses", "containerStatuses"].flatMap((key) => {
    const list = partOf(pod, "status")[key];
    return Array.isArray(list) ? list.filter(isRaw) : [];
  });
  return statuses.flatMap((status) => {
    const { waiting, terminated } = partOf(status, "state") as { waiting?: Raw; terminated?: Raw };
    const last = partOf(partOf(status, "lastState"), "terminated");
    const name = `container ${String(status["name"])}`;
    if (isRaw(waiting) && waiting["reason"] !== "ContainerCreating" && waiting["reason"] !== "PodInitializing")
      return [
        `${name} waits: ${String(waiting["reason"])}` +
          (last["exitCode"] === undefined ? "" : `, it ended with ${String(last["exitCode"])}`),
      ];
    return isRaw(terminated) && terminated["exitCode"] !== 0
      ? [`${name} ended with ${String(terminated["exitCode"])}: ${String(terminated["reason"])}`]
      : [];
  });
}

function timeOf(event: Raw): string {
  return String(event["lastTimestamp"] ?? event["eventTime"] ?? partOf(event, "metadata")["creationTimestamp"] ?? "");
}

function lineOf(message: unknown): string {
  return String(message).trim().split("\n", 1)[0]!;
}

function partOf(value: Raw, key: string): Raw {
  const part = value[key];
  return isRaw(part) ? part : {};
}
