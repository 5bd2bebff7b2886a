/// Locks that the compiler checks: a mutex, its scoped lock and a condition, and the words with
/// which a class says what they guard.
///
/// clang++ refuses to compile an access without the lock (-Wthread-safety); to other compilers the
/// words are empty. It does not look into constructors and destructors, where an object has one
/// thread. Thread safety: any thread.
#pragma once

#include <condition_variable>
#include <mutex>

#ifdef __clang__
#define BERKELEY_THREAD_SAFETY(attribute) __attribute__((attribute))
#else
#define BERKELEY_THREAD_SAFETY(attribute)
#endif

/// Of a member: only with that mutex; of a pointer's target the same.
#define GUARDED_BY(mutex) BERKELEY_THREAD_SAFETY(guarded_by(mutex))
#define PT_GUARDED_BY(mutex) BERKELEY_THREAD_SAFETY(pt_guarded_by(mutex))
/// Of a function, and of a lambda after its parentheses: its caller holds that mutex.
#define REQUIRES(mutex) BERKELEY_THREAD_SAFETY(requires_capability(mutex))

namespace berkeley::os {

class BERKELEY_THREAD_SAFETY(capability("mutex")) Mutex {
  public:
    void lock() BERKELEY_THREAD_SAFETY(acquire_capability()) { mutex_.lock(); }
    void unlock() BERKELEY_THREAD_SAFETY(release_capability()) { mutex_.unlock(); }

  private:
    friend class MutexLock;

    std::mutex mutex_;
};

/// Holds the mutex as long as it lives, but for the waits of a Condition.
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

/// As std::condition_variable. Each wait ends when `isMet()`, which is asked under the lock; those
/// with an end say whether it was.
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
