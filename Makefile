# Every target does its own set-up: all it needs is Python ≥ 3.11, make and a package index.
PYTHON ?=
export PYTHON
BIN := .venv/bin

.PHONY: setup setup-dev run test lint bench soak catalogues train browser clean

setup: ## .venv with what Lotse needs to run
	@sh scripts/setup.sh

setup-dev:
	@sh scripts/setup.sh dev

run: setup ## a demonstration at http://127.0.0.1:8080/
	@$(BIN)/lotse serve --demo $(ARGS)

browser:
	@sh scripts/browser.sh

test: setup-dev browser ## the whole suite: SQLite, PostgreSQL, HTTP Bot API server, Chromium
	@sh scripts/suite.sh $(ARGS)

lint: setup-dev ## style, types, layers, sizes, licences
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/sizes.py
	@$(BIN)/reuse --suppress-deprecation lint --quiet
	@$(BIN)/lotse knowledge check

bench: setup-dev ## ratios against peers, measured in one run
	@$(BIN)/python -m bench $(ARGS)

soak: setup-dev ## long kill and load runs
	@$(BIN)/python -m bench.soak $(ARGS)

catalogues: setup-dev ## bring the gettext catalogues in step with the code
	@$(BIN)/python -m scripts.catalogues
	@$(BIN)/python scripts/compile_catalogues.py

train: setup-dev ## learn the weights again after content has changed
	@$(BIN)/python -m scripts.train

clean:
	rm -rf .venv .venv-* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
