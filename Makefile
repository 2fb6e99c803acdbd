# The commands of orderflow; CI runs these same ones (.ci/run).
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo up test unit lint format bench setup clean

setup: $(READY)

# pip only brings uv, which installs the rest several times faster.
$(READY): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit("orderflow needs Python 3.11 or newer, this is %d.%d; name another with PYTHON=" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-dev.txt
	@touch $@
