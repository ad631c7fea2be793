#ifndef SCVIGOR_CORE_IO_PYTHON_PICKLE_WRITER_HPP
#define SCVIGOR_CORE_IO_PYTHON_PICKLE_WRITER_HPP

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace scvigor {
namespace pickle {

// Writes a pickle of protocol 2, value by value. What contains others takes a
// function that writes them.
class Writer {
 public:
  Writer() : out_("\x80\x02") {}

  void none() { out_ += 'N'; }
  void truth(bool value) { out_ += value ? '\x88' : '\x89'; }
  void integer(std::int64_t value);
  void real(double value);
  void text(const std::string& value);
  // A class or function, as module and name.
  void global(const std::string& module, const std::string& name);

  template <class Items>
  void tuple(Items items) {
    out_ += '(';
    items();
    out_ += 't';
  }
  template <class Items>
  void list(Items items) {
    out_ += "](";
    items();
    out_ += 'e';
  }
  // `entries` calls entry() for each.
  template <class Entries>
  void dict(Entries entries) {
    out_ += "}(";
    entries();
    out_ += 'u';
  }
  template <class T>
  void entry(const std::string& key, T value) {
    text(key);
    value();
  }
  // What Python will get by calling a function.
  template <class Arguments>
  void call(const std::string& module, const std::string& name,
            Arguments arguments) {
    global(module, name);
    tuple(arguments);
    out_ += 'R';
  }
  // A dict with the order of its entries and of torch's class for it.
  template <class Entries>
  void ordered_dict(Entries entries) {
    call("collections", "OrderedDict", [] {});
    out_ += '(';
    entries();
    out_ += 'u';
  }
  template <class Id>
  void persistent(Id id) {
    tuple(id);
    out_ += 'Q';
  }

  void text_entry(const std::string& key, const std::string& value) {
    entry(key, [&] { text(value); });
  }
  void integer_entry(const std::string& key, std::int64_t value) {
    entry(key, [&] { integer(value); });
  }
  void none_entry(const std::string& key) {
    entry(key, [&] { none(); });
  }
  void texts(const std::vector<std::string>& values);

  std::string finish() {
    out_ += '.';
    return std::move(out_);
  }

 private:
  std::string out_;
};

}  // namespace pickle
}  // namespace scvigor

#endif
