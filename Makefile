# make demo    trains scvigor on real data and leaves the results in demo-output/
#              (DATA=counts.h5ad BATCH=column for your own)
# make test    builds everything and runs all tests, C++ and R
#
# Both begin with a bare Debian machine: as root they install the system
# packages that are missing. For developers:
#
# make install   the package, in a library of its own below build/
# make docs      man/, NAMESPACE and the Rcpp exports, from the sources
# make site      a website of the help pages and tutorials, in site/
# make check     layers, style, formatting, documentation and R CMD check, also
#                each by itself
# make bench     timings beside scvi-tools
# make longtest  tests that take minutes
# make clean     removes what was built
#
# LIBTORCH_HOME=folder chooses a LibTorch; SCVIGOR_DISABLE_AMX=1 leaves out the
# code for Intel's AMX, SCVIGOR_DISABLE_GEMM=1 all matrix products but Eigen's;
# SCVIGOR_PRECOMPILE=0 compiles without precompiled headers, as R CMD INSTALL
# does; BUILD=folder keeps another build; CHECK_OPTIONS=--no-tests goes to R CMD
# check.

BUILD ?= build
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
DATA ?=
BATCH ?=

override BUILD := $(abspath $(BUILD))
LIBRARY := $(BUILD)/library
STAGE := $(BUILD)/scvigor
FLAGS := $(BUILD)/flags
LOG := $(BUILD)/install.log
WANTED := $(LIBTORCH_HOME), $(SCVIGOR_DISABLE_AMX), $(SCVIGOR_DISABLE_GEMM)

# The private library goes before the user's own.
export R_LIBS := $(LIBRARY)$(if $(R_LIBS),:$(R_LIBS))
export LIBTORCH_HOME
export SCVIGOR_DISABLE_AMX
export SCVIGOR_DISABLE_GEMM
# A bare machine knows no language; R then cannot print some characters.
ifeq ($(LANG)$(LC_ALL),)
export LANG := C.UTF-8
endif

PACKAGES := build $(if $(LIBTORCH_HOME),,libtorch)

.PHONY: all demo test install docs site packages-site bench longtest clean
.PHONY: check check-layers check-style check-format check-docs check-package
.PHONY: packages-demo packages-test packages-docs packages-vignettes FORCE
.DELETE_ON_ERROR:
.NOTPARALLEL:

all: install

demo: packages-demo
	@$(MAKE) --no-print-directory install
	Rscript inst/scripts/demo.R --data='$(DATA)' --batch='$(BATCH)'

test: packages-test
	@$(MAKE) --no-print-directory install
	@sh tools/run-tests.sh '$(BUILD)' '$(JOBS)'

packages-demo:
	@sh tools/system-packages.sh $(PACKAGES) demo
packages-test:
	@sh tools/system-packages.sh $(PACKAGES) test
packages-docs:
	@sh tools/system-packages.sh $(PACKAGES) docs
packages-site:
	@sh tools/system-packages.sh $(PACKAGES) site demo
packages-vignettes:
	@sh tools/system-packages.sh $(PACKAGES) vignettes

install: $(BUILD)/installed

# Looked for once; again when something else is asked for.
$(FLAGS): $(BUILD)/wanted $(wildcard tools/configure/*)
	@sh tools/configure/detect.sh $@

$(BUILD)/wanted: FORCE
	@mkdir -p $(@D)
	@echo '$(WANTED)' | cmp -s - $@ || echo '$(WANTED)' > $@

$(STAGE).stamp: FORCE
	@mkdir -p $(@D)
	@sh tools/stage.sh $(STAGE)

$(BUILD)/installed: $(FLAGS) $(STAGE).stamp tools/Makevars.strict
	@sh tools/check-objects.sh
	@mkdir -p $(LIBRARY)
	@echo "scvigor: building the R package (log: $(LOG))"
	@SCVIGOR_FLAGS=$(FLAGS) MAKEFLAGS=-j$(JOBS) \
	  R_MAKEVARS_USER=$(abspath tools/Makevars.strict) \
	  R CMD INSTALL --library=$(LIBRARY) $(STAGE) > $(LOG) 2>&1 || \
	  { grep -E -A 6 ': error|^Error|^ERROR|: undefined' $(LOG); exit 1; }
	@touch $@

docs: packages-docs
	@$(MAKE) --no-print-directory install
	@Rscript tools/document.R .

site: packages-docs packages-vignettes packages-site
	@$(MAKE) --no-print-directory install
	@Rscript tools/site.R

check: check-layers check-style check-format check-docs check-package

check-layers:
	@sh tools/check-layers.sh
	@sh tools/test-check-layers.sh
	@sh tools/check-developing.sh

# With lintr, where it is installed.
check-style:
	@Rscript tools/lint.R

# Status 77: this machine's clang-format is of another version.
check-format:
	@sh tools/check-format.sh || [ $$? = 77 ]

check-docs: packages-docs
	@$(MAKE) --no-print-directory install
	@sh tools/check-docs.sh

check-package: packages-vignettes packages-test
	@$(MAKE) --no-print-directory install
	@sh tools/check-package.sh '$(BUILD)' $(CHECK_OPTIONS)

bench: packages-test
	@$(MAKE) --no-print-directory install
	@sh bench/run.sh

longtest: packages-test
	@$(MAKE) --no-print-directory install
	@TESTTHAT_CPUS=1 Rscript tools/run-testthat.R longtests/testthat

clean:
	rm -rf $(BUILD) demo-output site
	@./cleanup
