/// A daemon's group clock in a file that other processes map: written here, read by
/// page/group_page.h.
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

/// The publisher of a page, which stays the same for as long as it publishes.
struct Publisher {
    page::Role role{};
    std::string name{};
    Nanoseconds maxBound = Nanoseconds::max();  ///< beyond it the clock is unsynchronized
};

/// Where an adjustment came from.
struct AdjustmentSource {
    std::string name{};                              ///< "" for the clock's own adjustment
    Nanoseconds interval = std::chrono::seconds{5};  ///< from one sync cycle to the next
};

/// Returns the clock as it is published. `adjustedAt` is when `change` brought it to `state`.
page::Content contentOf(const page::HostLine& host, const sync::ClockState& state,
                        page::RawTime adjustedAt, const sync::Change& change = {},
                        const AdjustmentSource& source = {});

/// What a daemon has left in a page.
struct LeftPage {
    std::uint64_t version{};
    std::optional<page::Content> content{};  ///< nothing when the daemon died while it wrote
};

/// Belongs to one thread.
class PageWriter {
  public:
    /// Creates the file, readable by all, or takes over one that is a page already; a page of an
    /// older version is replaced. A new file is a page once something is published. Throws
    /// std::runtime_error, with the path and the remedy, when that fails, when the file is a
    /// symbolic link or belongs to another user, or when another daemon publishes there.
    explicit PageWriter(const std::string& path, Publisher publisher = {});
    ~PageWriter();
    PageWriter(const PageWriter&) = delete;
    PageWriter& operator=(const PageWriter&) = delete;

    /// Returns what was in the page before; nothing for a new page.
    const std::optional<LeftPage>& left() const { return left_; }
    const std::string& path() const { return path_; }

    /// Turns readers away from the old content, calls `compute` and publishes what it returns; if
    /// that is nothing, the page stays as it was. A clock that is read and changed in `compute`
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
