// Internal: Asio with concrete executor types (any_io_executor costs 15 %). Only .cpp files of shared/net include this.
#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace fz::net {

namespace asio = boost::asio;
using Ex = asio::io_context::executor_type;
template <class T = void>
using Aw = asio::awaitable<T, Ex>;
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<Ex>> kTok{};
using Socket = asio::basic_stream_socket<asio::ip::tcp, Ex>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Ex>;

}  // namespace fz::net
