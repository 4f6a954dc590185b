#!/usr/bin/env bash
. "$(dirname "$0")/common.sh"

if [ ! -s "$AIPLAT_PLAN_FILE" ]; then
  echo "$AIPLAT_PLAN_FILE is not there: what is carried out is planned now." >&2
  aiplat plan "${workload[@]}" "${more[@]}" -o json >"$AIPLAT_PLAN_FILE"
fi
# A run's plan names the run, a service's the workload.
if node -e 'process.exit("run" in JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")) ? 0 : 1)' "$AIPLAT_PLAN_FILE"; then
  aiplat run-task --plan "$AIPLAT_PLAN_FILE" --wait --no-input
else
  # The plan was reviewed with what it deletes.
  aiplat service deploy --plan "$AIPLAT_PLAN_FILE" --yes
fi
