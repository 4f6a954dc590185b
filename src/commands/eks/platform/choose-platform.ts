import { own } from "../../../core/base/merge.ts";
import { nearestNames } from "../../../core/base/nearest.ts";
import type { Platform } from "../../../core/kubernetes/platforms/platform.ts";
import { platforms } from "../../../core/kubernetes/platforms/platforms.ts";
import { AiplatError } from "../../../errors.ts";

/** The platform of that name; the error lists them all. */
export function choosePlatform(name: string): Platform {
  const found = own(platforms, name);
  if (found !== undefined) return found;
  const names = Object.keys(platforms);
  const [near] = nearestNames(name, names);
  const widest = Math.max(...names.map((each) => each.length));
  const list = Object.entries(platforms).map(([each, { summary }]) => `${each.padEnd(widest)}  ${summary}`);
  throw new AiplatError("Usage", `there is no platform ${name}`, {
    hint: `${near === undefined ? "" : `Did you mean ${near}? `}The platforms are:\n${list.join("\n")}`,
    details: { platforms: names },
  });
}
