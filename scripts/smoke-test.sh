#!/usr/bin/env bash
# Installs the packed tarball in an empty folder and uses it as a new user would.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$root"
tarball=$(npm pack --silent --ignore-scripts --pack-destination "$folder" | tail -n 1)
cd "$folder"
if tar -tzf "$tarball" | grep -E '^package/(facts|scripts|src|test)/'; then
  echo "the tarball holds what is not for users" >&2
  exit 1
fi
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund "./$tarball"
unset AWS_PROFILE AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL
npx aiplat --version
npx aiplat init pytorch-inference-inf2
npx aiplat validate
npx aiplat taskdef generate --region us-east-1 >definition.json
node -e 'const { family } = JSON.parse(require("fs").readFileSync("definition.json", "utf8")); if (!family) throw new Error("no family")'
npx aiplat taskdef lint definition.json
npx aiplat instances list --accelerator neuron -o json >/dev/null
node --input-type=module -e 'import { findInstanceType } from "aiplat"; if (findInstanceType("inf2.xlarge")?.vcpus !== 4) throw new Error("the programmatic API does not answer")'
node -e 'require.resolve("aiplat/schema/workload.json")'
echo "smoke test passed"
