# Each target does its own set-up, from nothing but Python ≥ 3.11, git and make.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
JOBS   ?= auto

.PHONY: help setup demo test proof faults attacks fuzz bench lint types build check clean

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[postgresql,mysql,scratch,test,dev]'
	@touch $@

setup: $(VENV)/.ready

## make demo    three databases follow a git repository, from first plan to adopted drift
demo: setup
	@$(BIN)/python demo/demo.py

## make test    everything that is fast: units, real servers, command line, documentation
test: setup
	$(BIN)/python -m pytest -n $(JOBS) -m "not faults and not fuzz and not proof and not attacks" tests

## make proof   the slower proofs: real schemas in and out, every mutation, every server found
proof: setup
	$(BIN)/python -m pytest -n $(JOBS) -m proof tests

## make faults  kills, races, lost replies, full disks at every point: one line a fault (RECONCILE_FAULT_POINTS=10 of each)
faults: setup
	$(BIN)/python -m pytest -n $(JOBS) -q -m "not few" tests/faults

## make attacks  on approvals, code and the ledger: one line an attack, with what it was refused with
attacks: setup
	$(BIN)/python -m pytest -n $(JOBS) -q -m attacks tests/attacks

## make fuzz    random pairs of schemas: plan, apply, converge, come back (PAIRS=300 a dialect; DIALECT=postgresql)
fuzz: setup
	RECONCILE_FUZZ_PAIRS=$(or $(PAIRS),300) RECONCILE_FUZZ_DIALECT="$(DIALECT)" $(BIN)/python -m pytest -n $(JOBS) -s -m fuzz tests

## make bench   cost beside pg_dump, mariadb-dump, Alembic and SQLAlchemy (TABLES="100 1000 5000", REAL=a.sql)
bench: setup
	$(BIN)/python benchmarks/bench.py $(TABLES) $(if $(REAL),--real $(REAL))
	$(BIN)/python benchmarks/mysql_bench.py $(TABLES)
	$(BIN)/python benchmarks/sqlite_bench.py $(TABLES)

## make check   lint, types and build
check: lint types build

lint: setup
	$(BIN)/python -m ruff check .

types: setup
	$(BIN)/python -m mypy

build: setup
	rm -rf dist && $(BIN)/python -m build --quiet

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
