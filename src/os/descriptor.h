/// A file descriptor that is closed with its owner.
///
/// Thread safety: none.
#pragma once

namespace berkeley::os {

class Descriptor {
  public:
    Descriptor() = default;
    /// Takes over what a system call has returned: negative where it has failed.
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { close(); }
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;

    bool isOpen() const { return number_ >= 0; }
    /// For system calls; negative when it is not open.
    int get() const { return number_; }
    /// Leaves errno as it was.
    void close();

  private:
    int number_ = -1;
};

}  // namespace berkeley::os
