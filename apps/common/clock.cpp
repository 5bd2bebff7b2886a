#include "common/clock.h"

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <utility>

#include "berkeley/page/group_page.h"

namespace berkeley {
namespace {

constexpr const char* kNowhere = "none";

/// The folder is made for the daemons alone to write to, and for all to read.
std::unique_ptr<PageWriter> tryToPublish(const PagePath& path, const Publisher& publisher,
                                         spdlog::logger& logger) {
    const auto folder = std::filesystem::path{path.data()}.parent_path();
    std::error_code ignored;  // What is missing then, the page itself will miss too.
    if (std::filesystem::create_directory(folder, ignored)) {
        // Whatever the umask.
        std::filesystem::permissions(folder, std::filesystem::perms{0755}, ignored);
    }
    try {
        auto page = std::make_unique<PageWriter>(path.data(), publisher);
        logger.debug("the group's time can be read from {}", path.data());
        return page;
    } catch (const std::runtime_error& error) {
        logger.debug("{}", error.what());
        return nullptr;
    }
}

std::unique_ptr<PageWriter> pageFor(const CommonOptions& options, PageRole role, std::string name,
                                    spdlog::logger& logger) {
    const Publisher publisher{role, std::move(name), options.maxBound};
    if (options.publish == kNowhere) {
        return nullptr;
    }
    if (!options.publish.empty()) {
        return std::make_unique<PageWriter>(options.publish, publisher);
    }
    if (isSimulated(options)) {
        return nullptr;
    }
    const char* file = role == PageRole::master ? "master" : "slave";
    PagePath path{};
    for (std::size_t index = 0; defaultPagePath(index, file, userRuntimeFolder(), path); ++index) {
        if (auto page = tryToPublish(path, publisher, logger)) {
            return page;
        }
    }
    logger.debug("the group's time is not published: give --publish FILE to share it");
    return nullptr;
}

}  // namespace

SteeredClock clockFor(const CommonOptions& options, PageRole role, std::string name,
                      spdlog::logger& logger) {
    return {HostClock{options.simulateOffset, options.simulateDriftPpb},
            Discipline{options.maxSlewPpb, options.step},
            pageFor(options, role, std::move(name), logger),
            options.clock == ClockKind::system ? std::make_unique<KernelClock>() : nullptr};
}

}  // namespace berkeley
