#include "sync/average.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "sync/tuning.h"

namespace berkeley::sync {
namespace {

/// Makes the median absolute deviation of a normal sample an estimate of its standard deviation.
constexpr double kMadScale = 1.4826;

/// A method's result: where the middle is, and which clocks count.
struct Choice {
    double middle{};
    std::vector<Standing> standings;
};

double medianOf(std::vector<double> values) {
    assert(!values.empty());
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) {
        return *middle;
    }
    return std::midpoint(*std::max_element(values.begin(), middle), *middle);
}

double meanOf(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Returns the median distance from `median`.
double deviationOf(std::span<const double> values, double median) {
    std::vector<double> deviations;
    for (const double value : values) {
        deviations.push_back(std::abs(value - median));
    }
    return medianOf(std::move(deviations));
}

Choice robustChoice(std::span<const double> values, double typicalBound) {
    const double median = medianOf({values.begin(), values.end()});
    const double deviation = deviationOf(values, median);
    const double limit = std::max(kZScoreCutoff * kMadScale * deviation, typicalBound);

    Choice choice;
    std::vector<double> counted;
    for (const double value : values) {
        const bool near = std::abs(value - median) <= limit;
        choice.standings.push_back(near ? Standing::counted : Standing::outlier);
        if (near) {
            counted.push_back(value);
        }
    }
    const double reach = std::max(deviation, typicalBound);
    choice.middle = std::clamp(meanOf(counted), median - reach, median + reach);
    return choice;
}

/// Counts the clocks from rank `low` up to, but not including, rank `high`; all others get
/// `reason`.
std::vector<Standing> ranked(std::span<const double> values, std::size_t low, std::size_t high,
                             Standing reason) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<Standing> standings(values.size(), reason);
    for (std::size_t rank = low; rank < high; ++rank) {
        standings[order[rank]] = Standing::counted;
    }
    return standings;
}

Choice medianChoice(std::span<const double> values) {
    const std::size_t low = (values.size() - 1) / 2;
    const std::size_t high = values.size() / 2 + 1;
    return {medianOf({values.begin(), values.end()}),
            ranked(values, low, high, Standing::notMiddle)};
}

Choice trimmedChoice(std::span<const double> values) {
    const std::size_t dropped = (values.size() - 1) / 3;
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    const std::size_t high = sorted.size() - dropped;
    return {std::midpoint(sorted[dropped], sorted[high - 1]),
            ranked(values, dropped, high, Standing::trimmed)};
}

Choice choose(std::span<const double> values, double typicalBound, Averaging method) {
    switch (method) {
        case Averaging::mean:
            return {meanOf(values), std::vector<Standing>(values.size(), Standing::counted)};
        case Averaging::median:
            return medianChoice(values);
        case Averaging::trimmed:
            return trimmedChoice(values);
        case Averaging::robust:
            break;
    }
    return robustChoice(values, typicalBound);
}

double typicalBoundOf(std::span<const Reading> readings) {
    std::vector<double> bounds;
    for (const Reading& reading : readings) {
        bounds.push_back(static_cast<double>(reading.bound.count()));
    }
    return medianOf(bounds);
}

}  // namespace

Average averageOf(std::span<const Reading> readings, const AverageOptions& options) {
    assert(!readings.empty());
    if (readings.size() == 2 && std::abs(readings[1].offset.count() - readings[0].offset.count()) >
                                    options.sanityLimit.count()) {
        return {readings[0].offset, {Standing::counted, Standing::noMajority}};
    }
    // Distances from one of the middle clocks are small except for clocks that are years off, so
    // nothing is lost in the mantissa of a double.
    std::vector<Nanoseconds> offsets;
    for (const Reading& reading : readings) {
        offsets.push_back(reading.offset);
    }
    const auto middle = offsets.begin() + static_cast<std::ptrdiff_t>(offsets.size() / 2);
    std::nth_element(offsets.begin(), middle, offsets.end());
    std::vector<double> distances;
    for (const Reading& reading : readings) {
        distances.push_back(static_cast<double>((reading.offset - *middle).count()));
    }
    Choice choice = choose(distances, typicalBoundOf(readings), options.method);
    assert(choice.standings.size() == readings.size());
    return {*middle + Nanoseconds{std::llround(choice.middle)}, std::move(choice.standings)};
}

double robustMean(std::span<const double> ppb) {
    const double median = medianOf({ppb.begin(), ppb.end()});
    const double limit = kZScoreCutoff * kMadScale * deviationOf(ppb, median);
    double sum = 0, weights = 0;
    for (const double value : ppb) {
        const double distance = value - median;
        const double weight = limit > 0 ? std::clamp(2 - std::abs(distance) / limit, 0.0, 1.0) : 0;
        sum += weight * distance;
        weights += weight;
    }
    return weights > 0 ? median + sum / weights : median;
}

std::vector<bool> tooFast(std::span<const double> ppb, const DriftLimit& limit) {
    std::vector<double> sorted{ppb.begin(), ppb.end()};
    std::sort(sorted.begin(), sorted.end());
    const double median =
        std::clamp(ppb.front(), sorted[(sorted.size() - 1) / 2], sorted[sorted.size() / 2]);
    std::vector<bool> result;
    for (const double drift : ppb) {
        result.push_back(std::abs(drift - median) > limit.betweenTwoPpb());
    }
    return result;
}

}  // namespace berkeley::sync
