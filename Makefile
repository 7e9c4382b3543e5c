# `make` lists the targets. They need make and Python 3.11 or newer; everything else goes into .venv, and what the pages
# need from npm into book/_ext/node_modules.
SHELL = /bin/sh
BIN = .venv/bin
PORT = 8000
# Below .venv, because not everyone has a home to write to; and a chapter's figures follow no settings of ours.
export MPLCONFIGDIR = $(CURDIR)/.venv/.matplotlib

.DEFAULT_GOAL = help
.PHONY: help book serve lab check test test-pages test-library test-grading test-coverage lint style spelling types \
	format live pdf refresh wheels lock clean environment port

help:
	@echo 'make book      build the book into _build/html'
	@echo 'make serve     build the book and serve it at http://127.0.0.1:$(PORT)  (PORT=$(PORT))'
	@echo 'make lab       open the chapters in JupyterLab'
	@echo 'make check     run the chapters and compare every number and figure, about a minute'
	@echo 'make test      check everything: chapters, pages, package, library, grading, style, types'
	@echo 'make live      serve the book, build again and reload the page whenever a file is saved'
	@echo 'make pdf       print the book into one PDF, and the sheet for the wall, with Chromium'
	@echo 'make refresh   execute the chapters again and store their outputs'
	@echo 'make wheels    fetch what lets the next make book run numpy on its pages'
	@echo 'make lint      check style, spelling and types only'
	@echo 'make format    format the code'
	@echo 'make lock      renew the three requirements.txt from pyproject.toml'
	@echo 'make clean     remove .venv and all that was built'
	@echo
	@echo 'PYTHON=/path/to/python chooses the interpreter that .venv is made with.'

# A failed build forgets what it read, because a warning is given only when its page is read. KaTeX is fetched before
# Sphinx starts, which would wrap the one sentence of a failure into a traceback.
book: environment
	@$(BIN)/python book/_ext/npm.py
	@$(BIN)/jupyter-book build -W -n --keep-going -q . >/dev/null || { rm -rf _build/.doctrees; exit 1; }
	@$(BIN)/python -c 'from pathlib import Path; print("The book is at", Path("_build/html/index.html").resolve().as_uri())'

PYTEST = $(BIN)/python -m pytest -n 2 --dist loadscope --tb=short
NBVAL = --nbval --nbval-current-env --nbval-cell-timeout=60 --nbval-sanitize-with tests/book/nbval.cfg
COVERAGE = --cov --cov-append --cov-report=

check: environment
	@echo 'The chapters: every cell run and compared, and the rules that they keep'
	@$(PYTEST) $(NBVAL) book tests/book/test_chapters.py

# The parts that concern a reader come first. Each runs, whatever the others say.
PARTS = check test-pages test-library test-grading test-coverage lint
export SKIPPED_TESTS = $(CURDIR)/.venv/.skipped
test: environment
	@echo 'Everything is checked, part by part; on two cores this takes about 15 minutes.'
	@trap 'exit 130' INT; rm -f "$$SKIPPED_TESTS" .coverage; failed=; \
	for part in $(PARTS); do $(MAKE) -k --no-print-directory $$part || failed="$$failed $$part"; done; \
	skipped=$$(sort -u "$$SKIPPED_TESTS" 2>/dev/null | paste -s -d ';' - | sed 's/;/; /g'); \
	skipped=$${skipped:+. Not checked: $$skipped}; \
	if [ -n "$$failed" ]; then echo "FAILED:$$failed$$skipped" >&2; exit 1; fi; \
	echo "Everything passed: chapters, pages, package, library, grading, style, types$$skipped"

# Without nbval, which would start its kernels under coverage.
test-pages: environment
	@echo 'The built pages, the tools of authors, the package, Binder'
	@$(BIN)/python book/_ext/npm.py --for-tests
	@$(PYTEST) $(COVERAGE) tests/book --ignore=tests/book/test_chapters.py

test-library: environment
	@echo 'The library'
	@$(PYTEST) $(COVERAGE) tests/library

test-grading: environment
	@echo 'The grading, where a whole class is graded from release to export: some minutes without a dot'
	@$(PYTEST) $(COVERAGE) tests/grading

# What authors and instructors run is only reported: much of it runs in processes that are hidden from the tests.
test-coverage: environment
	@echo 'Lines that no test reached: none of the library, some of what authors and instructors run'
	@$(BIN)/coverage report --include='authoring/*,grading/*'
	@$(BIN)/coverage report --include='rpt_helpers/*' --fail-under=100

lint: style spelling types

style: environment
	@$(BIN)/ruff check -q --output-format concise .
	@$(BIN)/ruff format -q --check --output-format concise .

spelling: environment
	@$(BIN)/codespell

types: environment
	@$(BIN)/mypy

format: environment
	@$(BIN)/ruff check -q --fix .
	@$(BIN)/ruff format -q .

pdf: environment
	@$(BIN)/python -m authoring pdf

refresh: environment
	@$(BIN)/python -m authoring refresh

# What publishes the book calls it: it needs the internet, and not only package registries.
wheels: environment
	@$(BIN)/python book/_ext/wasm_wheels.py

# Before a build of half a minute, not after it.
port: environment
	@$(BIN)/python -c 'import socket; socket.create_server(("127.0.0.1", $(PORT)))' 2>/dev/null || \
		{ echo "port $(PORT) is taken: make $(MAKECMDGOALS) PORT=$$(($(PORT) + 1))" >&2; exit 1; }

serve: port book
	@echo 'Serving http://127.0.0.1:$(PORT) until you press Ctrl+C'
	@trap 'exit 0' INT; $(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT) 2>/dev/null

# sphinx-autobuild wants a conf.py. It gets one in a folder that looks to Sphinx like the root.
LIVE = _build/live
live: port
	@$(BIN)/python book/_ext/npm.py
	@mkdir -p $(LIVE)
	@for name in _config.yml _toc.yml book; do ln -sfn ../../$$name $(LIVE)/$$name; done
	@$(BIN)/jupyter-book config sphinx $(LIVE) >/dev/null
	@echo 'http://127.0.0.1:$(PORT) shows what you save, until you press Ctrl+C'
	@trap 'exit 0' INT; PYTHONPATH=book/_ext $(BIN)/sphinx-autobuild --host 127.0.0.1 --port $(PORT) --watch book \
		--re-ignore '__pycache__|node_modules|/\.|/_build/' -W -n --keep-going -q $(LIVE) _build/live-html

# Without the buttons of nbgrader, which are for instructors, and of nbdime, which are for authors. Where the user is root
# (in a container), Jupyter wants to be told so.
LAB = .venv/.lab
NBGRADER = $(foreach name,formgrader validate_assignment assignment_list course_list,"nbgrader.server_extensions.$(name)": false,)
lab: environment
	@mkdir -p $(LAB)/labconfig $(LAB)/jupyter_server_config.d
	@echo '{"disabledExtensions": {"@jupyter/nbgrader": true, "nbdime-jupyterlab": true}}' > $(LAB)/labconfig/page_config.json
	@echo '{"ServerApp": {"jpserver_extensions": {$(NBGRADER) "nbdime": false}}}' > $(LAB)/jupyter_server_config.d/readers.json
	@trap 'exit 0' INT; JUPYTER_CONFIG_PATH="$(CURDIR)/$(LAB)" $(BIN)/jupyter lab --Application.log_level=WARN \
		$$([ "$$(id -u)" != 0 ] || echo --allow-root) book

# With the extras in the names, or pip looks for a newest version of its own and then misses its hash. The last list is for
# the Python of Pyodide, which JupyterLite starts.
LOCK = $(BIN)/uv pip compile --quiet --generate-hashes --no-header
HERE = --universal --fork-strategy fewest --no-strip-extras --python-version 3.11 --extra run pyproject.toml
BROWSER = --python-version 3.14 --python-platform wasm32-pyodide2024 --group browser
GROUPS = $(addprefix --group ,book grading test author build)
lock: environment
	@$(BIN)/python -m pip install --quiet uv
	@$(LOCK) $(HERE) $(GROUPS) --output-file requirements.txt
	@$(LOCK) $(HERE) --constraints requirements.txt --output-file binder/requirements.txt
	@$(LOCK) $(BROWSER) --constraints requirements.txt --output-file book/_ext/requirements.txt
	@echo 'requirements.txt, in binder/ and in book/_ext/ too, is renewed; the next command installs it'

clean:
	rm -rf .venv _build dist book/_ext/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -name .ipynb_checkpoints -prune -exec rm -rf {} +

# .venv is looked at by its own Python: where that does not run (the project was moved), it is made again.
environment:
	@$(BIN)/python .ci/install.py --check 2>/dev/null || { \
		for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
			if ! command -v "$$python" >/dev/null; then found="$$found $$python: not found;"; \
			elif ! "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
				found="$$found $$python: $$("$$python" --version 2>&1 | tail -n 1);"; \
			elif ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
				found="$$found $$python: has no venv module (Debian: apt install python3-venv);"; \
			else exec "$$python" .ci/install.py; fi; \
		done; \
		echo "This needs Python 3.11 or newer with its venv module. Found:$$found" >&2; \
		echo 'Install it, or name one with PYTHON=/path/to/python.' >&2; exit 1; \
	}
