# kioskd: `make help` says what there is. Nothing but Rust and make has to be there beforehand.

.DEFAULT_GOAL := help
.PHONY: demo test lint simulate soak deny help

# Where rustup puts cargo, for shells that were opened before Rust was installed.
export PATH := $(PATH):$(HOME)/.cargo/bin

demo: ## sell something, here and now: without hardware and without a Stripe account
	@.ci/needs demo
	cargo run --locked -- demo

test: ## everything that has to hold: format, lints, tests, documentation
	@.ci/needs test
	@.ci/sdks || echo "Stripe's SDKs could not be installed: their tests will be skipped"
	$(MAKE) --no-print-directory lint
	cargo test --locked
	$(MAKE) --no-print-directory simulate
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked

# What `make simulate` plays: a seed alone, or so many runs and every first death.
RUNS ?= 5000
SECONDS ?= 3600
SIMULATION = cargo test --locked --profile simulation --test simulation -- --nocapture
# Fresh seeds each day; a failing one is told with the command that replays it.
FROM ?= $(shell date +%Y%m%d)0000000

simulate: ## simulated sales, and every point at which the daemon can die; SEED=n replays one
ifdef SEED
	SEED=$(SEED) $(SIMULATION) whatever
else
	FROM=$(FROM) RUNS=$(RUNS) FIRST_DEATHS=1 SECOND_DEATHS=211 $(SIMULATION)
endif

soak: ## the same for SECONDS=3600, with fresh seeds, and every eleventh pair of deaths
	FROM=$(FROM) SECONDS=$(SECONDS) $(SIMULATION) whatever
	FIRST_DEATHS=1 SECOND_DEATHS=11 $(SIMULATION) wherever

lint: ## format and lints only
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings

deny: ## licences, sources and bans of all dependencies; installs cargo-deny if missing (minutes)
	@cargo deny --version >/dev/null 2>&1 || { \
		echo "+ cargo install cargo-deny --locked   (missing; compiled once, which takes minutes)"; \
		cargo install cargo-deny --locked; }
	cargo deny --locked check bans licenses sources

help: ## this list
	@sed -n 's/^\([a-z]*\): ## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST)
