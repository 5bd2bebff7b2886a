/// A daemon's group clock in a file that other processes map: written here, read as
/// page/group_page.h has it.
///
/// One process writes, any number read. Units: std::chrono, or in the name. Thread safety and
/// errors: as each class says.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "os/descriptor.h"
#include "page/page.h"
#include "sync/discipline.h"

namespace berkeley::host {

/// Who publishes, for as long as it does.
struct Publisher {
    page::Role role{};
    std::string name{};
    Nanoseconds maxBound = Nanoseconds::max();  ///< beyond it readers are told not to rely
};

/// Of whom an adjustment came.
struct AdjustmentSource {
    std::string name{};                              ///< "" for a clock's own
    Nanoseconds interval = std::chrono::seconds{5};  ///< from one sync cycle to the next
};

/// The clock as it is published. `adjustedAt` is when it came to `state`, by `change`.
page::Content contentOf(const page::HostLine& host, const sync::ClockState& state,
                        page::RawTime adjustedAt, const sync::Change& change = {},
                        const AdjustmentSource& source = {});

/// What a daemon has left in a page.
struct LeftPage {
    std::uint64_t version{};
    std::optional<page::Content> content{};  ///< nothing when it died while it wrote
};

/// Belongs to one thread.
class PageWriter {
  public:
    /// Creates the file, readable by all, which is a page once something is published, or takes
    /// over one that is a page already; an older version's is replaced. std::runtime_error, with
    /// the path and the remedy, when that fails, the file is another user's or a symbolic link, or
    /// another daemon publishes there.
    explicit PageWriter(const std::string& path, Publisher publisher = {});
    ~PageWriter();
    PageWriter(const PageWriter&) = delete;
    PageWriter& operator=(const PageWriter&) = delete;

    /// What was in the page before; nothing in a new one.
    const std::optional<LeftPage>& left() const { return left_; }
    const std::string& path() const { return path_; }

    /// Calls `compute` after readers have been turned away from the old content, and publishes what
    /// it returns; nothing leaves the page as it was. A clock that is read and changed in there
    /// never goes backward for a reader.
    void publish(const std::function<std::optional<page::Content>()>& compute);

  private:
    void store(page::Content content);
    std::atomic_ref<std::uint64_t> word(std::size_t index) const {
        return std::atomic_ref<std::uint64_t>{words_[index]};
    }

    std::string path_;
    Publisher publisher_;
    std::optional<LeftPage> left_;
    page::BootId boot_ = page::bootId();
    os::Descriptor file_;
    std::uint64_t* words_ = nullptr;
};

}  // namespace berkeley::host
