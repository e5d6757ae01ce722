# Two commands on a fresh machine with python3 (3.11 or newer), git and make:
#   make reproduce   set up .venv and regenerate every table, figure and notebook
#   make test        set up .venv and prove it
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed.stamp
PEERS := .venv/peers.stamp
SPREAD := -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help reproduce test coverage test-faults site lab check lint benchmark simulate lock bundle verify-bundle audit clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". To do: make PYTHON=python3.12 <target>")'
	@echo "Setting up .venv from requirements.lock (once; about two minutes) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip check --quiet --disable-pip-version-check
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

reproduce: $(STAMP) ## regenerate data_processed, figures, notebooks and site; skip what is up to date
	@$(BIN)/python -m analysis reproduce

test: $(STAMP) ## lint, types, unit, reference, end-to-end and notebook tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --num-workers 2
	@$(BIN)/python -m pytest -p no:nbval $(SPREAD)
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --nbval -p analysis.reporting.nbval_ipc -p no:cacheprovider notebooks

coverage: $(STAMP) ## the same tests with the share of lines that they reach (half as long again)
	@$(BIN)/python -m pytest $(SPREAD) --cov --cov-report=term

test-faults: $(STAMP) ## every damaged input, 20 killed builds, full disks, two builds at once, a lost cluster (9 minutes)
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile -m faults -p no:cacheprovider tests/faults

site: $(STAMP) ## build the pages in site/ from the committed outputs
	@$(BIN)/python -m analysis site

check: $(STAMP) ## validate the data and the study files without running anything
	@$(BIN)/python -m analysis check

lab: $(STAMP) ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab --notebook-dir=.

lint: $(STAMP) ## format the code and mend what ruff can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

$(PEERS): $(STAMP) tests/benchmarks/peers.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --upgrade --target .venv/peers -r tests/benchmarks/peers.lock
	@touch $@

benchmark: $(PEERS) ## measure speed and memory as ratios against named peers
	@failed=0; for script in tests/benchmarks/benchmark_*.py; do echo "$$script"; $(BIN)/python $$script || failed=1; done; exit $$failed

simulate: $(STAMP) ## test an estimator on made data; NAME= picks the study (minutes; see python -m analysis simulate --help)
	@$(BIN)/python -m analysis simulate $(NAME)

lock: $(STAMP) ## compile requirements.in into requirements.lock and environment.yml (needs uv)
	@uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet requirements.in -o requirements.lock
	@$(BIN)/python -m analysis environment

verify: $(STAMP) ## rebuild what is committed in a temporary folder and say how far each exhibit came back
	@$(BIN)/python -m analysis verify

bundle: $(STAMP) ## pack the package into one archive under bundle/, the same bytes each time
	@$(BIN)/python -m analysis bundle

audit: $(STAMP) ## check that the installed packages are those of the lock, file by file
	@$(BIN)/python -m analysis audit

verify-bundle: $(STAMP) ## unpack that archive (or ARCHIVE=), reproduce from it and compare every byte
	@$(BIN)/python -m analysis verify-bundle $(ARCHIVE)

clean: ## delete .venv, caches and the memory of earlier runs (outputs stay)
	rm -rf .venv .pytask pytask.lock pytask.lock.journal .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
