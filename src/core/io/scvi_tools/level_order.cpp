#include "io/scvi_tools/level_order.hpp"

#include <algorithm>
#include <numeric>

#include "io/python/pickle_input.hpp"

namespace scvigor {

namespace {

// order[new position] = old position
using Order = std::vector<std::size_t>;

Order sorted_order(const CategoryEntry& category) {
  const auto& levels = category.levels;
  Order order(levels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const bool is_numeric =
      category.type == LevelType::kInteger || category.type == LevelType::kReal;
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return is_numeric
               ? pickle::parse_real(levels[a]) < pickle::parse_real(levels[b])
               : levels[a] < levels[b];
  });
  return order;
}

template <class T>
std::vector<T> reordered(const std::vector<T>& values, const Order& order) {
  std::vector<T> out;
  for (const std::size_t old : order) out.push_back(values[old]);
  return out;
}

Order sort_category(std::optional<CategoryEntry>& category) {
  if (!category) return {0};
  const Order order = sorted_order(*category);
  category->levels = reordered(category->levels, order);
  return order;
}

// Permutes the columns of a matrix from `first` on.
void reorder_columns(StateTensor& matrix, std::size_t first,
                     const Order& order) {
  const auto n_columns = static_cast<std::size_t>(matrix.shape.back());
  std::vector<double> piece(order.size());
  for (std::size_t row = 0; row < matrix.values.size(); row += n_columns) {
    double* columns = matrix.values.data() + row + first;
    for (std::size_t k = 0; k < order.size(); ++k) piece[k] = columns[order[k]];
    std::copy(piece.begin(), piece.end(), columns);
  }
}

void reorder_rows(StateTensor& matrix, const Order& order) {
  const auto width = static_cast<std::size_t>(matrix.shape.back());
  std::vector<double> values;
  for (const std::size_t row : order) {
    const auto begin =
        matrix.values.begin() + static_cast<std::ptrdiff_t>(row * width);
    values.insert(values.end(), begin,
                  begin + static_cast<std::ptrdiff_t>(width));
  }
  matrix.values = std::move(values);
}

bool starts_with(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

// Whether a tensor is the weight of a layer whose last inputs are the one-hot
// columns.
bool has_one_hot(const std::string& name, const ModelOptions& o) {
  const std::string layer = ".fc_layers.Layer ";
  const std::size_t at = name.find(layer);
  if (at == std::string::npos ||
      name.find(".0.weight", at) == std::string::npos)
    return false;
  if (!starts_with(name, "decoder.") && !o.encode_covariates) return false;
  return o.deeply_inject_covariates || name[at + layer.size()] == '0';
}

struct Orders {
  Order batch, labels;
  std::vector<Order> one_hot;  // categories with columns, in their order
};

void reorder_tensor(StateTensor& tensor, const Orders& orders,
                    const ModelOptions& o) {
  const std::string& name = tensor.name;
  if (name == "px_r" && o.dispersion == Dispersion::kGeneBatch)
    reorder_columns(tensor, 0, orders.batch);
  if (name == "px_r" && o.dispersion == Dispersion::kGeneLabel)
    reorder_columns(tensor, 0, orders.labels);
  if (name == "library_log_means" || name == "library_log_vars")
    reorder_columns(tensor, 0, orders.batch);
  if (name == "_embeddings_dict.batch.weight")
    reorder_rows(tensor, orders.batch);
  if (!has_one_hot(name, o)) return;
  auto first = static_cast<std::size_t>(tensor.shape.back());
  for (const auto& order : orders.one_hot) first -= order.size();
  for (const auto& order : orders.one_hot) {
    reorder_columns(tensor, first, order);
    first += order.size();
  }
}

}  // namespace

void sort_levels(ScviToolsModel& model) {
  Orders orders;
  orders.batch = sort_category(model.registry.batch);
  orders.labels = sort_category(model.registry.labels);
  const bool embedded =
      model.options.batch_representation == BatchRepresentation::kEmbedding;
  if (!embedded && orders.batch.size() > 1)
    orders.one_hot.push_back(orders.batch);
  for (auto& category : model.registry.categorical) {
    const Order order = sorted_order(category);
    category.levels = reordered(category.levels, order);
    if (order.size() > 1) orders.one_hot.push_back(order);
  }
  for (auto& tensor : model.state)
    reorder_tensor(tensor, orders, model.options);
}

}  // namespace scvigor
