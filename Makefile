# Every command Heard has, by name. Each first lets setup.sh bring what it needs; `make` alone lists them.
SHELL := /bin/sh
PYTHON := .venv/bin/python
export LC_ALL := C.UTF-8
.PHONY: help run test check bench faults tour build lock clean lint
.NOTPARALLEL:

help:  ## this list
	@sed -n 's/^\([a-z]*\):  *##  *\(.*\)/make \1\t\2/p' Makefile

run:  ## the app on a throw-away vault of invented children; without a display, the tour
	@sh setup.sh run
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then $(PYTHON) -m desktop run-invented; \
	else QT_QPA_PLATFORM=offscreen $(PYTHON) -m desktop tour --out build/tour; fi

test:  ## everything: the rule book, then every test
	@sh setup.sh test
	@$(MAKE) --no-print-directory lint
	@QT_QPA_PLATFORM=offscreen $(PYTHON) tests/coverage_gate.py

check:  ## the rule book alone: format, lint, types, imports, sizes, words, documents
	@sh setup.sh test
	@$(MAKE) --no-print-directory lint
	@QT_QPA_PLATFORM=offscreen $(PYTHON) -m pytest tests/unit/house

lint:
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@$(PYTHON) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' --no-logo

bench:  ## speed against the limit lines, written to build/bench.json; ONLY=screens, or a word of one of their lines
	@sh setup.sh test
	@QT_QPA_PLATFORM=offscreen $(PYTHON) tests/perf/bench.py $(if $(ONLY),"ONLY=$(ONLY)")

faults:  ## the fault campaigns at nightly size; N= size, ONLY= one, SEED= again
	@sh setup.sh faults
	@QT_QPA_PLATFORM=offscreen $(PYTHON) tests/faults/campaigns.py $(if $(N),N=$(N)) $(if $(ONLY),ONLY=$(ONLY)) $(if $(SEED),SEED=$(SEED))

tour:  ## drive the real app through the main job; pictures and documents in build/tour/
	@sh setup.sh run
	@QT_QPA_PLATFORM=offscreen $(PYTHON) -m desktop tour --out build/tour

build:  ## the packaged app in build/package/, then start it once
	@sh setup.sh build
	@.venv-build/bin/python -m PyInstaller --noconfirm --log-level ERROR \
		--distpath build/package --workpath build/pyinstaller build.spec
	@.venv-build/bin/python tests/packaged/check_package.py build/package/heard

lock:  ## write requirements/*.lock anew from *.in; UPGRADE=1 takes the newest allowed versions
	@sh setup.sh lock
	@for kind in run test build lock; do .venv-lock/bin/python -m uv pip compile -q --universal --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-header --python-version 3.11 \
		$(if $(UPGRADE),--upgrade) requirements/$$kind.in -o requirements/$$kind.lock || exit 1; done

clean:  ## remove what the other commands made, but not the virtual environments
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage *.egg-info
	@find desktop ui models sync resources tests -name __pycache__ -type d -prune -exec rm -rf {} +
