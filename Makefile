# What people and CI run. Needs Rust and PostgreSQL's server programs (Debian: postgresql-15).

.PHONY: test format lint unit warehouse bench conformance public extension extension-majors fuzz soak build clean

CARGO ?= cargo
# nextest runs tests in parallel processes; without it cargo's own runner does the same tests
RUNNER := $(shell $(CARGO) nextest --version >/dev/null 2>&1 && echo "nextest run --no-fail-fast" || echo "test")

# found by a build script, so that cargo fmt does not see them
RULES := $(wildcard pg_extension/validators/src/*/*.rs)

test: format lint unit warehouse

format:
	$(CARGO) fmt --all -- --check
	@rustfmt --check --edition 2024 $(RULES)

lint:
	$(CARGO) clippy --all-targets -- -D warnings

# snapshots are compared, never written
unit:
	./tests/prepare.sh
	INSTA_UPDATE=no HCW_PG_FSYNC=off $(CARGO) $(RUNNER)

# the example as its README says: an empty .hcw/, a build, a second build
warehouse:
	$(CARGO) build
	./tests/warehouse.sh target/debug/hcw

# DBT=path compares with dbt-core, DBT2=path with dbt 2 (the wheel `dbt` from PyPI)
bench:
	$(CARGO) build --release
	python3 bench/example.py target/release/hcw
	python3 bench/layered.py target/release/hcw "$(DBT)" "$(DBT2)"
	python3 bench/publish.py target/release/hcw 100
	python3 pg_extension/bench/run.py 1000000

# builds hcw_pg into the server of PG_CONFIG; with OVERLAY=folder into a private copy of that server
extension:
	./pg_extension/install.sh $(if $(OVERLAY),--overlay $(OVERLAY))

# hcw_pg in servers of every major version, or of MAJORS: builds, loads, runs the extension's tests
extension-majors:
	./pg_extension/majors.sh $(MAJORS)

# longer forms of the random tests
soak:
	HCW_PROPERTY_CASES=1000000 $(CARGO) test --release -p hcw-validators
	HCW_KILLS=300 HCW_READER_BUILDS=200 PROPTEST_CASES=5000 INSTA_UPDATE=no HCW_PG_FSYNC=off $(CARGO) $(RUNNER)

# the fuzz targets, FUZZ_SECONDS each; needs a nightly toolchain and cargo-fuzz
FUZZ_SECONDS ?= 60
fuzz:
	cd pg_extension/validators && for target in $$($(CARGO) +nightly fuzz list); do \
		$(CARGO) +nightly fuzz run $$target -- -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 || exit 1; \
	done

# the public dbt adapter suite, from PyPI, against hcw; the runner stands beside the repository
conformance:
	$(CARGO) build --release
	./tests/conformance.sh target/release/hcw

# public dbt projects, unmodified: from PyPI, and from checkouts in PACKAGES
PACKAGES ?= target/packages
public:
	./tests/prepare.sh
	HCW_TEST_PUBLIC_REQUIRED=1 HCW_PUBLIC_PACKAGES="$(abspath $(PACKAGES))" HCW_PG_FSYNC=off $(CARGO) test --test it public_packages -- --nocapture

build:
	$(CARGO) build --release

clean:
	$(CARGO) clean
