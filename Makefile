# Everything a developer or CI asks for; `make` alone lists it.
# Needed on the machine: Python >= 3.11 with its venv module, and make.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8008
DATA ?= var/demo
ARGS ?=

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$python"; exit; }; done; echo python3)
BIN := .venv/bin
SOURCES := calendars notifications scheduler tests tools
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url $(if $(UPGRADE),--upgrade)

.PHONY: help setup run test check interop bench fix format format-check lint types imports \
	rfc rules figures lock clean service-environment

help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' \
		$(MAKEFILE_LIST)
	@echo
	@echo '  PORT=9000 DATA=/some/dir make run     another port, another place for the data'
	@echo '  make test ARGS="tests/calendars -k put"     arguments for pytest'

# --- set-up, run ---------------------------------------------------------------------------------

service-environment:
	@$(PYTHON) tools/set_up.py run

setup: ## Make .venv with everything installed, test extras included
	@$(PYTHON) tools/set_up.py test

run: service-environment ## Load the demonstration directorate once, then serve it on port 8008
	@NIAOULI_DATA="$(DATA)" NIAOULI_LISTEN="127.0.0.1:$(PORT)" exec $(BIN)/niaouli demo

# --- tests ---------------------------------------------------------------------------------------

test: setup ## Run every test but those that drive real programs
	$(BIN)/pytest -n 2 -m "not interop" $(ARGS)

check: format-check lint types imports test ## Format, lint, types, import contracts, tests

interop: setup ## Run the tests that drive real programs, which apt installs where it may
	tests/interop/install.sh
	$(BIN)/pytest -m interop -rs $(ARGS)

bench: setup ## Run the benchmarks: a table with ratios
	$(BIN)/python -m bench $(ARGS)
	$(BIN)/python -m bench.mails

# --- one check at a time -------------------------------------------------------------------------

fix: setup ## Mend what ruff can mend, and format
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

format: setup ## Format
	$(BIN)/ruff format $(SOURCES)

format-check: setup
	$(BIN)/ruff format --check $(SOURCES)

lint: setup ## Lint
	$(BIN)/ruff check $(SOURCES)

types: setup ## Check the types
	$(BIN)/mypy

imports: setup ## Check that imports run down only
	$(BIN)/lint-imports --no-logo

rfc: setup ## Count the tests of each RFC section
	@$(BIN)/python tools/marks.py rfc

rules: setup ## Count the tests of each business rule
	@$(BIN)/python tools/marks.py rule

figures: setup ## Say which rows of the samples and of the acceptance list hold
	@$(BIN)/python tools/figures.py $(ARGS)

# --- upkeep --------------------------------------------------------------------------------------

lock: setup ## Write the lock files anew; UPGRADE=1 takes newer versions
	$(COMPILE) --group pyproject.toml:install -o requirements-install.lock
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --all-extras pyproject.toml -o requirements-test.lock

clean: ## Remove what the targets made, .venv too; var/ stays
	rm -rf .venv build dist *.egg-info .coverage htmlcov .hypothesis
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +
