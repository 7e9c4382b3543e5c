# `make` lists the targets. They need make and Python 3.11 or newer; everything else goes into .venv.
SHELL = /bin/sh
BIN = .venv/bin
READY = .venv/.ready
PORT = 8000

.DEFAULT_GOAL = help
.PHONY: help book test lint refresh serve lab lock clean always

help:
	@echo 'make book      build the book into _build/html'
	@echo 'make test      check everything: the library, the chapters, the built site, the package'
	@echo 'make serve     build the book and serve it at http://127.0.0.1:$(PORT)  (PORT=8000)'
	@echo 'make lab       open the chapters in JupyterLab'
	@echo 'make refresh   execute the chapters again and store their outputs'
	@echo 'make lint      check style and types only'
	@echo 'make lock      renew requirements.txt and binder/requirements.txt from pyproject.toml'
	@echo 'make clean     remove .venv and all that was built'
	@echo
	@echo 'PYTHON=/path/to/python chooses the interpreter that .venv is made with.'

# A failed build forgets what it read, because a warning is given only when its page is read.
book: $(READY)
	@$(BIN)/jupyter-book build -W -n --keep-going -q . || { rm -rf _build/.doctrees; exit 1; }
	@echo "The book is at file://$(CURDIR)/_build/html/index.html"

WHOLE = tests/test_binder.py tests/test_chapters.py tests/test_packaging.py tests/test_site.py
PYTEST = $(BIN)/python -m pytest -n 2 --dist loadscope

test: lint
	@echo 'Unit tests of the library'
	@$(PYTEST) --cov --cov-report=term-missing:skip-covered tests $(addprefix --ignore=,$(WHOLE))
	@echo 'The chapters cell by cell, the built site, the package, Binder'
	@$(PYTEST) --nbval --nbval-current-env --nbval-cell-timeout=60 --nbval-sanitize-with tests/nbval.cfg \
		book $(WHOLE)
	@echo 'Everything passed: style, types, library, chapters, site, package.'

lint: $(READY)
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check .
	@$(BIN)/mypy

refresh: $(READY)
	@$(BIN)/python book/_ext/refresh.py

serve: book
	@echo 'Serving http://127.0.0.1:$(PORT) until you press Ctrl+C'
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

lab: $(READY)
	@$(BIN)/jupyter lab book

# With the extras in the names, or pip looks for a newest version of its own and then misses its hash.
LOCK = $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --generate-hashes --no-strip-extras \
	--no-header --python-version 3.11
lock: $(READY)
	@$(BIN)/python -m pip install --quiet uv
	@$(LOCK) --all-extras pyproject.toml --output-file requirements.txt
	@$(LOCK) --extra run --constraints requirements.txt pyproject.toml --output-file binder/requirements.txt
	@echo 'requirements.txt and binder/requirements.txt are renewed; the next command installs them'

clean:
	rm -rf .venv _build build dist book/_ext/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +

# The mark names the folder that the environment works in. Where it is missing (an interrupted installation), names another
# folder (the project was moved) or cannot be read by .venv's own Python, the environment is made again.
ifneq ($(shell $(BIN)/python -c 'print(open("$(READY)").read().strip())' 2>/dev/null),$(CURDIR))
NEW = yes
$(READY): always
endif

$(READY): requirements.txt pyproject.toml
	@if [ -n "$(NEW)" ]; then \
		for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
			if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
				echo "Making .venv with $$("$$python" --version)"; \
				rm -f $(READY); \
				exec "$$python" -m venv --clear .venv; \
			fi; \
		done; \
		echo 'This needs Python 3.11 or newer with its venv module, and found none: install it, or name one with PYTHON=/path/to/python.' >&2; \
		exit 1; \
	fi
	@echo "Installing $$(grep -c '^[a-z].*==' requirements.txt) packages into .venv (the first time, one to three minutes)"
	@rm -f .venv/.failed
	@{ $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.txt || touch .venv/.failed; } | awk ' \
		/^Collecting/ && ++n % 30 == 0 { print "  " n " of them found"; fflush() } \
		/^Installing/ { print "  unpacking"; fflush() }'
	@[ ! -f .venv/.failed ]
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	@echo '$(CURDIR)' > $(READY)
