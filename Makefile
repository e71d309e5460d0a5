# Everything that is done with Dray from a terminal; `make help` lists it.

PYTHON ?= python3
STAGE ?= dev
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
SOURCES := app.py chalicelib local cli tests benchmarks

# A stamp's name holds a checksum of what it stands for, so that an unchanged list of packages costs no second.
sum = $(shell cat $(1) | cksum | tr ' ' '-')
LOCAL := $(VENV)/.local-$(call sum,requirements.txt requirements-local.txt)
DEV := $(VENV)/.dev-$(call sum,requirements.txt requirements-local.txt requirements-dev.txt)
MUTANTS := $(VENV)/.mutants-$(call sum,requirements-mutants.txt)
PIP := $(PY) -m pip install -qq --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup run services test check unit lint format types house openapi catalogue bench faults mutants audit fuzz package deploy clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(DEV) ## make the virtual environment with all that the checks and tests need

run: $(LOCAL) ## start everything on this machine: engine, tables, first key, server (PORT, DATA_DIR)
	@exec $(PY) -m local.run

services: $(LOCAL) ## start only the engine with its tables and first key, for `.venv/bin/chalice local --stage local`
	@exec $(PY) -m local.services

test: check ## all checks and tests, with everything that they need

check: $(DEV) ## what CI runs: format, lint, types, layers, known vulnerabilities, all tests (a scan for secrets is one)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PY) -m local.audit
	$(BIN)/pytest -q -n 2 --dist loadgroup

unit: $(DEV) ## the tests that need no engine and no server
	$(BIN)/pytest -q tests/unit

lint: $(DEV) ## ruff and the layers
	$(BIN)/ruff check .
	$(BIN)/lint-imports

format: $(DEV) ## put the source in its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(DEV) ## mypy
	$(BIN)/mypy

house: $(DEV) ## the tests of the architecture
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/house

openapi: $(LOCAL) ## print the OpenAPI document
	@$(PY) -m local.openapi

catalogue: $(DEV) ## write the carriers' facts and pages anew, from their profiles and the SDK
	$(PY) -m local.catalogue

bench: $(DEV) ## measure the figures of the budget
	$(PY) -m benchmarks

faults: $(DEV) ## kill a process at every step of buying, voiding, tracking and revoking, many times (minutes)
	$(PY) -m tests.faults

mutants: $(MUTANTS) ## break the domain and the services one change at a time, and list what no unit test notices (ONLY; 40 minutes)
	$(PY) -m tests.mutation

audit: $(DEV) ## known vulnerabilities of the installed packages; where no advisory service answers, it says so and passes
	@$(PY) -m local.audit

fuzz: $(DEV) ## Schemathesis: at least 5,000 requests made from the OpenAPI document, all checks (SEED for other ones)
	@$(PY) -m tests.e2e.fuzz

package: $(LOCAL) ## what `make deploy` would send, into out/, and how large it is (STAGE)
	$(PY) -B -m local.prune $(STAGE)
	$(PY) -B -m local.gateway_responses > .chalice/deployments/gateway.json
	AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-eu-central-1} PYTHONDONTWRITEBYTECODE=1 $(BIN)/chalice package --stage $(STAGE) \
	  --merge-template .chalice/deployments/gateway.json out/
	@$(PY) -m local.package_sizes out/deployment.zip

deploy: $(LOCAL) ## tables and app of a stage, with AWS credentials from the environment (STAGE, see docs/deploy.md)
	./dray tables create --stage $(STAGE)
	$(PY) -B -m local.prune $(STAGE)
	PYTHONDONTWRITEBYTECODE=1 $(BIN)/chalice deploy --stage $(STAGE)
	./dray gateway --stage $(STAGE)

clean: ## remove what can be made again; data folders stay
	rm -rf $(VENV) .engine out mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

$(LOCAL): | $(PY)
	@echo "installing packages into $(VENV) (about a minute the first time)" >&2
	@$(PIP) -r requirements-local.txt
	@rm -f $(VENV)/.local-* && touch $@

$(DEV): | $(PY)
	@echo "installing packages into $(VENV), those of the checks and tests too (a few minutes the first time)" >&2
	@$(PIP) -r requirements-dev.txt
	@rm -f $(VENV)/.local-* $(VENV)/.dev-* && touch $(LOCAL) $@

$(MUTANTS): $(DEV)
	@$(PIP) -r requirements-mutants.txt
	@rm -f $(VENV)/.mutants-* && touch $@

$(PY):
	@echo "making the virtual environment $(VENV)" >&2
	@for python in $(PYTHON) python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    $$python -m venv --clear $(VENV) && exit; \
	    rm -rf $(VENV); exit 1; \
	  fi; \
	done; \
	echo "Dray needs Python 3.11 or newer: install one, or name it by 'make PYTHON=/path/to/python'" >&2; exit 1
