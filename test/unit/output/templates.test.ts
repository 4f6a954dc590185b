import { describe, expect, it } from "vitest";
import { summariseTemplate } from "../../../src/core/workload/template-summary.ts";
import { templateOf } from "../../../src/core/workload/template.ts";
import { plain } from "../../../src/output/style.ts";
import { templateListView, templateView } from "../../../src/output/templates.ts";

const make = (name: string, title: string, accelerator: string, files: Readonly<Record<string, string>> = {}) =>
  templateOf(
    name,
    new Map(
      Object.entries({
        "aiplat.yaml": `name: ${name}\naccelerator: ${accelerator}\n`,
        "README.md": `# ${title}\n\n## On ECS\n`,
        ...files,
      }),
    ),
  );

const serve = make("serve", "Serving: A server", "{ instanceTypes: [inf2.xlarge, g5.xlarge] }");
const count = make("count", "Batch: A counter", "none", {
  "patch.yaml": "# instanceTypes: [trn1.2xlarge]\nname: other\n",
});

describe("templates as text", () => {
  it("stand under their groups, with what the files run on", async () => {
    expect(await templateListView([serve, count].map(summariseTemplate)).text!(plain, 80)).toBe(
      [
        "NAME     TARGETS  ACCELERATORS   SUMMARY",
        "Serving",
        "  serve  ecs      neuron nvidia  A server",
        "Batch",
        "  count  ecs      none           A counter",
        "",
      ].join("\n"),
    );
  });

  it("are shown with each of their files, and piped as the workload alone", () => {
    const view = templateView(count, summariseTemplate(count));
    expect(view.text!(plain, 80)).toBe(
      "# Batch: A counter\n\n## On ECS\n\naiplat.yaml\n\nname: count\naccelerator: none\n\n" +
        "patch.yaml\n\n# instanceTypes: [trn1.2xlarge]\nname: other\n",
    );
    expect(view.piped).toBe("name: count\naccelerator: none\n");
    expect(view.document).toMatchObject({ files: { "patch.yaml": "# instanceTypes: [trn1.2xlarge]\nname: other\n" } });
  });
});
