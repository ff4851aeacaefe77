.PHONY: help setup check format lint types architecture test gallery bench

help:            ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/:/'

setup:           ## install the package for development, with the commit hook
	python -m pip install -e '.[dev]'
	pre-commit install

check:           ## everything that must hold: format, lint, types, architecture, tests
	python scripts/check.py

format:          ## write the format, mend what ruff can mend
	ruff format .
	ruff check --fix .

lint:            ## ruff only
	ruff format --check .
	ruff check .

types:           ## mypy --strict on sources and tests
	mypy agent tools tests benchmarks scripts

architecture:    ## the floors, as import-linter sees them
	lint-imports

test:            ## tests only, in parallel
	python -m pytest -n auto

gallery:         ## draw every widget of the virtual phone in every theme
	python scripts/phone_gallery.py build/gallery

bench:           ## what the framework costs per step
	python -m benchmarks.step_cost
