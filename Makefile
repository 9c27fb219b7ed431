# The machine may be bare: these commands need make, Node 20 or later with npm 11, and the npm registry. npm brings the
# Node 24 and the PostgreSQL that everything runs on.

.DEFAULT_GOAL := help
.PHONY: help install demo test test-clients check bench test-matrix test-long docs

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## Install the packages, when package-lock.json is not the one they were installed from
	@bin/install-packages

demo: install ## Copy a busy PostgreSQL into a StarRocks stand-in and watch it; DEMO_ARGS="--seconds 30 --json"
	@npm run -s sync-app -- demo $(DEMO_ARGS)

test: install ## Run all tests
	@npm run -s test

test-clients: install ## Run MySQL clients and StarRocks SDKs against the stand-in, or against STARROCKS_URL; CLIENTS="mariadb" chooses
	@npm run -s test:clients -- $(CLIENTS)

check: install ## Check format, lint, layers, types and dead code
	@npm run -s check

bench: install ## Measure speed; results in bench/results
	@npm run -s bench -- $(BENCH_ARGS)

test-matrix: install ## Run the PostgreSQL tests on versions 14 to 18; MATRIX="14 17" chooses
	@npm run -s test:matrix -- $(MATRIX)

test-long: install ## Run all tests with the long forms of the random ones (hours)
	@TEST_LONG=1 npm run -s test

docs: install ## Write the generated pages of docs/
	@npm run -s docs
