# People and CI call these targets and nothing else; `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The import check cannot stand in Package.swift: each room may import only what the map gives it.
SWIFT_BUILD := swift build --explicit-target-dependency-import-check error
# Release binaries carry the Swift and C++ runtimes with them and no symbols. The flags, and what each was measured to
# save, are explained in docs/benchmarks.md; both programs are built with the same ones, so that nothing is built twice.
STATIC := .taskops/static
RELEASE := -c release --static-swift-stdlib --disable-local-rpath -Xswiftc -Osize -Xswiftc -use-ld=lld \
	-Xswiftc -Xfrontend -Xswiftc -function-sections -Xlinker --no-export-dynamic \
	-Xswiftc -Xclang-linker -Xswiftc -static-libgcc -Xswiftc -L$(CURDIR)/$(STATIC) \
	-Xlinker -s -Xlinker --icf=safe -Xlinker -z -Xlinker pack-relative-relocs \
	-Xlinker --symbol-ordering-file=$(CURDIR)/scripts/function-order.txt -Xlinker --no-warn-symbol-ordering
PYTHON := .taskops/venv/bin/python
TASKOPS := .build/release/taskops
FUNCTION_ZIP := .taskops/task-processor.zip

# Two cores, one build at a time; and setup comes before everything.
.NOTPARALLEL:

.PHONY: help setup build release function demo test test-swift test-python test-readme conformance lint golden soak soak-cron soak-watch soak-tail fuzz faults fault-table tail-schedules tail-matrix bench clean

help: ## these lines
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 16

setup: ## install what is missing: system packages, Python environment
	@scripts/setup.sh

build: setup ## debug build of everything
	$(SWIFT_BUILD)

# A folder in which -lstdc++ is only to be found as an archive.
$(STATIC)/libstdc++.a:
	@mkdir -p $(STATIC)
	@ln -sf "$$(gcc -print-file-name=libstdc++.a)" $@

release: setup $(STATIC)/libstdc++.a ## leaves .build/release/taskops
	$(SWIFT_BUILD) $(RELEASE) --product taskops

function: setup $(STATIC)/libstdc++.a ## the task processor's zip, as Lambda takes it
	$(SWIFT_BUILD) $(RELEASE) --product task-processor
	@scripts/package-function.sh .build/release/task-processor $(FUNCTION_ZIP)
	@# Reported, not fatal: the local stack takes the zip as it is, and the README says how the one for AWS is built.
	@scripts/check-glibc.sh --report $(FUNCTION_ZIP)

demo: release function ## the local two-Region stack, and a canary through it
	$(TASKOPS) sandbox up
	$(TASKOPS) --sandbox canary

test: lint test-swift conformance test-python test-readme ## everything CI runs

# Swift Testing begins all tests at once, and on two cores the last ones' deadlines pass before their turn comes.
test-swift: build release function
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8 swift test

# These tests wait for processes more than they work, so three run at a time.
test-python: setup
	cd sandbox && ../$(PYTHON) -m pytest -q -n 3 --dist worksteal tests
	$(PYTHON) -m pytest -q infrastructure/tests
	$(PYTHON) -m pytest -q conformance/tests

test-readme: release function
	@scripts/check-readme.sh

conformance: build function ## what every command sends and reads, against botocore's models, into docs/conformance.md
	PYTHONPATH=sandbox $(PYTHON) -m conformance

lint: setup ## formatting, and the templates' and schema's own checkers
	swift format lint --strict --recursive Package.swift Sources Tests
	.taskops/venv/bin/cfn-lint infrastructure/stack.yaml
	.taskops/venv/bin/dsql-lint schema/*.sql

golden: ## record the expected screens anew; read the difference before committing it
	TASKOPS_GOLDEN=record swift test --filter ViewsTests

soak: release function ## many canaries: one after the other, and at once
	scripts/soak.sh

soak-cron: release function ## the canary every few seconds for 15 minutes under faults, then killed 100 times
	$(PYTHON) scripts/soak-cron.py

# What a reader would need without bound, it does not get: the processes may have 2.5 GB of addresses each.
soak-watch: release function ## ten minutes of taskops status --watch: memory, connections, calls
	scripts/soak-watch.sh

fuzz: build ## a million random inputs for every reader of other people's bytes; 10,000 signatures beside botocore's
	swift build --build-tests
	ulimit -v 2500000; TASKOPS_FUZZ=1000000 TASKOPS_RANDOM_INPUTS=1000000 \
		swift test --skip-build --filter 'RandomInputTests|CredentialRandomTests|AWSSigningTests'

tail-schedules: setup ## 100,000 random schedules of following, against a simple model
	swift build -c release -Xswiftc -enable-testing --package-path benchmarks/tail --product tail-schedules
	benchmarks/tail/.build/release/tail-schedules 100000

tail-matrix: build ## following with every lag and trouble against the local stack, into docs/tail.md; 25 minutes
	TASKOPS_TAIL_MATRIX=all swift test --filter TailStackTests

soak-tail: release ## ten minutes of taskops tail on 100 groups with 2,000 lines a second: memory and CPU
	$(PYTHON) benchmarks/tail/soak.py $(TASKOPS)

faults: build function ## every command under every fault, into docs/faults.md
	scripts/faults.sh

fault-table: release function ## every fault of taskops sandbox break, named by taskops diagnose, into docs/faults.md
	$(PYTHON) scripts/fault-table.py --document docs/faults.md

bench: release function ## ratios against the same work in Python, into docs/benchmarks.md
	benchmarks/run.sh

clean: ## stop the local stacks, and remove what builds and runs left behind
	@for stack in .taskops/*/state.json; do \
		[ ! -f "$$stack" ] || PYTHONPATH=sandbox $(PYTHON) -m local_stack down --directory "$$(dirname "$$stack")" >/dev/null; \
	done
	rm -rf .build .build-al2023 .taskops
