#include "common/state_keeper.h"

namespace berkeley {
namespace {

std::filesystem::path folderFor(const CommonOptions& options) {
    if (!options.stateFolder.empty()) {
        return options.stateFolder;
    }
    return isSimulated(options) ? std::filesystem::path{} : defaultStateFolder();
}

}  // namespace

StateKeeper::StateKeeper(const CommonOptions& options, std::shared_ptr<spdlog::logger> logger)
    : logger_(std::move(logger)) {
    if (const std::filesystem::path folder = folderFor(options); !folder.empty()) {
        file_.emplace(folder);
    }
}

std::optional<double> StateKeeper::rememberedPpb() const {
    if (!file_) {
        return std::nullopt;
    }
    try {
        const std::optional<ClockMemory> memory = file_->load();
        return memory ? std::optional{memory->frequencyPpb} : std::nullopt;
    } catch (const std::runtime_error& error) {
        logger_->warn("{}: ignored, the drift is measured anew", error.what());
        return std::nullopt;
    }
}

void StateKeeper::save(const SteeredClock& clock) const {
    const ClockState state = clock.state();
    if (!file_ || !state.synchronized) {
        return;
    }
    try {
        file_->save({state.adjustment.frequencyPpb});
    } catch (const std::runtime_error& error) {
        logger_->warn("{}; the drift will be measured anew after a restart", error.what());
    }
}

void StateKeeper::saveNowAndThen(const SteeredClock& clock) {
    if (const auto now = std::chrono::steady_clock::now(); now - saved_ >= kSaveEvery) {
        saved_ = now;
        save(clock);
    }
}

}  // namespace berkeley
