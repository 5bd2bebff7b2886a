/// What the bench helpers count, as JSON.
///
/// Units: nanoseconds going in, microseconds coming out. Thread safety: none.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

namespace berkeley::bench {

inline double toMicroseconds(std::chrono::nanoseconds time) {
    return static_cast<double>(time.count()) / 1e3;
}

/// The value below which `part` of `values` lie, which it reorders; 0 without values.
inline std::chrono::nanoseconds quantile(std::vector<std::chrono::nanoseconds>& values,
                                         double part) {
    if (values.empty()) {
        return {};
    }
    const auto place = static_cast<std::size_t>(part * static_cast<double>(values.size() - 1));
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(place);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// A slave's clock against the master's: how far off, and whether the bounds have told the truth.
class ErrorStatistics {
  public:
    /// `limit` is what the slave's bound and the master's allow together.
    void add(std::chrono::nanoseconds error, std::chrono::nanoseconds bound,
             std::chrono::nanoseconds limit) {
        errors_.push_back(error);
        bounds_.push_back(bound);
        const std::chrono::nanoseconds excess = std::chrono::abs(error) - limit;
        if (excess > std::chrono::nanoseconds::zero()) {
            ++violations_;
            worstExcess_ = std::max(worstExcess_, excess);
        }
    }

    /// Reorders what it has collected, and so is called last.
    nlohmann::ordered_json json() {
        const double signedMedian = toMicroseconds(quantile(errors_, 0.5));
        for (std::chrono::nanoseconds& error : errors_) {
            error = std::chrono::abs(error);
        }
        return {{"checks", errors_.size()},
                {"violations", violations_},
                {"worst_excess_us", toMicroseconds(worstExcess_)},
                {"error_us",
                 {{"median", toMicroseconds(quantile(errors_, 0.5))},
                  {"p99", toMicroseconds(quantile(errors_, 0.99))},
                  {"max", toMicroseconds(quantile(errors_, 1))},
                  {"signed_median", signedMedian}}},
                {"bound_us",
                 {{"median", toMicroseconds(quantile(bounds_, 0.5))},
                  {"p99", toMicroseconds(quantile(bounds_, 0.99))}}}};
    }

  private:
    std::vector<std::chrono::nanoseconds> errors_;
    std::vector<std::chrono::nanoseconds> bounds_;
    std::uint64_t violations_ = 0;
    std::chrono::nanoseconds worstExcess_{};
};

}  // namespace berkeley::bench
