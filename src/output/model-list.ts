import type { listModels } from "../core/models/find-model.ts";
import { billions } from "./billions.ts";
import type { View } from "./print.ts";
import { alignedTable } from "./table.ts";

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
    // 80 columns hold the longest row: the organisation stands for its name and the model's.
    text: (style, columns) =>
      alignedTable(
        {
          columns: [
            { title: "NAME" },
            { title: "ARCHITECTURE" },
            { title: "BILLIONS", align: "right" },
            { title: "ORGANISATION" },
          ],
          rows: models.map(({ shortName, name, parameters, config }) => [
            shortName,
            String(config["model_type"]),
            billions(parameters),
            name.slice(0, name.indexOf("/")),
          ]),
        },
        style,
        columns,
      ),
  };
}
