// Writes what the sandbox offers and plays into docs/sandbox.md from the code.
import "./say-errors.mjs";
import { writeBetweenMarkers } from "./between-markers.mjs";
import { loadSource } from "./load-source.mjs";

const { sandboxReference } = await loadSource("src/sandbox/reference.ts");
await writeBetweenMarkers("docs/sandbox.md", { reference: sandboxReference() });
