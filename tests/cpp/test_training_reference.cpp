// The parts of the training recipe against scvi-tools' own numbers.

#include <ATen/ATen.h>

#include "catch.hpp"
#include "reference.hpp"
#include "scvigor/train.hpp"
#include "simulated.hpp"
#include "support.hpp"
#include "train/schedule.hpp"

using namespace scvigor;

namespace {

// The columns of a group, row by row.
class Table {
 public:
  Table(const reference::File& file, const std::string& group,
        const std::vector<std::string>& names) {
    for (const auto& name : names)
      columns_.push_back(file.values(group + "/" + name));
  }
  std::size_t n_rows() const { return columns_.front().size(); }
  double number(std::size_t row, std::size_t column) const {
    return columns_[column][row];
  }
  std::int64_t whole(std::size_t row, std::size_t column) const {
    return static_cast<std::int64_t>(number(row, column));
  }
  // -1 stands for None.
  std::optional<double> maybe(std::size_t row, std::size_t column) const {
    if (number(row, column) == -1.0) return {};
    return number(row, column);
  }
  std::optional<std::int64_t> maybe_whole(std::size_t row,
                                          std::size_t column) const {
    if (number(row, column) == -1.0) return {};
    return whole(row, column);
  }

 private:
  std::vector<std::vector<double>> columns_;
};

void check_kl_weight(const reference::File& file) {
  const Table table(file, "kl_weight",
                    {"epoch", "step", "n_epochs_kl_warmup", "n_steps_kl_warmup",
                     "max_kl_weight", "min_kl_weight", "kl_weight"});
  for (std::size_t i = 0; i < table.n_rows(); ++i) {
    INFO("row " << i);
    TrainOptions o;
    o.n_epochs_kl_warmup = table.maybe_whole(i, 2);
    o.n_steps_kl_warmup = table.maybe_whole(i, 3);
    o.max_kl_weight = table.number(i, 4);
    o.min_kl_weight = table.number(i, 5);
    CHECK(kl_weight(table.whole(i, 0), table.whole(i, 1), o) ==
          Approx(table.number(i, 6)).epsilon(1e-14));
  }
}

void check_max_epochs(const reference::File& file) {
  const Table table(file, "max_epochs", {"n_obs", "max_epochs"});
  for (std::size_t i = 0; i < table.n_rows(); ++i) {
    INFO(table.whole(i, 0) << " cells");
    CHECK(default_max_epochs(table.whole(i, 0)) == table.whole(i, 1));
  }
}

void check_data_split(const reference::File& file) {
  const Table table(file, "data_split",
                    {"n_obs", "train_size", "validation_size", "batch_size",
                     "n_train", "n_validation"});
  for (std::size_t i = 0; i < table.n_rows(); ++i) {
    TrainOptions o;
    o.train_size = table.maybe(i, 1);
    o.validation_size = table.maybe(i, 2);
    o.batch_size = table.whole(i, 3);
    const auto n_train = static_cast<std::size_t>(table.whole(i, 4));
    INFO("row " << i << ": " << table.whole(i, 0) << " cells");
    const Split split = split_cells(table.whole(i, 0), o, 1);
    CHECK(split.train.size() == n_train);
    CHECK(split.validation.size() ==
          static_cast<std::size_t>(table.whole(i, 5)));
  }
}

void check_library_prior(const reference::File& file) {
  const auto counts = file.read("library_prior/X");
  std::vector<std::int64_t> batch;
  for (const double code : file.values("library_prior/batch_index"))
    batch.push_back(static_cast<std::int64_t>(code));
  const at::Tensor x =
      support::tensor_of(counts.values, counts.shape, at::kDouble);
  const auto n_batch =
      static_cast<std::int64_t>(file.scalar("library_prior/n_batch"));
  const auto means = file.values("library_prior/library_log_means");
  const auto vars = file.values("library_prior/library_log_vars");
  for (const auto& source :
       {support::dense_source(x), support::compressed_source(x)}) {
    const LibraryPrior prior = library_prior(*source, batch, n_batch);
    REQUIRE_CLOSE(at::tensor(prior.log_means), at::tensor(means), 1e-6);
    REQUIRE_CLOSE(at::tensor(prior.log_vars), at::tensor(vars), 1e-6);
  }
}

void check_plateau(const reference::File& file) {
  const std::string group = "reduce_lr_on_plateau";
  if (file.has_attribute("threshold_mode", group))
    REQUIRE(file.text("threshold_mode", group) == "abs");
  TrainOptions o;
  o.lr = file.number("lr", group);
  o.lr_factor = file.number("factor", group);
  o.lr_patience = static_cast<std::int64_t>(file.number("patience", group));
  o.lr_threshold = file.number("threshold", group);
  o.lr_min = file.number("min_lr", group);
  PlateauSchedule schedule(o);
  double lr = o.lr;
  const auto metric = file.values(group + "/metric");
  const auto after = file.values(group + "/lr_after");
  for (std::size_t i = 0; i < metric.size(); ++i) {
    INFO("epoch " << i);
    lr = schedule.update(metric[i], lr);
    CHECK(lr == Approx(after[i]).epsilon(1e-12));
  }
}

}  // namespace

TEST_CASE("the training recipe agrees with scvi-tools", "[reference]") {
  for (const auto& path : reference::files("training")) {
    const reference::File file(path);
    SECTION("weight of the KL term") {
      if (file.has("kl_weight")) check_kl_weight(file);
    }
    SECTION("default number of epochs") {
      if (file.has("max_epochs")) check_max_epochs(file);
    }
    SECTION("sizes of the parts") {
      if (file.has("data_split")) check_data_split(file);
    }
    SECTION("prior of the library size") {
      if (file.has("library_prior")) check_library_prior(file);
    }
    SECTION("learning rate on a plateau") {
      if (file.has("reduce_lr_on_plateau")) check_plateau(file);
    }
  }
}
