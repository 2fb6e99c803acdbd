# The commands of orderflow; CI runs these same ones (.ci/run).
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# Each process has an embedded cloud of its own; a file's tests share it. Three, as tests wait for much.
PARALLEL := -n 3 --dist loadfile --no-loadscope-reorder
# The machine's Node.js, or where that is missing or too old the environment's, from PyPI.
ifneq ($(shell node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && command -v npm),)
NPM := npm
else
NPM := node .venv/node/lib/node_modules/npm/bin/npm-cli.js
export PATH := $(CURDIR)/.venv/node/bin:$(PATH)
endif
# Compiled modules are kept: pulumi_aws and boto3 are large.
unexport PYTHONDONTWRITEBYTECODE

# What is set, and to no "no": PERSIST=0 is off.
on = $(filter-out 0 no off false,$(1))

.PHONY: help demo up logs ops test unit engine lint format storefront preview screenshots vitals bench cost outputs codegen simulate mutate chaos setup clean

help:  ## Show these commands
	@awk -F ':.*  ## ' '/^[a-z]+:.*  ## / { printf "%-12s%s\n", $$1, $$2 }' Makefile

demo: $(READY)  ## Place ORDERS (20) orders on the embedded cloud and show what happens
	@$(BIN)/python -m local demo --orders $(or $(ORDERS),20)

up: $(READY) node_modules/.ready  ## The embedded cloud, with the storefront; PERSIST=1, EMPTY=1
	@$(BIN)/python -m local up --storefront-port $(or $(STOREFRONT_PORT),4568) $(if $(call on,$(PERSIST)),--persist) $(if $(PORT),--port $(PORT)) $(if $(AWS_PORT),--aws-port $(AWS_PORT)) $(if $(call on,$(EMPTY)),--empty)

logs: $(READY)  ## Follow what the functions log, while make up runs; ORDER, its id
	@$(BIN)/python -m local logs $(if $(ORDER),--order '$(ORDER)')

ops: $(READY)  ## Operate STAGE (local): ARGS='find …', 'reconcile' …
	@$(BIN)/python -m ops --stage $(or $(STAGE),local) $(ARGS)

test: $(READY) node_modules/.ready  ## All tests
	@$(BIN)/python -m pytest $(PARALLEL)

unit: $(READY) node_modules/.ready  ## The tests that need no emulator, and no patience
	@$(BIN)/python -m pytest $(PARALLEL) -m "not cloud and not long and not engine"

engine: $(READY) node_modules/.ready  ## Tests under Pulumi's own engine: its CLI, or Go to build it
	@$(BIN)/python -m tests.engine
	@$(BIN)/python -m pytest $(PARALLEL) -m engine -rs tests/engine

lint: $(READY) node_modules/.ready  ## Formatting, style, types, JavaScript, workflows, policies, schema
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m ruff check
	$(BIN)/python -m basedpyright
	$(NPM) run --silent lint
	$(BIN)/python -m outputs.codegen --check
	$(BIN)/python -m tests.lint

format: $(READY)  ## Mend formatting and what style can mend by itself
	$(BIN)/python -m ruff check --fix
	$(BIN)/python -m ruff format

storefront: $(READY) node_modules/.ready  ## Build the storefront, for a stage that serves it
	@$(NPM) run --silent build --workspace storefront

preview: $(READY)  ## Show what the change here does: STAGE (prod), BASE (main), FORMAT
	@$(BIN)/python -m preview $(if $(STAGE),--stage '$(STAGE)') $(if $(BASE),--base '$(BASE)') $(if $(FORMAT),--format $(FORMAT)) $(if $(call on,$(ALLOW_BREAKING)),--allow-breaking)

screenshots: $(READY) node_modules/.ready  ## Take the README's pictures of the storefront anew
	@$(BIN)/python -m tests.browser

vitals: $(READY) node_modules/.ready  ## Measure how soon the storefront is there on a slow phone
	@$(BIN)/python -m bench.storefront

bench: $(READY)  ## Measure; writes bench/results.json
	@$(BIN)/python -m bench

cost: $(READY)  ## The bill of STAGE (prod) for ORDERS a month; RATE, MIX, OBSERVE=1
	@$(BIN)/python -m cost $(if $(call on,$(OBSERVE)),observe,$(if $(STAGE),--stage '$(STAGE)') $(if $(ORDERS),--orders '$(ORDERS)') $(if $(RATE),--rate '$(RATE)') $(MIX))

outputs: $(READY)  ## Configure a front end: STAGE (local) or FILE, FORMAT (json), OUT
	@$(BIN)/python -m outputs $(if $(STAGE),--stage '$(STAGE)') $(if $(FILE),--file '$(FILE)') $(if $(FORMAT),--format '$(FORMAT)') $(if $(OUT),--out '$(OUT)')

codegen: $(READY) node_modules/.ready  ## Make the storefront's types and the published schema anew
	@$(BIN)/python -m outputs.codegen

simulate: $(READY)  ## Simulate RUNS (10000) bad days from SEED; TYPE, PROCESSES
	@$(BIN)/python -m tests.simulation run $(if $(RUNS),--runs $(RUNS)) $(if $(SEED),--seed $(SEED)) $(if $(TYPE),--type $(TYPE)) --processes $(or $(PROCESSES),2)

mutate: $(READY)  ## Break resources, workflow and functions bit by bit: who notices?
	@$(BIN)/python -m tests.infra.mutation
	@$(BIN)/python -m tests.simulation mutate

chaos: $(READY)  ## Place ORDERS (1000) while parts fail; SEED, TYPE=EXPRESS
	@$(BIN)/python -m local chaos $(if $(ORDERS),--orders $(ORDERS)) $(if $(SEED),--seed $(SEED)) $(if $(TYPE),--type $(TYPE))

setup: $(READY) node_modules/.ready  ## Install everything (the other commands do it too)

clean:  ## Remove what the other commands made
	rm -rf .venv package/.venv node_modules storefront/node_modules storefront/dist .local .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.txt requirements-dev.txt policy/requirements.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("orderflow needs Python 3.11 or newer; this is %d.%d. Name another: make PYTHON=python3.12" % v[:2])'
	@$(PYTHON) local/make_environment.py python

node_modules/.ready: package.json package-lock.json $(READY)
	@$(PYTHON) local/make_environment.py node
