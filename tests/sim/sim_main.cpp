// darkroom_sim [--from SEED] [--seeds N] [--twice]: runs the simulation for N seeds; prints the first broken rule with
// its seed and exits 1. With --twice every seed runs twice and must leave the same trace.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "base/log.h"
#include "tests/sim/world.h"

namespace {

std::uint64_t number_after(int argc, char** argv, std::string_view flag, std::uint64_t otherwise) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (argv[i] != flag) continue;
    std::uint64_t number = 0;
    std::from_chars(argv[i + 1], argv[i + 1] + std::strlen(argv[i + 1]), number);
    return number;
  }
  return otherwise;
}

bool has(int argc, char** argv, std::string_view flag) {
  for (int i = 1; i < argc; ++i) {
    if (argv[i] == flag) return true;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace darkroom;
  log::configure(log::Level::off, log::Format::text);
  const std::uint64_t first = number_after(argc, argv, "--from", 1);
  const std::uint64_t seeds = number_after(argc, argv, "--seeds", 2000);
  const bool twice = has(argc, argv, "--twice");
  std::uint64_t tasks = 0;
  std::uint64_t crashes = 0;
  std::uint64_t unknowns = 0;
  std::uint64_t steps = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    const sim::RunReport report = sim::run_seed(seed);
    if (!report.violation.empty()) {
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), report.violation.c_str());
      return 1;
    }
    if (twice && sim::run_seed(seed).trace != report.trace) {
      std::printf("seed %llu: two runs differ\n", static_cast<unsigned long long>(seed));
      return 1;
    }
    tasks += report.tasks;
    crashes += report.crashes;
    unknowns += report.unknowns;
    steps += report.steps;
  }
  std::printf("%llu seeds, %llu tasks, %llu crashes, %llu unknown outcomes, %llu steps: every rule held\n",
              static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(tasks),
              static_cast<unsigned long long>(crashes), static_cast<unsigned long long>(unknowns),
              static_cast<unsigned long long>(steps));
  return 0;
}
