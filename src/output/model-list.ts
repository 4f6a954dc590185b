import type { listModels } from "../core/models/find-model.ts";
import type { View } from "./print.ts";

/** The models that are built in, by name. */
export function modelListView(models: ReturnType<typeof listModels>, asOf: string): View {
  return {
    kind: "ModelList",
    document: {
      asOf,
      items: models.map(({ shortName, name, also, source, parameters, config }) => ({
        name: shortName,
        model: name,
        also,
        architecture: config["model_type"],
        parameters,
        source,
      })),
    },
    table: {
      columns: [
        { title: "NAME" },
        { title: "ARCHITECTURE" },
        { title: "PARAMETERS", align: "right" },
        { title: "MODEL" },
      ],
      rows: models.map(({ shortName, name, parameters, config }) => [
        shortName,
        String(config["model_type"]),
        String(parameters),
        name,
      ]),
    },
  };
}
