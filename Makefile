# The commands of this repository. Each installs what it needs (deps/apt.txt) and works twice in a row.
# On an unprivileged account the installation goes through sudo; nothing else does.
SHELL := /bin/sh
.DEFAULT_GOAL := help
JOBS ?= $(shell nproc)
LISTEN ?= 127.0.0.1:8080
SEEDS ?= 1000000
FROM ?= 1

.PHONY: help demo test build serve bench simulate console-openapi tidy format fuzz tsan

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

demo: build ## build, start a server with the sandbox, generate demo.png, stop
	tools/demo.sh

build: ## build/release/darkroom, optimised and hardened
	tools/install.sh build site run
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS)

serve: build ## the demo server in the foreground on LISTEN, data in ./data
	tools/serve.sh $(LISTEN)

test: ## everything that must be green: style, unit, conformance and end-to-end tests under sanitizers
	tools/install.sh build site run test
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS)
	tools/demo.sh build/release
	cmake --preset dev
	cmake --build --preset dev --parallel $(JOBS)
	ctest --preset dev --parallel $(JOBS)

tsan: ## the same tests under the thread sanitizer
	tools/install.sh build run test
	cmake --preset tsan
	cmake --build --preset tsan --parallel $(JOBS)
	ctest --preset tsan --parallel $(JOBS)

bench: ## the benchmarks of bench/ beside their yardsticks
	tools/install.sh build run bench
	cmake --preset bench
	cmake --build --preset bench --parallel $(JOBS)
	bench/run.sh build/bench

simulate: ## the simulation for SEEDS seeds from FROM on, at full speed
	tools/install.sh build run test
	cmake --preset simulate
	cmake --build --preset simulate --target darkroom_sim --parallel $(JOBS)
	build/simulate/darkroom_sim --from $(FROM) --seeds $(SEEDS)

console-openapi: ## console/openapi.json anew, from the routes of the console
	tools/install.sh build run test
	cmake --preset dev
	cmake --build --preset dev --parallel $(JOBS) --target darkroom_api_scenarios_test
	DARKROOM_REFRESH=1 build/dev/darkroom_api_scenarios_test --gtest_filter='ConsoleDescription.*'

tidy: ## the style test, then clang-tidy over the whole tree
	tools/install.sh build run test tidy
	python3 tools/tidy.py
	cmake --preset tidy
	find src tests bench -name '*.cpp' | sort | \
	  xargs -P $(JOBS) -n 4 clang-tidy-19 -p build/tidy --quiet

format: ## lay out every C++ file as .clang-format says
	tools/install.sh tidy
	find src tests bench fuzz -name '*.cpp' -o -name '*.h' | xargs clang-format-19 -i

fuzz: ## each fuzz target for FUZZ_SECONDS, starting from its corpus
	tools/install.sh build run fuzz
	cmake --preset fuzz
	cmake --build --preset fuzz --parallel $(JOBS)
	tools/fuzz.sh build/fuzz $(or $(FUZZ_SECONDS),30)
