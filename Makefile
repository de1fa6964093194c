# kioskd: `make help` says what there is. Nothing but Rust and make has to be there beforehand.

.DEFAULT_GOAL := help
.PHONY: demo test lint simulate soak check-model kill bugs bench fuzz mutants deny deb deb-arm64 vm vm-soak help

# Where rustup puts cargo, for shells that were opened before Rust was installed.
export PATH := $(PATH):$(HOME)/.cargo/bin

demo: ## sell something, here and now: without hardware and without a Stripe account
	@.ci/needs demo
	cargo run --locked -- demo

test: ## everything that has to hold: format, lints, tests, documentation
	@.ci/needs test
	@.ci/sdks || echo "Stripe's SDKs could not be installed: their tests will be skipped"
	@.ci/ansible || echo "Ansible could not be installed: the test of its role will be skipped"
	$(MAKE) --no-print-directory lint
	cargo test --locked --lib --bins --examples $(OTHERS:%=--test %)
	cargo test --locked --test stories -- --test-threads 8
	cargo test --locked --doc
	$(MAKE) --no-print-directory simulate
	@.ci/instructions
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked

# All tests but the stories, which wait for clocks more than they work and go many at a time.
OTHERS = $(filter-out stories,$(basename $(notdir $(wildcard tests/*.rs))) $(notdir $(patsubst %/main.rs,%,$(wildcard tests/*/main.rs))))

# A build that is fast and keeps the core's own assertions.
FAST = cargo test --locked --profile simulation
# For what runs for hours.
FASTEST = cargo test --locked --profile soak
# Fresh seeds each day; a failing one is told with the command that replays it.
FROM ?= $(shell date +%Y%m%d)0000000
# Of the whole kiosk; and of the core alone, which is some twenty times as fast.
RUNS ?= 5000
WALKS ?= 200000
SECONDS ?= 3600
KILLS ?= 1000
# What may go wrong in one history of the model checker.
FAULTS ?= 1
CRASHES ?= 1

simulate: ## simulated sales from fresh seeds, and every point at which the daemon can die; SEED=n replays one
ifdef SEED
	SEED=$(SEED) $(FAST) --test simulation whatever -- --nocapture
else
	FROM=$(FROM) RUNS=$(WALKS) $(FAST) --test small_world whatever -- --nocapture
	FROM=$(FROM) RUNS=$(RUNS) FIRST_DEATHS=1 SECOND_DEATHS=211 $(FAST) --test simulation -- --nocapture
endif

soak: ## the same for SECONDS=3600 each, and every eleventh pair of deaths
	FROM=$(FROM) SECONDS=$(SECONDS) $(FASTEST) --test small_world whatever -- --nocapture
	FROM=$(FROM) SECONDS=$(SECONDS) $(FASTEST) --test simulation whatever -- --nocapture
	FIRST_DEATHS=1 SECOND_DEATHS=11 $(FASTEST) --test simulation wherever -- --nocapture

check-model: ## all interleavings of one sale with FAULTS=1 and CRASHES=1, for SECONDS=3600 each policy (or POLICY=release)
	CHECK_SECONDS=$(SECONDS) FAULTS=$(FAULTS) CRASHES=$(CRASHES) $(FAST) --test small_world checker:: -- --nocapture

kill: ## the real processes, killed KILLS=1000 times
	KILLS=$(KILLS) WORLDS=16 $(FAST) --test killed wherever -- --nocapture

bugs: ## the deliberate bugs of tests/simulation/bugs/, each of which the simulation must find
	.ci/bugs

bench: deb ## what kioskd costs, beside two peers on Stripe's SDKs, into docs/performance.md (50 minutes; ONLY="taps disk" for parts)
	@.ci/needs bench
	@.ci/sdks
	cargo bench --locked --profile simulation --bench figures

fuzz: SECONDS = 60
fuzz: ## each target of fuzz/ for SECONDS=60; installs cargo-fuzz if missing (minutes)
	@.ci/needs fuzz
	@.ci/fuzz $(SECONDS)

mutants: ## mutation testing of sale/, kiosk/, stripe/; SHARD=k/n for a part; installs cargo-mutants if missing
	@cargo mutants --version >/dev/null 2>&1 || { \
		echo "+ cargo install cargo-mutants --locked   (missing; compiled once, which takes minutes)"; \
		cargo install cargo-mutants --locked; }
	SHARD=$(SHARD) .ci/mutants

lint: ## format and lints only
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings

deny: ## licences, sources and bans of all dependencies; installs cargo-deny if missing (minutes)
	@cargo deny --version >/dev/null 2>&1 || { \
		echo "+ cargo install cargo-deny --locked   (missing; compiled once, which takes minutes)"; \
		cargo install cargo-deny --locked; }
	cargo deny --locked check bans licenses sources

deb: ## the Debian package of this machine's kind, into target/debian; installs cargo-deb and cargo-auditable if missing
	@.ci/needs deb
	@packaging/build

deb-arm64: ## the package for a Raspberry Pi, built in a root of Debian's that is made for it (ten minutes, as root)
	@packaging/build arm64

vm: deb ## the package in an emulated Debian with real systemd, five power cuts included; needs root for its system (mmdebstrap)
	@.ci/needs vm
	@.ci/vm 5

vm-soak: deb ## the same with CUTS=50 power cuts
	@.ci/needs vm
	@.ci/vm $(or $(CUTS),50)

help: ## this list
	@sed -n 's/^\([a-z-]*\): ## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST)
