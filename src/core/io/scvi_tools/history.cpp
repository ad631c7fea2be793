#include "io/scvi_tools/history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "io/python/numpy_array.hpp"
#include "io/python/pickle_view.hpp"
#include "scvigor/error.hpp"

namespace scvigor {

namespace {

using pickle::argument;
using pickle::find;
using pickle::is_object;
using pickle::Value;

constexpr double kMaxRecordedEpochs = 1e5;
constexpr std::size_t kMaxCurves = 100;

// The values of a table of one column, and the epochs they belong to.
struct Curve {
  std::string name;
  std::vector<double> epochs;  // counting from 0
  std::vector<double> values;
};

const Value* item(const Value* sequence, std::size_t k) {
  if (sequence == nullptr || sequence->kind == pickle::Kind::kDict ||
      k >= sequence->items.size())
    return nullptr;
  return sequence->items[k];
}

// pandas' DataFrame: a manager of blocks (arrays of several columns each) and
// of the axes (names of the columns, index of the rows).
struct Frame {
  const Value* values = nullptr;  // of the first block
  const Value* index = nullptr;
};

Frame frame_of(const Value* table) {
  if (is_object(table, "pandas.DataFrame")) {  // written by scvigor
    const Value* columns = argument(table, 0);
    if (!pickle::is_mapping(columns) || columns->items.size() != 2) return {};
    return {columns->items[1], argument(table, 1)};
  }
  if (!is_object(table, "pandas.core.frame.DataFrame")) return {};
  const Value* manager = find(table->state, "_mgr");
  if (manager == nullptr) manager = find(table->state, "_data");
  if (!is_object(manager, "pandas.core.internals.managers.BlockManager"))
    return {};
  // Before pandas 1.3 all was in the state, under the version of its form.
  const Value* old = find(item(manager->state, 3), "0.14.1");
  if (old != nullptr)
    return {find(item(find(old, "blocks"), 0), "values"),
            item(find(old, "axes"), 1)};
  const Value* block = item(argument(manager, 0), 0);
  return {argument(block, 0), item(argument(manager, 1), 1)};
}

bool read_curve(const Value* table, Curve& curve) {
  const Frame frame = frame_of(table);
  if (frame.values == nullptr) return false;
  try {
    curve.values = pickle::read_numbers(frame.values, "the history");
    curve.epochs = pickle::read_numbers(frame.index, "the epochs");
  } catch (const FileError&) {
    return false;  // no model is lost for its history
  }
  return !curve.values.empty() && curve.values.size() <= kMaxRecordedEpochs &&
         curve.epochs.size() == curve.values.size() &&
         std::all_of(curve.epochs.begin(), curve.epochs.end(), [](double e) {
           return e >= 0 && e < kMaxRecordedEpochs && e == std::floor(e);
         });
}

std::string our_name(const std::string& name) {
  if (name == "train_loss_epoch") return "train_loss";
  return name.rfind("lr-", 0) == 0 ? "lr" : name;
}

bool is_by_step(const std::string& name) {
  const std::string ending = "_step";
  return name.size() > ending.size() &&
         name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
}

}  // namespace

History read_scvi_history(const Value* history) {
  std::vector<Curve> curves;
  double n_epochs = 0;
  if (!pickle::is_mapping(history)) return {};
  for (std::size_t i = 0; i + 1 < history->items.size(); i += 2) {
    const Value* name = history->items[i];
    Curve curve;
    if (curves.size() == kMaxCurves) break;
    if (name->kind != pickle::Kind::kText || is_by_step(name->text) ||
        !read_curve(history->items[i + 1], curve))
      continue;
    curve.name = our_name(text(name, "a loss"));
    for (const double epoch : curve.epochs)
      n_epochs = std::max(n_epochs, epoch + 1);
    curves.push_back(std::move(curve));
  }
  History out;
  for (const Curve& curve : curves) {
    std::vector<double> column(static_cast<std::size_t>(n_epochs),
                               std::numeric_limits<double>::quiet_NaN());
    for (std::size_t k = 0; k < curve.values.size(); ++k)
      column[static_cast<std::size_t>(curve.epochs[k])] = curve.values[k];
    out.columns.emplace_back(curve.name, std::move(column));
  }
  return out;
}

}  // namespace scvigor
