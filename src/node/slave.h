/// A slave that has joined the group, as the master's threads see it: who it is, and what it is
/// told in a sync cycle.
///
/// Thread safety: any thread, unless a function says otherwise.
#pragma once

#include <optional>
#include <string>

#include "sync/adjustment.h"
#include "sync/roster.h"
#include "sync/timestamp_kind.h"

namespace berkeley::node {

class Slave {
  public:
    virtual ~Slave() = default;
    Slave(const Slave&) = delete;
    Slave& operator=(const Slave&) = delete;

    sync::SlaveId id() const { return id_; }
    /// Follows its address in log lines.
    const std::string& label() const { return label_; }

    /// Returns whether the slave understands messages.
    virtual bool isNative() const = 0;

    /// Begins a burst if the slave can be polled.
    virtual void beginBurst() = 0;

    /// Sends the adjustment. Throws std::invalid_argument, and sends nothing, when no slave would
    /// accept it. Sync thread only.
    virtual void tell(const sync::Adjustment& adjustment) = 0;

    /// Returns where t1 and t4 come from; nothing until the first burst has ended. Receive thread
    /// only.
    virtual std::optional<sync::TimestampKind> timestamps() const = 0;

  protected:
    Slave(sync::SlaveId id, const std::string& label) : id_(id), label_(" (" + label + ")") {}

  private:
    const sync::SlaveId id_;
    const std::string label_;
};

}  // namespace berkeley::node
