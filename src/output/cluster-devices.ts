import { idOf } from "./device-summary.ts";
import type { ClusterDevices } from "../core/devices/device-map.ts";
import { drawDevices } from "./device-drawing.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";
import { tabSeparated, type Table } from "./table.ts";

/** What `cluster devices` answers: on a terminal a map with one character a device, else a line a device. */
export function clusterDevicesView(map: ClusterDevices): View {
  // Two readings of one state are one document: what changed is what `diff` shows.
  const { observedAt: _, ...document } = map;
  return {
    kind: "ClusterDevices",
    document,
    text: (style, columns) => drawDevices(map, style, columns),
    // Scripts get what the API takes; for people the start of an id is enough to tell tasks apart.
    piped: tabSeparated(tableOf(map, idOf)),
    table: tableOf(map, shortId),
    page: async () => (await import("./html/devices-page.ts")).devicesPage(map),
  };
}

function tableOf({ instances }: ClusterDevices, idOf: (taskArn: string) => string): Table {
  return {
    columns: [
      { title: "INSTANCE" },
      { title: "TYPE" },
      { title: "DEVICE" },
      { title: "STATE", mark: markState },
      { title: "TASKS" },
    ],
    rows: instances.flatMap(({ ec2InstanceId, instanceType, devices, missing }) => [
      ...devices.map(({ path, state, claimedBy }) => [
        ec2InstanceId,
        instanceType,
        path,
        state,
        claimedBy.map(idOf).join(","),
      ]),
      // What is not registered has no id.
      ...Array.from({ length: missing?.count ?? 0 }, () => [ec2InstanceId, instanceType, "GPU", "missing", ""]),
    ]),
  };
}

function markState(text: string, style: Style): string {
  if (text === "conflict" || text === "missing") return style.red(text);
  if (text === "hand-over") return style.yellow(text);
  return text === "free" ? style.green(text) : text;
}

function shortId(taskArn: string): string {
  return idOf(taskArn).slice(0, 8);
}
