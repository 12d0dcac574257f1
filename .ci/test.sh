#!/usr/bin/env bash
# Every test, in the order in which mistakes are found soonest. Stops at the first step that fails and names it.
set -euo pipefail
cd "$(dirname "$0")/.."

report=""

# step NAME COMMAND…: runs the command and notes how long it took.
step() {
  local name=$1 start=$SECONDS status=0
  shift
  printf '\n=== %s\n' "$name"
  "$@" || status=$?
  report+=$(printf '%6d s  %s' $((SECONDS - start)) "$name")$'\n'
  if [ "$status" -ne 0 ]; then
    printf '\n%s\nFAILED: %s (status %d)\n' "$report" "$name" "$status" >&2
    exit 1
  fi
}

# The browser's package compiles only for the browser; `make site` does that.
workspace=(--workspace --exclude muster-frontend)

unit_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run "${workspace[@]}"
  else
    cargo test "${workspace[@]}" --lib --bins --tests
  fi
}

# Real clients against real sockets and deadlines: what fails is run once more before it counts.
sdk_tests() {
  (cd end2end/sdk-python && { .venv/bin/python -m pytest -q || .venv/bin/python -m pytest -q --last-failed; })
}

# The Node SDKs, as the Python ones.
node_sdk_tests() {
  npm --prefix end2end/sdk-node test || npm --prefix end2end/sdk-node test
}

# The management REST against its own description, for less than two minutes.
schemathesis() {
  end2end/schemathesis/.venv/bin/python end2end/schemathesis/check.py
}

# The journeys, as the SDKs: a browser on two busy cores may miss a deadline once, not twice.
browser_tests() {
  npm --prefix end2end test || npm --prefix end2end test -- --last-failed
}

export MUSTER_BIN="$PWD/target/release/muster"

step "prerequisites"           .ci/prerequisites.sh test
step "formatting"              cargo fmt --all --check
step "house rules"             cargo run -p muster-site -- tidy
step "lints"                   cargo clippy "${workspace[@]}" --all-targets -- -D warnings
step "tests"                   unit_tests
step "examples in comments"    cargo test "${workspace[@]}" --doc
step "site, with its budget"   cargo run -p muster-site -- build
step "release binary"          make --no-print-directory binary
step "official Python SDKs"    sdk_tests
step "official Node SDKs"      node_sdk_tests
step "REST as it is described" schemathesis
step "journeys in the browser" browser_tests

printf '\n%s\nAll tests passed in %d s.\n' "$report" "$SECONDS"
