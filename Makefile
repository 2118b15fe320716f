# Everything a user types. A machine needs Python 3.11 or newer and make; .venv gets the rest.
#   PYTHON=python3.12   the Python that .venv is made with
#   CORES=4             how many cores to use (all)
#   ARGS="..."          more arguments for snakemake, pytest or the benchmark
PYTHON ?= python3
CORES ?= $(shell $(PYTHON) -c "import os; print(len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count())")
ARGS ?=

# Paths are relative or left to the shell: make itself cannot hold one with a blank.
VENV := $$(pwd -P)/.venv
STAMP := .venv/installed
PLUGIN := build/slurm/installed
RUN := PATH="$(VENV)/bin:$$PATH" .venv/bin/python -m
SNAKEMAKE = $(RUN) snakemake --cores $(CORES) --workflow-profile workflow/profiles

# Neither other packages nor a profile of another project change what make does.
export PYTHONPATH := src
unexport PYTHONHOME SNAKEMAKE_PROFILE
# Snakemake and matplotlib keep copies; where the usual place cannot be written, they do so here.
ifneq ($(shell d="$${XDG_CACHE_HOME:-$$HOME/.cache}"; mkdir -p "$$d" 2>/dev/null && test -w "$$d" && echo there),there)
export XDG_CACHE_HOME := $(CURDIR)/.snakemake/cache
endif

# .venv is whole if its Python runs and it was finished in this folder, whose path its scripts hold.
FINISHED := grep -sqxF "$(VENV)" $(STAMP)
ifneq ($(shell test -x .venv/bin/python && .venv/bin/python -c 0 2>&1 && $(FINISHED) && echo whole),whole)
.PHONY: $(STAMP)
endif

.DEFAULT_GOAL := help
.PHONY: help setup report preview compare test faults browser slurm lint format status bench scale init clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## make .venv from requirements.lock (the other targets do it when need be)

$(STAMP): requirements.lock
	@case "$(VENV)" in *[][:space:]\'\"\\\`$$\&\;\|\<\>\(\){}*?\#!~:[]*) \
	  echo "Snakemake could not start jobs from '$(VENV)': move the checkout to a folder without blanks and special characters in its path, or use an environment elsewhere (README.md)." >&2; exit 1; esac
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
	  echo "initbench needs Python 3.11 or newer, but '$(PYTHON)' is missing or older; name another one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || { \
	  echo "This Python cannot make virtual environments; install its venv package first (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	@if [ -e $@ ] && ! $(FINISHED) || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then \
	  rm -rf .venv; fi
	@mkdir -p .venv && echo unfinished > $@
	@test -e .venv/bin/python || $(PYTHON) -m venv .venv
	@echo "Installing the packages of requirements.lock into .venv: some minutes, once."
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@echo "$(VENV)" > $@

report: $(STAMP) ## train, judge and write reports/report.html; resumes where it stopped
	$(SNAKEMAKE)/default $(ARGS)
	@test ! -e reports/report.html || echo "The report: reports/report.html"

preview: $(STAMP) ## the same pipeline on a small part of the grid, stamped as no evidence
	$(SNAKEMAKE)/preview $(ARGS)
	@test ! -e reports/preview/report.html || echo "The preview: reports/preview/report.html"

compare: $(STAMP) ## name each verdict of the last run that differs from the reference run's
	@$(RUN) initbench.tools.compare $(ARGS)

test: $(STAMP) browser ## run the tests
	$(RUN) pytest -n $(CORES) --dist loadfile --no-loadscope-reorder $(ARGS)

faults: $(STAMP) ## try bad input, kills and flipped bits for some minutes (ARGS="--minutes 5 --seed 7 --only kills")
	@PYTHONPATH=src:tests $(RUN) faults $(ARGS)

browser: $(STAMP) ## make sure that there is a Chromium for the tests of the report
	@for name in chromium chromium-browser google-chrome; do \
	  if command -v $$name >/dev/null; then exit 0; fi; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0; fi; \
	$(RUN) playwright install chromium >/dev/null || \
	  echo "There is no Chromium and none could be installed: the browser tests will be skipped (with CI set, they fail)." >&2

slurm: $(STAMP) $(PLUGIN) ## run the tests of the cluster profile, on a SLURM of their own (as root, on Debian)
	@command -v slurmctld >/dev/null && command -v slurmdbd >/dev/null && command -v mariadbd >/dev/null || { \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends \
	    slurm-wlm slurmdbd munge mariadb-server >/dev/null; } || \
	  echo "There is no SLURM and none could be installed: its tests will be skipped (with CI set, they fail)." >&2
	$(RUN) pytest -m slurm -rs tests/test_slurm.py $(ARGS)

# Not in .venv: Snakemake imports each plugin that it finds at each start.
$(PLUGIN): requirements-slurm.lock | $(STAMP)
	@rm -rf build/slurm
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --target build/slurm -r $<
	@touch $@

lint: $(STAMP) ## check style and types
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) snakefmt --check Snakefile workflow
	$(RUN) mypy

format: $(STAMP) ## put the code into the project's style
	$(RUN) ruff check --fix
	$(RUN) ruff format
	$(RUN) snakefmt Snakefile workflow

status: $(STAMP) ## how far the last run is, and how long it will take yet
	@$(RUN) initbench.costs.progress $(ARGS)

bench: $(STAMP) ## time the engine beside the documents' own loops (ARGS=--quick for a rough answer)
	$(RUN) initbench.tools.engine_speed $(ARGS)

scale: $(STAMP) ## plan made-up grids of up to 20 000 jobs; writes docs/scale.md
	$(RUN) initbench.tools.planning_scale $(ARGS)

init: $(STAMP) ## start a new init method: make init NAME=my_method
	@test -n "$(NAME)" || { echo "Name the method: make init NAME=my_method" >&2; exit 1; }
	@$(RUN) initbench.tools.scaffold "$(NAME)"

# Not .snakemake: without it, Snakemake would take results of older parameters for good ones.
clean: ## remove caches of Python and of the tools; never results
	rm -rf .ruff_cache .mypy_cache .pytest_cache .hypothesis
	find src tests workflow -name __pycache__ -type d -prune -exec rm -rf {} +
