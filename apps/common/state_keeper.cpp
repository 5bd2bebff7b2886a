#include "common/state_keeper.h"

#include <cmath>
#include <stdexcept>

#include "time/units.h"

namespace berkeley::apps {
namespace {

std::filesystem::path folderFor(const CommonOptions& options) {
    if (!options.stateFolder.empty()) {
        return options.stateFolder;
    }
    return isSimulated(options) ? std::filesystem::path{} : host::defaultStateFolder();
}

}  // namespace

StateKeeper::StateKeeper(const CommonOptions& options, std::shared_ptr<spdlog::logger> logger)
    : farthestPpb_(options.driftLimit.betweenTwoPpb()), logger_(std::move(logger)) {
    if (const std::filesystem::path folder = folderFor(options); !folder.empty()) {
        file_.emplace(folder);
    }
}

bool StateKeeper::isGood(double frequencyPpb) const {
    return std::abs(frequencyPpb) <= farthestPpb_;
}

std::optional<double> StateKeeper::rememberedPpb() const {
    if (!file_) {
        return std::nullopt;
    }
    try {
        const std::optional<host::ClockMemory> memory = file_->load();
        if (!memory) {
            return std::nullopt;
        }
        if (!isGood(memory->frequencyPpb)) {
            throw std::runtime_error("the state file " + file_->path().string() +
                                     " has a drift of " + toDriftText(memory->frequencyPpb) +
                                     ", beyond --max-drift");
        }
        return memory->frequencyPpb;
    } catch (const std::runtime_error& error) {
        logger_->warn("{}: ignored, the drift is measured anew", error.what());
        return std::nullopt;
    }
}

void StateKeeper::save(const host::SteeredClock& clock) const {
    const sync::ClockState state = clock.state();
    const double frequencyPpb = state.line.frequencyPpb;
    // A frequency that was not measured yet is a guess, or the limit of what is possible.
    if (!file_ || !state.synchronized || !state.deviation.driftKnown() || !isGood(frequencyPpb)) {
        return;
    }
    try {
        file_->save({frequencyPpb});
    } catch (const std::runtime_error& error) {
        logger_->warn("{}; the drift will be measured anew after a restart", error.what());
    }
}

void StateKeeper::saveNowAndThen(const host::SteeredClock& clock) {
    if (const auto now = std::chrono::steady_clock::now(); now - saved_ >= kSaveEvery) {
        saved_ = now;
        save(clock);
    }
}

}  // namespace berkeley::apps
