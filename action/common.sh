# What the steps of action.yml share: inputs come as variables, so that nothing of them is shell code.
# Without -u: to bash 3.2, which macOS has, an array without words is unset.
set -eo pipefail

read -r -d '' -a workload <<<"${AIPLAT_WORKLOAD:-}" || true
read -r -d '' -a more <<<"${AIPLAT_ARGS:-}" || true

# The version of the action's own checkout, unless another is asked for.
version=${AIPLAT_VERSION:-$(node -p 'require(process.argv[1]).version' "$GITHUB_ACTION_PATH/package.json")}

aiplat() {
  npx --yes "aiplat@$version" "$@"
}
