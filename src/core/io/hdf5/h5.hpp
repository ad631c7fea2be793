#ifndef SCVIGOR_CORE_IO_HDF5_H5_HPP
#define SCVIGOR_CORE_IO_HDF5_H5_HPP

// One spelling of the interface for HDF5 1.10, 1.12 and 1.14.
#ifndef H5_USE_110_API
#define H5_USE_110_API
#endif
#include <hdf5.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scvigor/error.hpp"

// HDF5's C interface with owners, and with FileError in place of error codes.
namespace scvigor::h5 {

// Of the HDF5 in use, which need not be that of its headers.
std::string library_version();

// Owns one HDF5 identifier: a file, group, dataset, attribute, type, list.
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  Handle(const Handle& other);
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Handle& operator=(Handle other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle();

  hid_t get() const { return id_; }
  // Leaves what was owned to the caller.
  hid_t release() { return std::exchange(id_, -1); }

 private:
  hid_t id_ = -1;
};

// Stops HDF5 from printing errors while it lives.
class Silence {
 public:
  Silence();
  ~Silence();
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

// What HDF5 says of the call that just failed: its first cause in its own
// words. Throws std::bad_alloc where that is a lack of memory.
std::string error_text();

// Makes one HDF5 call; a negative result becomes a FileError that begins with
// what `describe` returns, or std::bad_alloc.
template <class Call, class Describe>
auto checked(Call&& call, Describe&& describe) {
  const Silence silence;
  auto result = call();
  if (result < 0) {
    const std::string reason = error_text();
    throw FileError(std::string(describe()) + ": " + reason + ".");
  }
  return result;
}

struct FileInfo {
  Handle handle;
  std::string name;        // as the caller gave it
  std::int64_t bytes = 0;  // size on disk
};

// A named thing in a file; keeps the file open.
class Node {
 public:
  hid_t id() const { return handle_.get(); }
  const FileInfo& file() const { return *file_; }
  const std::string& path() const { return path_; }  // "obs/batch"
  std::string label() const;  // `obs/batch` of "cells.h5ad"

  // A FileError about this node: "`obs/batch` of ... " + message.
  [[noreturn]] void fail(const std::string& message) const;

  template <class Call>
  auto call(const char* doing, Call&& hdf5) const {
    return checked(std::forward<Call>(hdf5), [&] {
      return std::string("Cannot ") + doing + " " + label();
    });
  }

 protected:
  Node(std::shared_ptr<const FileInfo> file, std::string path, Handle handle)
      : file_(std::move(file)),
        path_(std::move(path)),
        handle_(std::move(handle)) {}

  std::shared_ptr<const FileInfo> file_;
  std::string path_;
  Handle handle_;
};

enum class NodeKind { kAbsent, kGroup, kDataset, kExternalLink, kOther };

// The end of a sentence about a name that does not lead to `wanted`, such as
// "a dataset".
std::string explain_absence(NodeKind found, const std::string& wanted);

class Group : public Node {
 public:
  // What `name`, which may be a path, leads to. External links are not
  // followed: a file must not make us read another one.
  NodeKind kind(const std::string& name) const;
  bool has(const std::string& name) const {
    return kind(name) != NodeKind::kAbsent;
  }
  Group group(const std::string& name) const;
  std::vector<std::string> children() const;
  // In the order in which they were made, where the file has it.
  std::vector<std::string> members_in_order() const;

  std::string child_path(const std::string& name) const;

 private:
  std::vector<std::string> list(bool in_order) const;
  friend Group open_file(const std::string& path);
  friend class Dataset;
  using Node::Node;
};

// Locks fail on many network file systems, and neither readers nor writers of
// a file of their own need them.
void unlock(hid_t file_options);

// The size of a file in bytes. A FileError says what is wrong with a path
// that is absent, not a file, not readable or, from its first bytes, not HDF5.
std::int64_t check_file(const std::string& path);

// The root group of an HDF5 file, opened for reading.
Group open_file(const std::string& path);

}  // namespace scvigor::h5

#endif
