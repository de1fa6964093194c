# kioskd: `make help` says what there is. Nothing but Rust and make has to be there beforehand.

.DEFAULT_GOAL := help
.PHONY: demo test lint deny help

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
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked

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
