import { startJsonServer, type Answer, type JsonServer } from "./json-server.ts";

/** What one region's Parameter Store holds, or the error it answers instead. */
export type Region =
  | Readonly<Record<string, string>>
  | { readonly error: string; readonly message?: string; readonly status?: number };

export interface ParameterStore {
  /** What aiplat needs to talk to it. */
  readonly env: Readonly<Record<string, string>>;
  /** The names asked for, as `REGION NAME`, in alphabetical order. */
  asked(): readonly string[];
  namesPerCall(): readonly number[];
  stop(): Promise<void>;
}

/** One parameter a page, so that every test of it has several. */
function underPath(input: Readonly<Record<string, unknown>>, values: Readonly<Record<string, string>>): Answer {
  const { Path, Recursive, NextToken = "0" } = input as { Path: string; Recursive: boolean; NextToken?: string };
  const names = Object.keys(values)
    .filter((name) => name.startsWith(`${Path}/`))
    .filter((name) => Recursive || !name.slice(Path.length + 1).includes("/"));
  const at = Number(NextToken);
  return {
    body: {
      Parameters: names.slice(at, at + 1).map((Name) => ({ Name, Type: "String", Value: values[Name] })),
      ...(at + 1 < names.length ? { NextToken: String(at + 1) } : {}),
    },
  };
}

/** A Parameter Store of a few public parameters: for those that moto has not got, and for regions that fail. */
export async function startParameterStore(regions: Readonly<Record<string, Region>>): Promise<ParameterStore> {
  const server: JsonServer = await startJsonServer(({ input, region }): Answer => {
    const store = regions[region] ?? {};
    if (typeof store["error"] === "string")
      return {
        status: Number(store["status"] ?? 400),
        body: { __type: store["error"], message: store["message"] ?? "" },
      };
    const values = store as Readonly<Record<string, string>>;
    if (typeof input["Path"] === "string") return underPath(input, values);
    const names = input["Names"] as readonly string[];
    return {
      body: {
        Parameters: names
          .filter((name) => name in values)
          .map((Name) => ({ Name, Type: "String", Value: values[Name] })),
        InvalidParameters: names.filter((name) => !(name in values)),
      },
    };
  });
  return {
    env: {
      AWS_ENDPOINT_URL: server.config.endpoints.ssm!,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
    },
    asked: () =>
      server.requests
        .flatMap(({ region, input }) => (input["Names"] as readonly string[]).map((name) => `${region} ${name}`))
        .toSorted(),
    namesPerCall: () => server.requests.map(({ input }) => (input["Names"] as readonly string[]).length),
    stop: server.stop,
  };
}
