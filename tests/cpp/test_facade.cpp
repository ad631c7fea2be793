// Public functions refuse arguments that do not fit together.

#include <functional>
#include <string>

#include "catch.hpp"
#include "scvigor/counts.hpp"
#include "scvigor/de.hpp"
#include "scvigor/error.hpp"
#include "scvigor/inference.hpp"
#include "scvigor/model_file.hpp"
#include "simulated.hpp"

using namespace scvigor;

namespace {

// The argument of the ArgumentError; "" without one.
std::string refused(const std::function<void()>& call) {
  try {
    call();
  } catch (const ArgumentError& error) {
    return error.argument();
  }
  return "";
}

DeSamples some_samples() {
  DeSamples s;
  s.scale1 = {2, 3, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6}};
  s.scale2 = {2, 2, {0.1, 0.2, 0.3, 0.4}};
  s.pair_idx1 = {0, 2};
  s.pair_idx2 = {1, 0};
  s.unexpressed1 = s.unexpressed2 = {0, 1};
  return s;
}

std::string refused_samples(const std::function<void(DeSamples&)>& change,
                            bool pseudocounts = false) {
  DeSamples s = some_samples();
  change(s);
  DeTest test;
  if (pseudocounts) test.pseudocounts = 0.1;
  return refused([&] { compare_samples(s, test); });
}

}  // namespace

TEST_CASE("counts of a negative size are refused") {
  const double value = 1.0;
  CHECK(refused([&] { view_dense_cells(&value, -1, 1); }) == "x");
  CHECK(refused([&] {
          view_compressed_cells(nullptr, nullptr, nullptr, 1, -1);
        }) == "x");
}

TEST_CASE("the prior of the library size needs a batch for each cell") {
  const Cells cells = support::cells_of(support::simulate_counts(4, 5, 1));
  const auto prior = [&](const std::vector<std::int64_t>& batch) {
    return refused([&] { library_prior(*cells.counts, batch, 2); });
  };
  CHECK(prior({0, 1, 1, 0}) == "");
  CHECK(prior({}) == "batch");
  CHECK(prior({0, 1}) == "batch");
  CHECK(prior({0, 1, 2, 0}) == "batch");
  CHECK(prior({0, -1, 1, 0}) == "batch");
}

TEST_CASE("samples that do not fit together are refused") {
  CHECK(refused_samples([](auto&) {}) == "");
  CHECK(refused_samples([](auto& s) { s.pair_idx1[0] = 3; }) == "samples");
  CHECK(refused_samples([](auto& s) { s.pair_idx2[0] = -1; }) == "samples");
  CHECK(refused_samples([](auto& s) { s.pair_idx2.pop_back(); }) == "samples");
  CHECK(refused_samples([](auto& s) {
          s.pair_idx1.clear();
          s.pair_idx2.clear();
        }) == "samples");
  CHECK(refused_samples([](auto& s) { s.scale1.values.pop_back(); }) ==
        "samples");
  CHECK(refused_samples([](auto& s) {
          s.scale2 = {1, 2, {0.1, 0.2}};
        }) == "samples");
  const auto without_flags = [](DeSamples& s) { s.unexpressed1.clear(); };
  CHECK(refused_samples(without_flags) == "samples");
  CHECK(refused_samples(without_flags, true) == "");
}

TEST_CASE("parts and pairs out of range are refused") {
  const Cells cells = support::cells_of(support::simulate_counts(4, 5, 1));
  CHECK(refused([&] { part_counts(*cells.counts, {{0, 3}}); }) == "");
  CHECK(refused([&] { part_counts(*cells.counts, {{0}, {4}}); }) == "groups");
  CHECK(refused([&] { part_counts(*cells.counts, {{-1}}); }) == "groups");
  PairOptions options;
  options.m_permutation = 0;
  CHECK(refused([&] { pair_samples({0}, {0}, options); }) == "m_permutation");
}

TEST_CASE("what is written beside a model needs names") {
  FileValue others;
  others.kind = FileValue::Kind::kList;
  others.members.resize(1);
  CHECK(refused([&] { write_model_file("", {}, others, "", false); }) ==
        "others");
}
