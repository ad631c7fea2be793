#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "io/hdf5/foreign_file.hpp"
#include "io/hdf5/h5.hpp"
#include "io/hdf5/lzf_filter.hpp"

namespace scvigor::h5 {

std::string library_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." +
         std::to_string(release);
}

namespace {

// What a path that is neither a file nor a folder leads to.
std::string describe_special(std::filesystem::file_type type) {
  using Type = std::filesystem::file_type;
  if (type == Type::fifo)
    return "a pipe. HDF5 goes back and forth in a file: save it first";
  if (type == Type::socket) return "a socket, not a file";
  return "a device, not a file";
}

// What HDF5 says of a file that it cannot open, in words of this side.
std::string explain_open_failure(const std::string& reason) {
  const auto says = [&](const char* part) {
    return reason.find(part) != std::string::npos;
  };
  if (says("already open for write") || says("already open for SWMR"))
    return " is being written by another process, or one died while it wrote "
           "it; in that case `h5clear -s` makes it readable again (" +
           reason + ").";
  if (says("truncated file"))
    return " is incomplete: it ends before it should (" + reason +
           "). Was it copied or downloaded to the end?";
  if (says("bad superblock version"))
    return " is damaged, or written by a newer HDF5 than this one, " +
           library_version() + " (" + reason + ").";
  return " cannot be opened: it is damaged or incomplete (" + reason + ").";
}

Handle reading_options() {
  Handle options(H5Pcreate(H5P_FILE_ACCESS));
  // Whatever happens, closing the file closes all that was opened in it.
  H5Pset_fclose_degree(options.get(), H5F_CLOSE_STRONG);
  unlock(options.get());
  return options;
}

}  // namespace

void unlock([[maybe_unused]] hid_t file_options) {
#if H5_VERSION_GE(1, 12, 1) || \
    (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
  H5Pset_file_locking(file_options, false, true);
#endif
}

std::int64_t check_file(const std::string& path) {
  namespace fs = std::filesystem;
  const std::string quoted = "\"" + path + "\"";
  std::error_code problem;
  const fs::file_status status = fs::status(path, problem);
  if (status.type() == fs::file_type::none)
    throw FileError("Cannot look at " + quoted + ": " + problem.message() +
                    ".");
  if (!fs::exists(status)) throw FileError("There is no file " + quoted + ".");
  if (fs::is_directory(status))
    throw FileError(quoted + " is a directory, not an HDF5 file: " +
                    describe_folder(path) + ".");
  if (!fs::is_regular_file(status))
    throw FileError(quoted + " is " + describe_special(status.type()) + ".");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw FileError(quoted + " cannot be read: " + std::strerror(errno) + ".");
  if (!has_signature(file))
    throw FileError(
        quoted + " is not an HDF5 file: " + describe_foreign_file(path) + ".");
  return static_cast<std::int64_t>(fs::file_size(path));
}

Group open_file(const std::string& path) {
  register_lzf();
  auto info = std::make_shared<FileInfo>();
  info->name = path;
  info->bytes = check_file(path);
  const Handle options = reading_options();
  const Silence silence;
  info->handle = Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, options.get()));
  if (info->handle.get() < 0)
    throw FileError("\"" + path + "\"" + explain_open_failure(error_text()));
  Handle root(checked(
      [&] { return H5Gopen2(info->handle.get(), "/", H5P_DEFAULT); },
      [&] { return "Cannot open \"" + path + "\", which is damaged"; }));
  return Group(std::move(info), "/", std::move(root));
}

}  // namespace scvigor::h5
