// Differential expression against scvi-tools' own numbers, given its samples.

#include <ATen/ATen.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "de_reference.hpp"
#include "reference.hpp"
#include "simulated.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

constexpr double kTolerance = 1e-9;

const std::vector<double>& column(const DeTable& table,
                                  const std::string& name) {
  const auto at = std::find(table.names.begin(), table.names.end(), name);
  REQUIRE(at != table.names.end());
  return table.columns[static_cast<std::size_t>(at - table.names.begin())];
}

std::vector<double> spread_out(std::vector<double> values, std::size_t n) {
  return values.size() == 1 ? std::vector<double>(n, values[0]) : values;
}

void check_statistics(const reference::File& file) {
  const auto cases = de_reference::cases(file);
  CHECK_FALSE(cases.empty());
  for (const auto& one : cases) {
    INFO(one.path);
    const DeTable found = compare_samples(one.samples, one.test);
    REQUIRE(found.names.size() == one.columns.size());
    for (std::size_t k = 0; k < one.columns.size(); ++k) {
      const auto& name = one.columns[k];
      INFO(name);
      // scvi-tools reports another estimate than it has used.
      if (name == "delta") continue;
      const auto expected = spread_out(file.values(one.path + "/" + name),
                                       found.columns[k].size());
      REQUIRE_CLOSE(at::tensor(found.columns[k]), at::tensor(expected),
                    kTolerance);
    }
  }
}

void check_pseudocounts(const reference::File& file) {
  const std::string group = "estimate_pseudocounts_offset";
  for (const auto& name : file.list(group)) {
    const std::string path = group + "/" + name;
    INFO(name);
    DeSamples samples;
    samples.scale1 = de_reference::transposed(file.read("samples/scale1"));
    samples.scale2 = de_reference::transposed(file.read("samples/scale2"));
    de_reference::pair_in_order(samples);
    samples.unexpressed1 =
        de_reference::flags(file.values(path + "/where_zero_a"));
    samples.unexpressed2 =
        de_reference::flags(file.values(path + "/where_zero_b"));
    const double expected = file.scalar(path + "/offset");
    DeTest test;
    test.pseudocount_quantile = file.scalar(path + "/quantile");
    const double found = compare_samples(samples, test).pseudocounts;
    CHECK(std::fabs(found - expected) <= kTolerance * expected);
  }
}

// Of the names of batches, in whatever order they occur first.
std::vector<std::int64_t> codes(const std::vector<std::string>& batches,
                                std::vector<std::string>& levels) {
  std::vector<std::int64_t> out;
  for (const auto& name : batches) {
    const auto found = std::find(levels.begin(), levels.end(), name);
    out.push_back(found - levels.begin());
    if (found == levels.end()) levels.push_back(name);
  }
  return out;
}

using Pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;

Pairs sorted_pairs(const std::vector<std::int64_t>& first,
                   const std::vector<std::int64_t>& second) {
  Pairs out;
  for (std::size_t i = 0; i < first.size(); ++i)
    out.emplace_back(first[i], second.at(i));
  std::sort(out.begin(), out.end());
  return out;
}

struct Call {
  bool observed = false;
  bool permuted = false;
};

Call call_of(const reference::File& file, const std::string& path) {
  Call out;
  if (!file.has_attribute("arguments", path)) return out;
  const auto given = nlohmann::json::parse(file.text("arguments", path));
  out.observed = given.value("use_observed_batches", false);
  out.permuted = given.value("use_permutation", false);
  return out;
}

// The samples that scvi-tools pairs; it takes the batches in the order of a
// Python set, which is any. Drawn pairs are others.
void check_pairs(const reference::File& file) {
  for (const auto& name : file.list("bayes_factors")) {
    INFO(name);
    const std::string path = "bayes_factors/" + name;
    const Call call = call_of(file, path);
    if (call.permuted || file.has(path + "/scale1")) continue;
    const auto stored =
        sorted_pairs(de_reference::whole(file.values(path + "/pair_idx1")),
                     de_reference::whole(file.values(path + "/pair_idx2")));
    std::vector<std::string> levels;
    const auto batch1 = codes(file.texts("samples/batch1"), levels);
    // Groups of different batches share none, whatever the samples' were.
    if (name.rfind("different", 0) == 0) levels.assign(levels.size(), "");
    const auto batch2 = codes(file.texts("samples/batch2"), levels);
    PairOptions options;
    options.observed = call.observed;
    const DePairs found = pair_samples(batch1, batch2, options);
    CHECK(sorted_pairs(found.first, found.second) == stored);
  }
}

