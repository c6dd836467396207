# Two commands set everything up: `make check` (the main job on the bundled portal) and `make test` (what CI runs).
VENV ?= .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?= -n 2 --dist loadfile
export URL ARGS

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup check test lint format docs release audit bench clean distclean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup: $(VENV)/.installed $(VENV)/.browser $(VENV)/.validator ## the environment, a Chromium and the Nu Html Checker

check: $(VENV)/.installed $(VENV)/.browser $(VENV)/.validator ## pre-fill the questionnaire of the bundled portal, or of URL=https://...
	@if [ -n "$$URL" ]; then $(BIN)/losi check "$$URL" $$ARGS; else $(BIN)/losi check --demo $$ARGS; fi

test: lint ## everything that CI runs
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.development $(VENV)/.browser $(VENV)/.validator ## ruff, mypy and the import layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.development ## let ruff format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.development ## write docs/reference anew from the code
	$(BIN)/python scripts/build_docs.py
	$(BIN)/python -m scripts.release.licences

release: $(VENV)/.development ## wheel, sdist, SBOM and sums of the last commit, proved, in dist/
	$(BIN)/python -m scripts.release

audit: $(VENV)/.development ## known vulnerabilities in the pinned packages; asks a database on the network
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --group audit
	$(BIN)/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt

bench: $(VENV)/.development ## pages a second beside a bare Scrapy spider
	$(BIN)/python -m benchmarks.crawl $$ARGS

clean: ## caches and build products; keeps .venv and losi-data
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache benchmarks/results
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean ## clean, and the environment
	rm -rf $(VENV)

INPUTS := pyproject.toml constraints.txt scripts/setup.sh

$(VENV)/.installed: $(INPUTS)
	@sh scripts/setup.sh product $(VENV)
	@touch $@

$(VENV)/.development: $(VENV)/.installed
	@sh scripts/setup.sh development $(VENV)
	@touch $@

$(VENV)/.browser: scripts/setup_browser.sh | $(VENV)/.installed
	@sh scripts/setup_browser.sh $(VENV) > $@

$(VENV)/.validator: scripts/setup_validator.sh | $(VENV)/.installed
	@sh scripts/setup_validator.sh $(VENV) > $@
