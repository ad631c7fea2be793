#include "train/history.hpp"

#include <limits>
#include <vector>

namespace scvigor {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

const char* const kColumns[] = {
    "train_loss",         "elbo_train",      "reconstruction_loss_train",
    "kl_local_train",     "kl_weight",       "lr",
    "validation_loss",    "elbo_validation", "reconstruction_loss_validation",
    "kl_local_validation"};

}  // namespace

void EpochSums::add(const EpochSums& other) {
  loss += other.loss;
  reconstruction_loss += other.reconstruction_loss;
  kl_local += other.kl_local;
  n_cells += other.n_cells;
}

void Recorder::start_epoch(double kl_weight, double lr) {
  if (history_.columns.empty())
    for (const char* name : kColumns) history_.columns.push_back({name, {}});
  for (auto& column : history_.columns) column.second.push_back(kMissing);
  put("kl_weight", kl_weight);
  put("lr", lr);
}

void Recorder::add_train(const EpochSums& sums) {
  put("train_loss", sums.loss / sums.n_cells);
  put("elbo_train", (sums.reconstruction_loss + sums.kl_local) / sums.n_cells);
  put("reconstruction_loss_train", sums.reconstruction_loss / sums.n_cells);
  put("kl_local_train", sums.kl_local / sums.n_cells);
}

void Recorder::add_validation(const EpochSums& sums,
                              const std::string& suffix) {
  const auto put_validated = [&](const std::string& name, double sum) {
    put(name + suffix, sum / sums.n_cells);
  };
  put_validated("validation_loss", sums.loss);
  put_validated("elbo_validation", sums.reconstruction_loss + sums.kl_local);
  put_validated("reconstruction_loss_validation", sums.reconstruction_loss);
  put_validated("kl_local_validation", sums.kl_local);
}

// A new column has no values in the epochs before.
void Recorder::put(const std::string& name, double value) {
  for (auto& column : history_.columns)
    if (column.first == name) {
      column.second.back() = value;
      return;
    }
  const auto n_rows = history_.columns.front().second.size();
  history_.columns.push_back({name, std::vector<double>(n_rows, kMissing)});
  history_.columns.back().second.back() = value;
}

double Recorder::last(const std::string& name) const {
  for (const auto& column : history_.columns)
    if (column.first == name && !column.second.empty())
      return column.second.back();
  return kMissing;
}

}  // namespace scvigor
