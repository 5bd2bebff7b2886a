#include "common/clock.h"

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <utility>

#include "host/page_memory.h"
#include "page/group_page.h"
#include "time/units.h"

namespace berkeley::apps {
namespace {

constexpr const char* kNowhere = "none";

/// Creates a missing folder so that only the daemons can write to it, and all can read it.
std::unique_ptr<host::PageWriter> tryToPublish(const page::Path& path,
                                               const host::Publisher& publisher,
                                               spdlog::logger& logger) {
    const auto folder = std::filesystem::path{path.data()}.parent_path();
    std::error_code ignored;  // If this fails, so will the page itself.
    if (std::filesystem::create_directory(folder, ignored)) {
        // Regardless of the umask.
        std::filesystem::permissions(folder, std::filesystem::perms{0755}, ignored);
    }
    try {
        auto page = std::make_unique<host::PageWriter>(path.data(), publisher);
        logger.debug("the group's time can be read from {}", path.data());
        return page;
    } catch (const std::runtime_error& error) {
        logger.debug("{}", error.what());
        return nullptr;
    }
}

std::unique_ptr<host::PageWriter> pageFor(const CommonOptions& options, page::Role role,
                                          std::string name, spdlog::logger& logger) {
    const host::Publisher publisher{role, std::move(name), options.maxBound};
    if (options.publish == kNowhere) {
        return nullptr;
    }
    if (!options.publish.empty()) {
        return std::make_unique<host::PageWriter>(options.publish, publisher);
    }
    if (isSimulated(options)) {
        return nullptr;
    }
    const char* file = role == page::Role::master ? "master" : "slave";
    page::Path path{};
    for (std::size_t index = 0; page::defaultPagePath(index, file, page::userRuntimeFolder(), path);
         ++index) {
        if (auto page = tryToPublish(path, publisher, logger)) {
            return page;
        }
    }
    logger.debug("the group's time is not published: give --publish FILE to share it");
    return nullptr;
}

/// Returns what the previous daemon left on the page, if this one can continue with it.
std::optional<page::Content> memoryIn(const host::PageWriter& page, double driftPpb,
                                      spdlog::logger& logger) {
    const std::optional<host::LeftPage>& left = page.left();
    if (!left) {
        return std::nullopt;
    }
    const auto ignore = [&](spdlog::level::level_enum level, std::string_view why) {
        logger.log(level, "the time in {} is not used: {}", page.path(), why);
        return std::nullopt;
    };
    if (!left->content) {
        return ignore(spdlog::level::warn, "it is incomplete or of an unknown version");
    }
    const page::Clock& clock = left->content->clock;
    if (!clock.adjusted) {
        return std::nullopt;  // There is nothing to continue.
    }
    if (const auto difference = host::differenceIn(*left->content, driftPpb); !difference.empty()) {
        return ignore(spdlog::level::info, difference);
    }
    const page::RawTime now = page::RawTimeline::now();
    if (const auto problem = host::problemIn(*left->content, now); !problem.empty()) {
        return ignore(spdlog::level::warn, problem);
    }
    logger.info("continues the group's time from {}: right within {}, {} old", page.path(),
                toSpanText(clock.line.boundAt(clock.host.at(now))),
                toSpanText(now - clock.adjustedAt));
    return left->content;
}

}  // namespace

host::SteeredClock clockFor(const CommonOptions& options, page::Role role, std::string name,
                            spdlog::logger& logger) {
    const sync::Discipline discipline{options.maxSlewPpb, options.step};
    auto system =
        options.clock == ClockKind::system ? std::make_unique<host::KernelClock>() : nullptr;
    auto page = pageFor(options, role, std::move(name), logger);
    if (page) {
        if (const auto memory = memoryIn(*page, options.simulateDriftPpb, logger)) {
            return {*memory, discipline, std::move(page), std::move(system)};
        }
    }
    return {host::HostClock{options.simulateOffset, options.simulateDriftPpb}, discipline,
            std::move(page), std::move(system)};
}

}  // namespace berkeley::apps
