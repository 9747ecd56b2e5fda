# `make` lists all targets.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
# For `make lock`: UPGRADE=1 takes the newest versions; otherwise locked versions stay.
UPGRADE ?=
# For `make faults`: duration, and the seed of an earlier run to repeat it.
MINUTES ?= 2
SEED    ?=
# For `make bench`: bench/README.md.
SCALE   ?= 1000
SECONDS ?= 3
ROUNDS  ?= 3
ONLY    ?=
BASE    ?=
DATA    ?=
# For `make migration`: a description.
NAME   ?=
LOCALE := shop/web/locale

# No check for a newer pip; UTF-8 whatever the terminal's locale.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1
export LITESTAR_QUIET_CONSOLE := 1
# Bytecode is kept: each process of the tests would compile all of them again, for five seconds.
unexport PYTHONDONTWRITEBYTECODE
# Saves half a second: Litestar would import `app.py` and build the shop only to list its commands.
export LITESTAR_APP := shop.start.cli:app

PIP_INSTALL := $(BIN)/python -m pip install --quiet --no-deps --require-hashes

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- the environment ---------------------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Pointmall needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# pip compiles no bytecode: compiling at first use is faster.
$(VENV)/.runtime: requirements.lock | $(BIN)/python
	$(PIP_INSTALL) -r requirements.lock
	@touch $@

# After .runtime, never in parallel: two pips in one environment break each other.
$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(PIP_INSTALL) -r requirements-dev.lock
	@touch $@

# --- the shop ----------------------------------------------------------------

.PHONY: run
run: $(VENV)/.runtime ## serve the shop, with its database and, if that is empty, the demo
	@exec $(BIN)/litestar run

.PHONY: audit
audit: $(VENV)/.runtime ## check the books of the shop that `make run` uses, running or not
	@exec $(BIN)/litestar audit

# --- the tests ---------------------------------------------------------------

.PHONY: test
test: lint types imports unit browser ## lint, types, imports, unit and browser tests

.PHONY: proofs
proofs: $(VENV)/.dev faults-short ## slower tests: state machine, API fuzzing, query plans, a short fault run
	$(BIN)/python -m pytest tests/unit -m slow --timeout 1200 --numprocesses logical --dist loadfile

# Half of the time of these tests is waiting for processes to start and to end. Files run in their
# order, because the slowest have few tests and would otherwise be the last.
UNIT_WORKERS := $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) * 3 / 2)))

.PHONY: unit
unit: $(VENV)/.dev ## unit tests, on a temporary PostgreSQL
	$(BIN)/python -m pytest tests/unit -m "not slow" --numprocesses $(UNIT_WORKERS) \
	  --dist loadfile --no-loadscope-reorder

# A separate pytest process: Playwright keeps an event loop running.
.PHONY: browser
browser: $(VENV)/.dev ## tests in a real browser
	@chromium="$$($(BIN)/python tests/browser/find_chromium.py)" && \
	  CHROMIUM="$$chromium" $(BIN)/python -m pytest tests/browser --numprocesses logical --dist loadfile

# External checkers come from npm; `make test` does not need them.
CHECKERS := tests/pages/node_modules/.package-lock.json

$(CHECKERS): tests/pages/package-lock.json
	@command -v npm >/dev/null || { echo "This needs npm, which comes with Node.js (22.19 or newer)." >&2; exit 1; }
	cd tests/pages && npm ci --silent
	@touch $@

.PHONY: contact-sheet
contact-sheet: $(VENV)/.dev ## screenshots of all pages in all states, in two shops, in build/contact-sheet
	@$(BIN)/python -m tests.pages.contact_sheet

.PHONY: lighthouse
lighthouse: $(VENV)/.dev $(CHECKERS) ## run Lighthouse on the main pages, as on a phone; 98 for performance, else 100 (needs npm)
	@$(BIN)/python -m tests.pages.lighthouse

.PHONY: validate
validate: $(VENV)/.dev $(CHECKERS) ## validate all pages and the CSS with the Nu HTML checker (needs npm and Java)
	@$(BIN)/python -m tests.pages.validate

.PHONY: lint-openapi
lint-openapi: $(VENV)/.dev $(CHECKERS) ## lint the OpenAPI document with Redocly (needs npm)
	@$(BIN)/python -m tests.pages.lint_openapi

