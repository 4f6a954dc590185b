import { mapDevices } from "../../core/devices/device-map.ts";
import { exitCodes } from "../../errors.ts";
import { clusterDevicesView } from "../../output/cluster-devices.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { clusterOption, clusterStateOption, loadClusterState } from "../shared/cluster-state.ts";
import { defineCommand } from "../command.ts";

export const clusterDevices = defineCommand({
  description:
    "Draws the map of every accelerator device in a cluster and who holds it, whatever tool placed the task, and what the machines and their idle devices cost an hour. " +
    "Exits 3 when two tasks hold one device; a stopping task and the successor that waits for it are a " +
    "hand-over, not a conflict. Piped, each line is: instance, type, device, state, tasks.",
  options: [clusterOption, clusterStateOption],
  examples: [
    ["aiplat cluster devices --cluster prod", "one character a device"],
    ["aiplat cluster devices --cluster prod -o json | jq .conflicts", "conflicts for a script"],
    ["aiplat cluster devices --cluster prod -o json | jq .cost.idlePerHour", "what idle devices cost"],
    ["aiplat cluster devices --cluster prod -o html > devices.html", "a page to show around"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown", "html"],
  run: async (context, { options }) => {
    const map = mapDevices(await loadClusterState(context, options));
    if (map.instances.length === 0) note(context, `cluster ${map.cluster} has no accelerated instance`);
    await print(context, clusterDevicesView(map));
    return map.conflicts.length > 0 ? exitCodes.check : exitCodes.success;
  },
});
