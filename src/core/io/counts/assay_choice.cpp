#include "io/counts/assay_choice.hpp"

#include <optional>

#include "scvigor/error.hpp"

namespace scvigor {

namespace {

struct Candidate {
  std::string name;
  ValueSummary summary;
  std::string error;  // it cannot be read

  bool holds_counts() const {
    return error.empty() && summary.are_counts && summary.n_nonzero > 0;
  }
  bool is_empty() const {
    return error.empty() && summary.are_counts && summary.n_nonzero == 0;
  }
  bool is_binary() const { return summary.max <= 1; }
  bool has_values_of(const Candidate& other) const {
    return summary.n_nonzero == other.summary.n_nonzero &&
           summary.sum == other.summary.sum && summary.max == other.summary.max;
  }
};

// Whether counts of a later candidate are to be preferred.
bool gives_way(const Candidate& chosen, const Candidate& later) {
  if (later.is_binary()) return false;
  if (chosen.is_binary()) return true;
  return chosen.name == "X" && later.name == "layers/counts" &&
         !chosen.has_values_of(later);
}

std::string explain(const Candidate& first, const Candidate& chosen) {
  const std::string name = "`" + first.name + "` ";
  const std::string instead = "; `" + chosen.name + "` is read instead.";
  if (!first.error.empty())
    return name + "cannot be read" + instead + " (" + first.error + ")";
  if (!first.summary.are_counts)
    return name + "holds values that are not counts" + instead;
  if (first.is_empty())
    return name + "holds nothing but zeros, in place of counts" + instead;
  if (first.is_binary()) return name + "holds nothing but 0 and 1" + instead;
  return name + "and `" + chosen.name +
         "` both hold counts, and differ; the latter is read. Set `assay` to "
         "read the other.";
}

}  // namespace

AssayChoice choose_assay(
    const std::vector<std::string>& candidates,
    const std::function<std::unique_ptr<CountMatrix>(const std::string&)>&
        open) {
  if (candidates.size() == 1) return {candidates[0], "", false};
  std::vector<Candidate> seen;
  std::optional<std::size_t> chosen;
  for (const std::string& name : candidates) {
    // After counts, only what may be preferred to them is looked at.
    if (chosen && !seen[*chosen].is_binary() && name != "layers/counts")
      continue;
    Candidate candidate{name, {}, ""};
    try {
      candidate.summary = open(name)->summarize();
    } catch (const FileError& error) {
      candidate.error = error.what();
    }
    seen.push_back(candidate);
    if (candidate.holds_counts() &&
        (!chosen || gives_way(seen[*chosen], candidate)))
      chosen = seen.size() - 1;
  }
  for (std::size_t i = 0; i < seen.size() && !chosen; ++i)
    if (seen[i].is_empty()) chosen = i;
  if (chosen) {
    const bool is_plain = *chosen == 0;
    return {seen[*chosen].name, is_plain ? "" : explain(seen[0], seen[*chosen]),
            true};
  }
  for (const Candidate& candidate : seen)
    if (!candidate.error.empty()) throw FileError(candidate.error);
  return {};
}

}  // namespace scvigor
