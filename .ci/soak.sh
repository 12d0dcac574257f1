#!/usr/bin/env bash
# The long variants: tests that read MUSTER_SOAK repeat until they have seen what rarely happens.
set -euo pipefail
cd "$(dirname "$0")/.."

export MUSTER_SOAK=1
workspace=(--workspace --exclude muster-frontend)
if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --release --profile soak "${workspace[@]}"
else
  cargo test --release "${workspace[@]}"
fi
