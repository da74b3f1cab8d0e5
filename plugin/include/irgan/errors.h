/// The errors that this library throws, beside Xapian::Error, which it lets through; and who hears of other trouble.
///
/// Xapian::Error is not a std::exception: a caller that wants every failure catches both.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

/// Marks what the shared libraries export; everything else is hidden.
#define IRGAN_API __attribute__((visibility("default")))

namespace irgan {

/// The work could not be done; what() says what, where, and what to do about it.
class IRGAN_API Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file, or bytes in an index, are not in the form that they should have.
///
/// what() begins with the place: path and line, or path and byte offset.
class IRGAN_API FormatError : public Error {
 public:
  using Error::Error;
};

/// An option or hyper-parameter is outside its range; what() names the member, the value and the range.
class IRGAN_API ConfigError : public Error {
 public:
  explicit ConfigError(const std::string& text) : Error(text) {}

  /// what() is "MEMBER REST", for example "lambda 2: must be from 0 to 1". A command line shows member() as its flag.
  ConfigError(const std::string& member, const std::string& rest) : Error(member + ' ' + rest), member_(member) {}

  /// The option that is wrong, as its struct names it; empty where it is not one alone.
  const std::string& member() const { return member_; }

 private:
  std::string member_;
};

/// Called once about each thing that does not end the work: an index that lost a prefix or a slot, a model that is
/// refused while the one before serves.
using ProblemListener = std::function<void(const std::string& message)>;

}  // namespace irgan
