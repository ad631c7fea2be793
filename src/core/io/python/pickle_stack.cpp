#include "io/python/pickle_stack.hpp"

#include <string>

#include "scvigor/error.hpp"

namespace scvigor {
namespace pickle {

void malformed(const std::string& what) {
  throw FileError("is damaged, or no saved model: its pickle " + what + ".");
}

namespace {

void check_size(std::size_t size) {
  if (size >= kMaxValues)
    malformed("holds more than " + std::to_string(kMaxValues) + " values");
}

}  // namespace

Value* Stack::push(Value* value) {
  check_size(stack_.size());
  stack_.push_back(value);
  return value;
}

void Stack::mark() {
  check_size(marks_.size());
  marks_.push_back(stack_.size());
}

void Stack::remember(std::uint64_t key) {
  check_size(memo_.size());
  memo_[key] = top();
}

Value* Stack::top() const {
  if (stack_.size() <= floor()) malformed("takes a value from an empty stack");
  return stack_.back();
}

Value* Stack::pop() {
  Value* value = top();
  stack_.pop_back();
  return value;
}

std::vector<Value*> Stack::pop_to_mark() {
  if (marks_.empty()) malformed("ends a sequence that it did not begin");
  const auto first =
      stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<Value*> popped(first, stack_.end());
  stack_.erase(first, stack_.end());
  marks_.pop_back();
  return popped;
}

void Stack::recall(std::uint64_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) malformed("recalls a value that it did not store");
  push(found->second);
}

}  // namespace pickle
}  // namespace scvigor
