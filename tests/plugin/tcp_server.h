/// A stock xapian-tcpsrv on a free port, and a wire to it that counts and can be cut.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xapian.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace irgan {

inline sockaddr_in loopback(unsigned port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Returns a socket that listens, and its port.
inline int listening_socket(unsigned& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 4) != 0) {
    throw std::runtime_error("no port is free");
  }
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return listener;
}

class TcpServer {
 public:
  explicit TcpServer(const std::string& path) {
    ::close(listening_socket(port_));  // a moment later the port is still free, or opening fails
    pid_ = ::fork();
    if (pid_ == 0) {
      ::setsid();  // a server that ends signals its whole group
      const int nowhere = ::open("/dev/null", O_WRONLY);
      ::dup2(nowhere, STDOUT_FILENO);
      ::dup2(nowhere, STDERR_FILENO);
      ::execlp("xapian-tcpsrv", "xapian-tcpsrv", "--interface", "127.0.0.1", "--port", std::to_string(port_).c_str(),
               "--idle-timeout", "60000", path.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    for (int i = 0; i < 200; ++i) {
      try {
        Xapian::Remote::open("127.0.0.1", port_);
        return;
      } catch (const Xapian::NetworkError&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
      }
    }
    stop();
    throw std::runtime_error("xapian-tcpsrv, of Debian's xapian-tools, does not run");
  }
  ~TcpServer() { stop(); }
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  unsigned port() const { return port_; }
  Xapian::Database open() const { return Xapian::Remote::open("127.0.0.1", port_); }

 private:
  void stop() {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  unsigned port_ = 0;
  pid_t pid_ = -1;
};

/// One connection to a server. A round trip begins when the client speaks after the server did.
class CountingWire {
 public:
  explicit CountingWire(unsigned server_port) : listener_(listening_socket(port_)) {
    thread_ = std::thread([this, server_port] { run(server_port); });
  }
  ~CountingWire() {
    is_done_ = true;
    thread_.join();
    ::close(listener_);
  }
  CountingWire(const CountingWire&) = delete;
  CountingWire& operator=(const CountingWire&) = delete;

  Xapian::Database open() const { return Xapian::Remote::open("127.0.0.1", port_); }
  int num_trips() const { return num_trips_; }
  /// The round trip after so many more is not answered: the wire is cut.
  void cut_after(int num_trips) { last_trip_ = num_trips_ + num_trips; }

 private:
  void run(unsigned server_port) {
    pollfd waiting{listener_, POLLIN, 0};
    while (::poll(&waiting, 1, 20) == 0) {
      if (is_done_) return;
    }
    const int client = ::accept(listener_, nullptr, nullptr);
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(server_port);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) forward(client, server);
    ::close(client);
    ::close(server);
  }

  void forward(int client, int server) {
    bool server_spoke = true;
    while (!is_done_) {
      pollfd both[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      if (::poll(both, 2, 20) < 0) return;
      for (const bool from_client : {true, false}) {
        if (both[from_client ? 0 : 1].revents == 0) continue;
        char bytes[65536];
        const ssize_t size = ::read(from_client ? client : server, bytes, sizeof bytes);
        if (size <= 0) return;
        if (from_client && server_spoke && ++num_trips_ > last_trip_) return;
        server_spoke = !from_client;
        if (!send_all(from_client ? server : client, bytes, static_cast<std::size_t>(size))) return;
      }
    }
  }

  static bool send_all(int to, const char* bytes, std::size_t size) {
    while (size > 0) {
      const ssize_t sent = ::send(to, bytes, size, MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes += sent;
      size -= static_cast<std::size_t>(sent);
    }
    return true;
  }

  unsigned port_ = 0;
  const int listener_;
  std::atomic<bool> is_done_{false};
  std::atomic<int> num_trips_{0};
  std::atomic<int> last_trip_{1 << 30};
  std::thread thread_;
};

}  // namespace irgan
