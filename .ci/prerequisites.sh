#!/usr/bin/env bash
# prerequisites.sh build|test
#
# Finds what building or testing needs, installs what it can, and names the rest with the way to install it.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:?say build or test}
missing=() # what a person must do
packages=() # Debian packages that this script may install

has() { command -v "$1" >/dev/null 2>&1; }
say() { printf 'prerequisites: %s\n' "$*"; }

# --- Building -------------------------------------------------------------------------------------------------

if ! has cargo; then
  missing+=("Rust: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh   (then open a new shell)")
else
  # The first call also lets rustup install the toolchain that rust-toolchain.toml names.
  libraries=$(rustc --print target-libdir --target wasm32-unknown-unknown)
  if [ ! -d "$libraries" ]; then
    if has rustup; then
      say "adding the wasm32-unknown-unknown target"
      rustup target add wasm32-unknown-unknown
    else
      missing+=("Rust's wasm32-unknown-unknown target: install Rust with rustup, or take it from your distribution")
    fi
  fi
fi

has cc || packages+=(gcc libc6-dev)

if ! has npm && [ "$purpose" = build ]; then
  say "npm was not found; the site is built without wasm-opt and is larger (Debian: sudo apt-get install nodejs npm)"
fi

# --- Testing --------------------------------------------------------------------------------------------------

# PostgreSQL's programs, wherever Debian or the person put them.
has_postgres() {
  has pg_ctl && has initdb && return
  local found=(/usr/lib/postgresql/*/bin/initdb)
  [ -x "${found[-1]}" ]
}

has_chromium() { has chromium || has chromium-browser || has google-chrome; }

if [ "$purpose" = test ]; then
  has npm || packages+=(nodejs npm)
  has_postgres || packages+=(postgresql)
  has_chromium || packages+=(chromium)
  has python3 && python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3 python3-venv)
fi

if [ ${#packages[@]} -gt 0 ]; then
  if has apt-get && [ "$(id -u)" = 0 ]; then
    say "installing ${packages[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
  elif has apt-get; then
    missing+=("${packages[*]}: sudo apt-get install ${packages[*]}")
  else
    missing+=("${packages[*]} (Debian's names): install them with the package manager of this system")
  fi
fi

if [ ${#missing[@]} -gt 0 ]; then
  printf '\nMissing:\n' >&2
  printf '  - %s\n' "${missing[@]}" >&2
  exit 1
fi
[ "$purpose" = test ] || exit 0

# --- What the end-to-end tests bring themselves ---------------------------------------------------------------

for python in end2end/sdk-python end2end/schemathesis; do
  if [ ! -x "$python/.venv/bin/pip" ]; then
    say "making $python/.venv"
    python3 -m venv "$python/.venv"
  fi
  if ! cmp -s "$python/requirements.txt" "$python/.venv/installed.txt"; then
    say "installing into $python/.venv"
    "$python/.venv/bin/pip" install --quiet --disable-pip-version-check -r "$python/requirements.txt"
    cp "$python/requirements.txt" "$python/.venv/installed.txt"
  fi
done

if [ ! end2end/sdk-node/node_modules/.package-lock.json -nt end2end/sdk-node/package.json ]; then
  say "installing the Node SDKs into end2end/sdk-node/node_modules"
  npm --prefix end2end/sdk-node ci --no-audit --no-fund --loglevel=error
fi

if [ ! end2end/node_modules/.package-lock.json -nt end2end/package.json ]; then
  say "installing Playwright into end2end/node_modules"
  # The browser is the system's, so none is downloaded.
  install=install
  [ ! -f end2end/package-lock.json ] || install=ci
  (cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm "$install" --no-audit --no-fund --loglevel=error)
fi
