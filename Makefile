# `make` lists what there is. Longer steps live in .ci/.

ONLY ?=
DEVICES ?= 100000
WORKSPACE := --workspace --exclude muster-frontend
MUSTER := target/release/muster
# Browser and server must agree on this; the file says what it is.
ERASED := --config .cargo/erased.toml

.DEFAULT_GOAL := help
.PHONY: help run build binary test dev bench soak site tidy fmt lint clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build, then serve the demo fleet on http://127.0.0.1:8080 (state in ./data)
	@exec $(MUSTER) serve --demo

build: site binary ## leave the release binary, with the site inside, at target/release/muster

binary: # needs a built site
	cargo build $(ERASED) --release -p muster-server --features embed-site

test: ## install what the tests need and run all of them
	@.ci/test.sh

dev: ## serve a development build; rebuild and restart on change
	@.ci/prerequisites.sh build
	cargo run -p muster-site -- watch

bench: build ## measure into target/bench/report.json (a part: make bench ONLY=query DEVICES=1000000)
	cargo run $(ERASED) --release -p muster-bench -- --only "$(ONLY)" --devices $(DEVICES)

soak: ## run the tests at length: hours under load, kills and faults
	@.ci/prerequisites.sh test
	@.ci/soak.sh

site: ## build the site for the browser into target/site, print its size
	@.ci/prerequisites.sh build
	cargo run -p muster-site -- build

tidy: ## check the house rules of the repository
	cargo run -p muster-site -- tidy

fmt: ## format the Rust sources
	cargo fmt --all

lint: ## clippy, for the server and for the browser
	cargo clippy $(WORKSPACE) --all-targets -- -D warnings
	cargo clippy -p muster-frontend --target wasm32-unknown-unknown --target-dir target/front -- -D warnings

clean: ## remove everything that was built; ./data stays
	cargo clean
	rm -rf end2end/node_modules end2end/*/node_modules end2end/*/.venv end2end/report
