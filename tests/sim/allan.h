/// The Allan deviation of clocks: how much their mean rates over two successive spans differ.
///
/// Source: D. Allan, "Statistics of atomic frequency standards", Proceedings of the IEEE 54, 1966.
/// Thread safety: none.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace berkeley::sim {

/// A clock's error in ns, once a second.
using Phase = std::vector<double>;

/// Over one span, of any number of clocks together.
class AllanDeviation {
  public:
    explicit AllanDeviation(std::size_t seconds) : seconds_(seconds) {}

    void add(const Phase& phase) {
        for (std::size_t i = 0; i + 2 * seconds_ < phase.size(); ++i) {
            const double bend = phase[i + 2 * seconds_] - 2 * phase[i + seconds_] + phase[i];
            squares_ += std::pow(bend / static_cast<double>(seconds_), 2) / 2;
            ++count_;
        }
    }

    double ppb() const { return std::sqrt(squares_ / count_); }

  private:
    std::size_t seconds_;
    double squares_ = 0;
    double count_ = 0;
};

}  // namespace berkeley::sim