void check_delta(const reference::File& file) {
  for (const auto& name : file.list("estimate_delta")) {
    INFO(name);
    const std::string path = "estimate_delta/" + name;
    const auto means = file.values(path + "/lfc_means");
    const auto stored = file.values(path + "/delta_by_seed");
    const auto [low, high] = std::minmax_element(stored.begin(), stored.end());
    const double found = estimate_delta(means);
    CHECK(found >= *low - 1e-6);
    CHECK(found <= *high + 1e-6);
    CHECK(estimate_delta(means) == found);
    auto reversed = means;
    std::reverse(reversed.begin(), reversed.end());
    CHECK(estimate_delta(reversed) == found);
  }
}

// An effect that is the sample itself: the description of any numbers.
void check_description(const reference::File& file) {
  const std::string group = "describe_continuous_distrib";
  for (const auto& name : file.list(group)) {
    INFO(name);
    const std::string path = group + "/" + name;
    DeSamples samples;
    samples.scale1 = de_reference::transposed(file.read(path + "/samples"));
    samples.scale2 = samples.scale1;
    de_reference::pair_in_order(samples);
    DeTest test;
    test.pseudocounts = 0.0;
    if (file.has_attribute("levels", path))
      test.cred_interval_lvls = file.numbers("levels", path);
    test.effect = [](const double* a, const double*, double, std::int64_t n,
                     std::int64_t, double* out) { std::copy_n(a, n, out); };
    const DeTable found = compare_samples(samples, test);
    for (const std::string what : {"mean", "median", "std", "min", "max"}) {
      INFO(what);
      REQUIRE_CLOSE(at::tensor(column(found, "lfc_" + what)),
                    at::tensor(file.values(path + "/result/" + what)),
                    kTolerance);
    }
    for (std::size_t k = 0; k < test.cred_interval_lvls.size(); ++k)
      for (const std::string end : {"_min", "_max"}) {
        // Named as Python prints the level, five characters of it.
        const std::string level =
            nlohmann::json(test.cred_interval_lvls[k]).dump().substr(0, 5);
        INFO(level << end);
        const auto expected =
            file.values(path + "/result/confidence_interval_" + level + end);
        REQUIRE_CLOSE(at::tensor(column(found, "lfc_confidence_interval_" +
                                                   std::to_string(k) + end)),
                      at::tensor(expected), kTolerance);
      }
  }
}

std::vector<std::int64_t> members(const std::vector<double>& mask) {
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < mask.size(); ++i)
    if (mask[i] != 0.0) out.push_back(static_cast<std::int64_t>(i));
  return out;
}

void check_raw_counts(const reference::File& file) {
  if (!file.has("raw_counts_properties")) return;
  const auto counts = file.read("counts/X");
  const at::Tensor x =
      support::tensor_of(counts.values, counts.shape, at::kDouble);
  const std::vector<std::vector<std::int64_t>> parts{
      members(file.values("counts/idx1")), members(file.values("counts/idx2"))};
  for (const auto& source :
       {support::dense_source(x), support::compressed_source(x)}) {
    const PartCounts found = part_counts(*source, parts);
    const auto check = [&](const Matrix& sums, const std::string& name,
                           double tolerance) {
      for (std::size_t k = 0; k < 2; ++k) {
        INFO(name << k + 1);
        const at::Tensor mean =
            at::tensor(sums.values)
                .reshape({sums.n_rows, sums.n_cols})[static_cast<long>(k)] /
            static_cast<double>(parts[k].size());
        REQUIRE_CLOSE(mean,
                      at::tensor(file.values("raw_counts_properties/" + name +
                                             std::to_string(k + 1))),
                      tolerance);
      }
    };
    check(found.non_zeros, "non_zeros_proportion", kTolerance);
    // stored as float32
    check(found.total, "raw_mean", 1e-6);
    check(found.normalized, "raw_normalized_mean", 1e-6);
  }
}

}  // namespace

TEST_CASE("differential expression agrees with scvi-tools", "[reference][de]") {
  for (const auto& path : reference::files("de.h5")) {
    INFO(path);
    const reference::File file(path);
    check_statistics(file);
    check_pseudocounts(file);
    check_pairs(file);
    check_delta(file);
    check_description(file);
    check_raw_counts(file);
  }
}
