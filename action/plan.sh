#!/usr/bin/env bash
. "$(dirname "$0")/common.sh"

folder=$(mktemp -d "${RUNNER_TEMP:-/tmp}/aiplat-XXXXXX")
report="$folder/report.md"

# Exit 4 has a plan as well: of what can be placed.
code=0
aiplat plan "${workload[@]}" "${more[@]}" -o json >"$AIPLAT_PLAN_FILE" 2>"$folder/errors" || code=$?
if [ "$code" = 0 ] || [ "$code" = 4 ]; then
  shown=0
  aiplat plan "${workload[@]}" "${more[@]}" -o markdown --exit-code >"$report" 2>"$folder/notes" || shown=$?
  [ "$shown" = 0 ] && [ ! -s "$report" ] && echo "Nothing would change." >"$report"
  cat "$folder/notes" >&2
  [ "$shown" = 3 ] && changes=true || changes=false
  # Changes are no failure, and what has no place is one.
  [ "$code" = 0 ] && code=$shown
else
  changes=false
  # The last line is the error's document.
  tail -n 1 "$folder/errors" | node -e '
    const text = require("fs").readFileSync(0, "utf8");
    try {
      const { message, hint, details } = JSON.parse(text);
      const problems = (details.problems ?? []).map(({ file, line, message }) => `- \`${file ?? ""}:${line ?? ""}\` ${message}`);
      console.log([`**There is no plan:** ${message}`, hint ?? "", ...problems].filter(Boolean).join("\n\n"));
    } catch {
      console.log(`**There is no plan:** ${text}`);
    }' >"$report"
  cat "$folder/errors" >&2
  rm -f "$AIPLAT_PLAN_FILE"
fi

cat "$report" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
{
  echo "changes=$changes"
  echo "exit-code=$code"
  echo "report=$report"
} >>"$GITHUB_OUTPUT"
