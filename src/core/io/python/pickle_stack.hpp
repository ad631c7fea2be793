#ifndef SCVIGOR_CORE_IO_PYTHON_PICKLE_STACK_HPP
#define SCVIGOR_CORE_IO_PYTHON_PICKLE_STACK_HPP

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "io/python/pickle_value.hpp"

namespace scvigor {
namespace pickle {

// The stack and the memo of a pickle's machine. Whatever a pickle asks for
// that is not there is a FileError.
class Stack {
 public:
  explicit Stack(Values& values) : values_(values) {}

  Value* push(Value* value);
  Value* push_new(Kind kind) { return push(values_.make(kind)); }
  Value* pop();
  Value* top() const;

  void mark();
  // What was pushed since the last mark; removes the mark as well.
  std::vector<Value*> pop_to_mark();

  void remember(std::uint64_t key);
  void remember_next() { remember(memo_.size()); }
  void recall(std::uint64_t key);

 private:
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  Values& values_;
  std::vector<Value*> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, Value*> memo_;
};

[[noreturn]] void malformed(const std::string& what);

}  // namespace pickle
}  // namespace scvigor

#endif
