#!/usr/bin/env bash
# What is published: the same byte for byte however often it is packed, nothing in it that nobody can review, what its
# package.json promises, and a bill of materials that agrees with npm's own.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$root"
pack() {
  mkdir "$folder/$1"
  # Made anew each time, declarations included.
  npm pack --silent --pack-destination "$folder/$1" | tail -n 1
}
tarball=$(pack first)
pack second >/dev/null
cmp "$folder/first/$tarball" "$folder/second/$tarball"

# A template may come with a script and what its image is built by: `init` writes them for their reader.
if tar -tzf "$folder/first/$tarball" |
  grep -vE '\.(js|mjs|json|ts|md|yaml|1)$|/(LICENSE|THIRD-PARTY-NOTICES)$|^package/templates/[^/]+/(Dockerfile|[a-z_]+\.py)$'; then
  echo "the tarball holds files of a kind that nobody reviews" >&2
  exit 1
fi

npx --yes publint@0.3.25 --strict "$folder/first/$tarball"
npx --yes -p @arethetypeswrong/cli@0.18.5 attw --profile esm-only "$folder/first/$tarball"

npm sbom --sbom-format cyclonedx >"$folder/npm.json"
node - "$folder/npm.json" <<'END'
const { readFileSync } = require("node:fs");
const all = JSON.parse(readFileSync(process.argv[2], "utf8")).components;
const own = JSON.parse(readFileSync("sbom.cdx.json", "utf8")).components;
const notices = readFileSync("THIRD-PARTY-NOTICES", "utf8");
const fields = ({ purl, hashes, licenses }) => JSON.stringify({ purl, hashes, licenses });
const known = new Set(all.map(fields));
const wrong = own.filter((each) => !known.has(fields(each)) || !notices.includes(`${each.name} ${each.version}\n`));
if (own.length === 0 || wrong.length > 0) {
  console.error(`sbom.cdx.json is not what npm sbom and THIRD-PARTY-NOTICES say of ${wrong.map(fields).join("\n")}`);
  process.exit(1);
}
END
echo "package check passed"
