#include "scvigor/de.hpp"

#include <algorithm>
#include <string>

#include "api/check_cells.hpp"
#include "api/errors.hpp"
#include "de/verb.hpp"
#include "scvigor/error.hpp"

namespace scvigor {
namespace {

// 128 hidden units each are 51 GB: what asks for more is a slip, and would
// take the machine's memory before it fails.
constexpr std::int64_t kMaxSamples = 100'000'000;

void need(bool fits, const char* argument, const char* message) {
  if (!fits) throw ArgumentError(argument, message);
}

void check_parts(const DeOptions& o, std::int64_t n_cells) {
  const auto n_parts = static_cast<std::int64_t>(o.parts.size());
  for (const auto& part : o.parts) {
    need(!part.empty(), "groups", "A group has no cells.");
    for (const auto cell : part)
      need(cell >= 0 && cell < n_cells, "groups",
           "Groups must name cells that are there.");
  }
  for (const auto& comparison : o.comparisons)
    for (const auto* side : {&comparison.parts1, &comparison.parts2}) {
      need(!side->empty(), "groups", "A side of a comparison is empty.");
      for (const auto part : *side)
        need(part >= 0 && part < n_parts, "groups",
             "A comparison must name parts that are there.");
    }
}

void check_test(const DeTest& test) {
  need(!test.delta || *test.delta >= 0.0, "delta",
       "`delta` must be 0 or above, or NULL.");
  need(!test.pseudocounts || *test.pseudocounts >= 0.0, "pseudocounts",
       "`pseudocounts` must be 0 or above, or NULL.");
  for (const double level : test.cred_interval_lvls)
    need(level > 0.0 && level < 1.0, "cred_interval_lvls",
         "`cred_interval_lvls` must lie between 0 and 1.");
}

void check(const DeOptions& o, const Cells& cells, const ModelOptions& model) {
  check_parts(o, cells.n_cells());
  check_test(o.test);
  need(o.batch_size >= 1, "batch_size", "`batch_size` must be at least 1.");
  const auto check_number = [](std::int64_t n, const std::string& name) {
    if (n < 1 || n > kMaxSamples)
      throw ArgumentError(name, "`" + name + "` must be from 1 to " +
                                    std::to_string(kMaxSamples) + ".");
  };
  check_number(o.n_samples_overall, "n_samples_overall");
  check_number(o.m_permutation, "m_permutation");
  need(o.batchid1.empty() == o.batchid2.empty(), "batchid1",
       "Batches must be named for both groups or for none.");
  for (const auto* batches : {&o.batchid1, &o.batchid2})
    for (const auto code : *batches)
      need(code >= 0 && code < model.n_batch, "batchid1",
           "Batches must be those of the model.");
  const bool estimate = !o.test.vanilla && !o.test.pseudocounts;
  need(!estimate ||
           (o.part_totals.n_cols == model.n_genes &&
            o.part_totals.n_rows == static_cast<std::int64_t>(o.parts.size())),
       "pseudocounts",
       "Without `pseudocounts` the totals of the parts are needed.");
}

}  // namespace

std::vector<DeTable> differential_expression(const Model& model,
                                             const Cells& cells,
                                             const DeOptions& options,
                                             const Hooks& hooks) {
  check_cells(cells, model.options());
  check(options, cells, model.options());
  return without_torch_errors([&] {
    return verbs::differential_expression(evaluation(model), cells, options,
                                          hooks);
  });
}

}  // namespace scvigor