.PHONY: faults
faults: $(VENV)/.dev ## kill the shop's processes under load for MINUTES=n, then check that nothing is lost (SEED=n repeats a run)
	$(BIN)/python -m tests.faults --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

.PHONY: faults-short
faults-short: $(VENV)/.dev ## the same for half a minute, and tests of its checker
	$(BIN)/python -m pytest tests/faults

.PHONY: nodes
nodes: $(VENV)/.dev ## three nodes on a primary and a standby, under load, while nodes and the primary fail (SEED=n repeats a run)
	$(BIN)/python -m tests.nodes $(if $(SEED),--seed $(SEED))

# --- performance ---------------------------------------------------------------

BENCH = $(BIN)/python -m bench --seconds $(SECONDS) --rounds $(ROUNDS) $(if $(DATA),--data "$(DATA)")

.PHONY: bench
bench: $(VENV)/.dev ## compare throughput with the machine's limits (ONLY=text, SCALE=n; BASE=ref: with that version)
	@$(BENCH) --scale $(SCALE) $(if $(ONLY),--only "$(ONLY)") $(if $(BASE),--base "$(BASE)")

.PHONY: bench-growth
bench-growth: SCALE = 1000000
bench-growth: SECONDS = 1
bench-growth: $(VENV)/.dev ## compare response times in shops of 1,000, 100,000 and 1,000,000 products
	@$(BENCH) --scale $(SCALE) --growth

.PHONY: bench-staff
bench-staff: SCALE = 1000000
bench-staff: SECONDS = 1
bench-staff: $(VENV)/.dev ## measure the pages of staff in a shop of SCALE orders, and a file of all of them
	@$(BENCH) --scale $(SCALE) --staff

.PHONY: bench-nodes
bench-nodes: $(VENV)/.dev ## compare three nodes behind HAProxy and PgBouncer with one node, in turn
	@$(BENCH) --scale $(SCALE) --workers 1 --nodes $(if $(ONLY),--only "$(ONLY)")

# --- the code ----------------------------------------------------------------

.PHONY: lint
lint: $(VENV)/.dev ## ruff: style and likely bugs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .

.PHONY: types
types: $(VENV)/.dev ## mypy: strict for the code, without JSON and None for the tests
	$(BIN)/mypy

.PHONY: imports
imports: $(VENV)/.dev ## check the direction of imports
	$(BIN)/lint-imports

.PHONY: format
format: $(VENV)/.dev ## format the code
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

# --- maintenance -----------------------------------------------------------

LOCK := $(VENV)-lock/bin/python -m piptools compile --quiet --generate-hashes --strip-extras \
  --allow-unsafe --no-header --no-emit-options --no-emit-index-url --no-emit-trusted-host \
  --no-emit-find-links $(if $(UPGRADE),--upgrade)

.PHONY: lock
lock: $(VENV)-lock/.done ## lock the dependencies of pyproject.toml (UPGRADE=1: newest versions)
	$(LOCK) --output-file requirements.lock pyproject.toml
	$(LOCK) --output-file requirements-otel.lock --extra otel --constraint requirements.lock pyproject.toml
	$(LOCK) --output-file requirements-dev.lock --extra dev --constraint requirements-otel.lock pyproject.toml

$(VENV)-lock/.done:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet pip-tools==7.6.2
	@touch $@

.PHONY: migration
migration: $(VENV)/.runtime ## write the migration for changed tables (NAME="description")
	$(BIN)/piccolo migrations new shop --auto --desc="$(NAME)"

.PHONY: messages
messages: $(VENV)/.runtime ## collect messages to translate into the catalogues
	$(BIN)/pybabel --quiet extract --mapping pyproject.toml --keywords N_ --no-location --sort-output \
	  --output $(LOCALE)/messages.pot shop templates
	$(BIN)/pybabel --quiet update --input-file $(LOCALE)/messages.pot --output-dir $(LOCALE) --no-fuzzy-matching
	@rm $(LOCALE)/messages.pot

.PHONY: clean
clean: ## remove the environment and build files, but not the shop's data
	rm -rf $(VENV) $(VENV)-lock build tests/pages/node_modules .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.data/*' -prune -exec rm -rf {} +
