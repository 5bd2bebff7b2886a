#include "message_problem.h"

#include <variant>

#include "wire/native.h"

namespace berkeley::wire {
namespace {

constexpr sync::Rank kMostMasters = 256;

bool isBelievable(const sync::Deviation& deviation) {
    return deviation.sigma >= Nanoseconds::zero() && deviation.sigma < kTimeLimit &&
           deviation.driftDeviationPpb >= 0 && isBelievableRate(deviation.driftDeviationPpb);
}

std::string_view problemOf(const Hello& hello) {
    if (hello.name.empty()) {
        return "hello has no name";
    }
    if (hello.name.size() > kLongestName) {
        return "hello name is longer than 40 bytes";
    }
    if (!isPrintable(hello.name)) {
        return "hello name holds a byte that is not printable ASCII";
    }
    if (!isBelievableRate(hello.frequencyPpb.value_or(0))) {
        return "hello's frequency exceeds 10 %";
    }
    return {};
}

std::string_view problemOf(const Poll&) { return {}; }

std::string_view problemOf(const Report& report) {
    if (!isBelievable(report.received)) {
        return "report's receive time is outside 1970 to 2116";
    }
    if (!isBelievable(report.sent)) {
        return "report's send time is outside 1970 to 2116";
    }
    if (report.sent < report.received) {
        return "report was sent before its poll was received";
    }
    if (!isBelievable(report.sent, report.correction)) {
        return "report's correction leads outside 1970 to 2116";
    }
    if (!report.solicited && report.sequence != 0) {
        return "unsolicited report has a sequence number";
    }
    if (!report.solicited && report.received != report.sent) {
        return "unsolicited report has two different times";
    }
    if (!report.solicited && report.previousSent) {
        return "unsolicited report names a previous answer";
    }
    if (report.previousSent && *report.previousSent <= HostTime{}) {
        return "report's previous send time is outside 1970 to 2116";
    }
    if (report.previousSent && *report.previousSent > report.received) {
        return "previous report was sent after this one's poll was received";
    }
    if (!report.solicited && report.deviation) {
        return "unsolicited report has a deviation";
    }
    if (report.deviation && !isBelievable(*report.deviation)) {
        return "report's deviation is outside 0 to 146 years, or its rate's outside 0 to 10 %";
    }
    return {};
}

std::string_view problemOf(const sync::Adjustment& adjustment) {
    if (!isBelievable(adjustment.reference)) {
        return "adjustment's reference is outside 1970 to 2116";
    }
    if (!isBelievable(adjustment.reference, adjustment.correction)) {
        return "adjustment's correction leads outside 1970 to 2116";
    }
    if (!isBelievableRate(adjustment.frequencyPpb)) {
        return "adjustment's frequency exceeds 10 %";
    }
    if (adjustment.bound < Nanoseconds::zero()) {
        return "adjustment's bound is negative";
    }
    if (adjustment.bound >= kTimeLimit) {
        return "adjustment's bound exceeds 146 years";
    }
    if (!isBelievableRate(adjustment.boundGrowthPpb)) {
        return "adjustment's bound growth exceeds 10 %";
    }
    if (adjustment.boundGrowthPpb < 0) {
        return "adjustment's bound growth is negative";
    }
    if (!isBelievable(adjustment.deviation)) {
        return "adjustment's deviation is outside 0 to 146 years, or its rate's outside 0 to 10 %";
    }
    return {};
}

std::string_view problemOf(const Welcome& welcome) {
    if (welcome.interval <= Nanoseconds::zero()) {
        return "welcome's interval is not positive";
    }
    if (welcome.interval >= kTimeLimit) {
        return "welcome's interval exceeds 146 years";
    }
    return {};
}

std::string_view problemOf(const MasterAnnouncement& message) {
    const sync::Announcement& announcement = message.announcement;
    if (announcement.from >= kMostMasters) {
        return "announcement's rank exceeds 255";
    }
    for (const Nanoseconds time :
         {announcement.wait, announcement.sent, announcement.answers.value_or(Nanoseconds::zero()),
          announcement.counted.value_or(Nanoseconds::zero())}) {
        if (time < Nanoseconds::zero() || time >= kTimeLimit) {
            return "announcement holds a time outside 0 to 146 years";
        }
    }
    if (announcement.claim.term > sync::kMostTerms) {
        return "announcement's term exceeds 2^30";
    }
    if (announcement.claim.members > sync::kMostMembers) {
        return "announcement's members exceed 2^24";
    }
    return {};
}

std::string_view problemOf(const Redirect& redirect) {
    if (redirect.host.size() > kLongestHost) {
        return "redirect's host is longer than 48 bytes";
    }
    if (!isPrintable(redirect.host)) {
        return "redirect's host holds a byte that is not printable ASCII";
    }
    if (redirect.host.empty() != (redirect.port == 0)) {
        return "redirect has only one of host and port";
    }
    return {};
}

std::string_view problemOf(const sync::Membership& membership) {
    return membership.isKnown() ? std::string_view{} : "membership is of no group";
}

std::string_view problemOf(const UnknownMessage&) { return "message is of an unknown type"; }

}  // namespace

std::string_view problemOf(const Message& message) {
    return std::visit([](const auto& value) { return problemOf(value); }, message);
}

}  // namespace berkeley::wire
