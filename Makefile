# Every build uses the one profile `release`, so that RocksDB is compiled once for the testnet and the tests.

TARGET := $(or $(CARGO_TARGET_DIR),target)
KLERO := $(TARGET)/release/klero
ARGS ?=
FUZZ_SECONDS ?= 900

# $(call phase,name,command): runs the command and tells how long it took.
phase = @echo "== $(1)"; start=$$(date +%s); \
	$(2) && echo "== $(1): $$(($$(date +%s) - start)) s" | tee -a $(TARGET)/phases

BUILD  = cargo build --release --workspace --locked
CLIPPY = cargo clippy --release --workspace --all-targets --locked -- -D warnings
TEST   = cargo test --release --workspace --locked
ECVRF  = -p klero-sampling -p klero-committee --features ecvrf --locked
ASK    = cargo test --release -p klero-sampling --locked --test it -- --ignored
RISKS  = cargo test --release -p klero-analysis --locked --test it -- measured
MODEL  = cargo test --release -p klero-agreement --locked --test model --
NETNS  = cargo test --release -p klero-node --locked --test it netns:: --
DOC    = RUSTDOCFLAGS="-D warnings" cargo doc --release --workspace --no-deps --locked

.PHONY: help setup testnet test fmt lint doc rules bench catchup instructions fuzz soak netns oracle vectors model mutants risks scale twins certificates deploy hostile clean

help: ## this list
	@echo "Klero: consensus by sampled committees"
	@echo
	@awk -F':[^#]*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'ARGS reach the testnet: make testnet ARGS="--validators 4 --rounds 30"'

setup: ## install the system packages the build needs (Debian, Ubuntu) or name them
	@scripts/setup.sh

testnet: setup ## build, then start a testnet of real nodes on this machine
	$(BUILD)
	@exec $(KLERO) testnet $(ARGS)

test: ## every check: format, build, lints, tests, documentation
	@scripts/setup.sh checks
	@mkdir -p $(TARGET) && : >$(TARGET)/phases
	$(call phase,format,cargo fmt --all --check)
	$(call phase,build,$(BUILD))
	$(call phase,lints,$(CLIPPY))
	$(call phase,tests,$(TEST))
	$(call phase,lints of ecvrf-p256,cargo clippy --release --all-targets $(ECVRF) -- -D warnings)
	$(call phase,tests of ecvrf-p256,cargo test --release $(ECVRF) -- vrf)
	$(call phase,documentation,$(DOC))
	@echo "== all checks passed"; cat $(TARGET)/phases

fmt: ## format the code
	cargo fmt --all

lint: ## clippy, warnings being errors
	@scripts/setup.sh checks
	$(CLIPPY)

doc: setup ## the documentation of the crates, in target/doc
	$(DOC)

rules: ## write docs/src/spec/rules.md and scenarios.md anew: from each rule to its code, tests and scenarios
	cargo test --release -p klero-tidy --locked --test it -- --ignored write_the_index

bench: setup ## the benchmarks: seats, proofs, votes of a step, time to finality of 200 and of 4 validators
	cargo bench -p klero-sampling -p klero-committee --benches --locked
	scripts/instructions.sh
	$(BUILD)
	$(KLERO) testnet --rounds 150 | tail -n 5
	$(KLERO) testnet --validators 4 --rounds 300 | tail -n 5

certificates: ## sizes and times of certificates, and of a thousand votes: the tables of docs/src/measurements/certificates.md
	cargo run --release -p klero-committee --locked --example certificates

catchup: setup ## how quickly a node catches up that is far behind: the figures of docs/src/measurements/node.md; some minutes
	cargo run --release -p klero-node --locked --example catch_up

hostile: ## four nodes under each attack on the network: memory and time to finality, the table of docs/src/measurements/hostile.md
	cargo test --release -p klero-node --locked --test it -- --include-ignored --nocapture attacks_at_most_double

instructions: ## what seats and proofs take in instructions, beside what is recorded
	scripts/instructions.sh

fuzz: setup ## fuzz what decodes proofs and keys, and the seats: FUZZ_SECONDS=900 each
	@scripts/fuzz.sh $(FUZZ_SECONDS)

scale: ## 1,000 and 10,000 simulated validators: bytes and verifications a node; about half an hour
	cargo run --release -p klero-agreement --features sim --locked --example scale -- 1000 10000 tau 300 rounds 10

soak: ## a million simulated rounds of random faults, then 200 kills of real nodes; make test runs 50,000 and 20
	cargo run --release -p klero-agreement --features sim --locked --example soak -- rounds 1000000
	cargo test --release -p klero-node --locked --test it -- --ignored --nocapture two_hundred_random_moments

twins: ## all 262,144 scenarios of four nodes and a twin on two threads; make test runs 5,000
	cargo run --release -p klero-agreement --features sim --locked --example twins -- all

netns: ## partitions, one-way loss, delay, slow links: nodes on hosts of their own (network namespaces; root); 20 minutes
	@scripts/setup.sh checks
	$(NETNS) --ignored --nocapture --test-threads=1

oracle: ## seats at a million points against their definition, some minutes; make test asks 20,000 of them
	$(ASK) oracle_

vectors: ## write sampling/vectors/seats-edges.json anew
	$(ASK) write_the_vectors

model: ## search the agreement of four members, one of them Byzantine, completely; some minutes
	$(MODEL) --include-ignored --nocapture --test-threads=1

mutants: ## break each rule of the agreement on purpose and see its tests fail; some minutes
	@scripts/mutants.sh

risks: ## measure how often steps of sampled committees make no progress, against what is computed; some minutes
	$(RISKS) --include-ignored --test-threads=2

deploy: ## check deploy/: alerts, dashboard, container files; against a Prometheus that scrapes a testnet, if one is installed
	@scripts/deploy-check.sh

clean: ## remove what was built, RocksDB too
	cargo clean
