/// Locks that the compiler checks: a mutex, its scoped lock and a condition, and the macros with
/// which a class declares what they guard.
///
/// clang++ refuses to compile an access without the lock (-Wthread-safety); for other compilers the
/// macros are empty. Constructors and destructors are not checked, because there only one thread
/// has the object. Thread safety: any thread.
#pragma once

#include <condition_variable>
#include <mutex>

#ifdef __clang__
#define BERKELEY_THREAD_SAFETY(attribute) __attribute__((attribute))
#else
#define BERKELEY_THREAD_SAFETY(attribute)
#endif

/// Marks a member that may be accessed only with that mutex held; PT_GUARDED_BY marks the target of
/// a pointer.
#define GUARDED_BY(mutex) BERKELEY_THREAD_SAFETY(guarded_by(mutex))
#define PT_GUARDED_BY(mutex) BERKELEY_THREAD_SAFETY(pt_guarded_by(mutex))
/// Marks a function, or a lambda after its parentheses, whose caller must hold that mutex.
#define REQUIRES(mutex) BERKELEY_THREAD_SAFETY(requires_capability(mutex))

namespace berkeley::os {

class BERKELEY_THREAD_SAFETY(capability("mutex")) Mutex {
    friend class MutexLock;

    std::mutex mutex_;
};

/// Holds the mutex for its lifetime, except while a Condition waits.
class BERKELEY_THREAD_SAFETY(scoped_lockable) MutexLock {
  public:
    explicit MutexLock(Mutex& mutex) BERKELEY_THREAD_SAFETY(acquire_capability(mutex))
        : lock_(mutex.mutex_) {}
    ~MutexLock() BERKELEY_THREAD_SAFETY(release_capability()) = default;
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

  private:
    friend class Condition;

    std::unique_lock<std::mutex> lock_;
};

/// Works like std::condition_variable. Each wait ends when `isMet()`, which is called under the
/// lock, is true. A wait with a time limit returns whether it was.
class Condition {
  public:
    void notifyAll() { changed_.notify_all(); }

    template <class IsMet>
    void wait(MutexLock& lock, IsMet isMet) {
        changed_.wait(lock.lock_, isMet);
    }
    template <class Deadline, class IsMet>
    bool waitUntil(MutexLock& lock, Deadline deadline, IsMet isMet) {
        return changed_.wait_until(lock.lock_, deadline, isMet);
    }
    template <class Duration, class IsMet>
    bool waitFor(MutexLock& lock, Duration duration, IsMet isMet) {
        return changed_.wait_for(lock.lock_, duration, isMet);
    }

  private:
    std::condition_variable changed_;
};

}  // namespace berkeley::os
