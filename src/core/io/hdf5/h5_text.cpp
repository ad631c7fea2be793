#include "io/hdf5/h5_text.hpp"

#include <algorithm>
#include <memory>

#include "io/hdf5/h5_demand.hpp"
#include "util/utf8.hpp"

namespace scvigor::h5 {

namespace {

constexpr std::int64_t kBlockStrings = 8192;
constexpr std::int64_t kBlockBytes = 1 << 20;

// What a string takes beside its characters.
constexpr std::size_t kStringBytes = 64;

// Where HDF5 puts strings of variable length: all of it is freed at once,
// even after an error in the middle, and there is an end to it.
class Arena {
 public:
  explicit Arena(std::size_t budget) : budget_(budget) {}
  void clear() { blocks_.clear(); }

  static void* take(std::size_t bytes, void* self) {
    auto& arena = *static_cast<Arena*>(self);
    if (bytes > arena.budget_) return nullptr;
    try {
      arena.blocks_.push_back(std::make_unique<char[]>(bytes));
    } catch (...) {
      return nullptr;
    }
    arena.budget_ -= bytes;
    return arena.blocks_.back().get();
  }
  static void leave(void*, void*) {}

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t budget_;
};

// Reads the strings [first, first + n) of a one-dimensional dataset.
template <class Sink>
void for_blocks(const Dataset& data, std::int64_t block, Sink&& sink) {
  for (std::int64_t first = 0; first < data.size(); first += block)
    sink(first, std::min(block, data.size() - first));
}

std::vector<std::string> read_variable(const Dataset& data) {
  // Every string lies in the file in plain form, so together they are
  // hardly larger than it.
  Arena arena(static_cast<std::size_t>(16 * data.file().bytes + data.size()));
  const Handle transfer(H5Pcreate(H5P_DATASET_XFER));
  H5Pset_vlen_mem_manager(transfer.get(), Arena::take, &arena, Arena::leave,
                          nullptr);
  const Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5Tget_cset(data.type()));

  std::vector<std::string> text;
  for_blocks(data, kBlockStrings, [&](std::int64_t first, std::int64_t n) {
    std::vector<char*> pointers(static_cast<std::size_t>(n), nullptr);
    data.read_as(type.get(), {first}, {n}, pointers.data(), transfer.get());
    double n_bytes = 0;
    for (const char* pointer : pointers) {
      text.push_back(pointer ? to_utf8(pointer) : "");
      n_bytes += static_cast<double>(text.back().size());
    }
    announce({n_bytes, n_bytes});
    arena.clear();
  });
  return text;
}

std::vector<std::string> read_fixed(const Dataset& data) {
  const std::size_t width = H5Tget_size(data.type());
  const bool spaces = H5Tget_strpad(data.type()) == H5T_STR_SPACEPAD;
  const std::int64_t block =
      std::max<std::int64_t>(1, kBlockBytes / static_cast<std::int64_t>(width));
  const Handle type(H5Tcopy(data.type()));
  std::vector<std::string> text;
  std::vector<char> bytes;
  for_blocks(data, block, [&](std::int64_t first, std::int64_t n) {
    bytes.resize(static_cast<std::size_t>(n) * width);
    data.read_as(type.get(), {first}, {n}, bytes.data(), H5P_DEFAULT);
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
      std::string value(bytes.data() + i * width, width);
      if (spaces) value.erase(value.find_last_not_of(' ') + 1);
      text.push_back(to_utf8(value));
    }
  });
  return text;
}

}  // namespace

std::vector<std::string> read_text(const Dataset& data) {
  if (data.element() != Element::kText)
    data.fail("holds " + describe_type(data.type()) + " instead of text.");
  if (data.dims().size() > 1)
    data.fail("is a table where a column of text is expected.");
  const bool is_variable = H5Tis_variable_str(data.type()) > 0;
  data.announce_values(kStringBytes + (is_variable ? 0 : data.width()));
  return is_variable ? read_variable(data) : read_fixed(data);
}

}  // namespace scvigor::h5
