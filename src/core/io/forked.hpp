#ifndef SCVIGOR_CORE_IO_FORKED_HPP
#define SCVIGOR_CORE_IO_FORKED_HPP

#include <functional>
#include <optional>
#include <string>

namespace scvigor {

// Runs `work` in a copy of this process and returns what it returned. What it
// throws comes back as a FileError; so does a crash, with `crash_message`.
// Empty where the system cannot copy a process: then nothing was run.
//
// `poll` is called here while waiting; what it throws ends the copy.
std::optional<std::string> run_forked(
    const std::function<std::string()>& work,
    const std::string& crash_message, const std::function<void()>& poll);

}  // namespace scvigor

#endif
