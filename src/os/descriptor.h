/// A file descriptor that is closed when its owner is destroyed.
///
/// Thread safety: none.
#pragma once

namespace berkeley::os {

class Descriptor {
  public:
    Descriptor() = default;
    /// Takes over the result of a system call, which is negative if the call failed.
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { close(); }
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;

    bool isOpen() const { return number_ >= 0; }
    /// For system calls; negative if not open.
    int get() const { return number_; }
    /// Closes the descriptor if it is open. Leaves errno unchanged.
    void close();

  private:
    int number_ = -1;
};

}  // namespace berkeley::os
