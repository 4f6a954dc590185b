#!/usr/bin/env bash
. "$(dirname "$0")/common.sh"

# Both say all they have to say, as annotations, before the step fails.
code=0
aiplat validate "${workload[@]}" -o github || code=$?
# Patterns are spread on purpose.
# shellcheck disable=SC2206
definitions=(${AIPLAT_TASK_DEFINITIONS:-})
if [ ${#definitions[@]} -gt 0 ]; then
  aiplat taskdef lint "${definitions[@]}" -o github || code=$?
fi
exit "$code"
