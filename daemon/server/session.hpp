#pragma once

#include "base/domain.hpp"
#include "postfix/answer.hpp"
#include "postfix/lookup_key.hpp"
#include "postfix/map_options.hpp"
#include "postfix/socketmap.hpp"
#include "server/serving_loop.hpp"
#include "server/socket.hpp"
#include "server/wait_memory.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::server {

/// One client that speaks socketmap_table(5) or tcp_table(5): reads requests, one or many in a row, whole or
/// byte by byte, and writes their answers in order. Lives on its loop's thread.
///
/// A cached answer costs one read and one write: requests that are complete are answered synchronously, and
/// the reply goes out with a non-blocking write. All of that happens in callbacks, which allocate nothing;
/// the coroutine run() sleeps meanwhile, and is woken for what takes longer.
class Session : public boost::intrusive::list_base_hook<> {
public:
    /// For the loop's list of those whose turn comes.
    using TurnHook =
        boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
    TurnHook turn_hook;

    /// `table_map`: the map that a tcp_table serves; empty: it speaks socketmap.
    Session(ServingLoop& loop, Socket socket, std::string table_map);
    ~Session();

    /// Until the client goes, errs, idles too long, or the loop drains.
    Awaitable<void> run();

    /// The turn that it asked the loop for. `alone`: nobody else has one.
    void take_turn(bool alone);

    /// The sweep has come by once more: disconnects a client that was silent for `limit` sweeps in a row.
    void note_sweep(unsigned limit);
    /// The loop drains: disconnects it as soon as all that it has asked is answered.
    void drain();
    void abort();

private:
    /// A lookup that memory cannot answer.
    struct Question {
        engine::DaneTarget target;
        postfix::MapOptions options;
    };
    enum class Activity : std::uint8_t { reading, asking, writing };
    enum class Next : std::uint8_t {
        read,   ///< no whole request is buffered
        ask,    ///< `question_` has to be asked before the next request
        go_on,  ///< enough replies are gathered to be written
        close,  ///< the client is gone, or does not speak the protocol
    };
    struct Received;

    Next answer_buffered();
    Next answer_frame(std::string_view buffered);
    Next answer_line(std::string_view buffered);
    Next answer_in_map(std::string_view name, std::string_view key);
    Next answer_request(std::string_view payload);
    Next reply(const postfix::Answer& answer, std::string_view domain);
    std::optional<postfix::Answer> overridden(std::string_view key, const postfix::MapOptions& options) const;
    Next answer_key(const postfix::MapOptions& options, std::string_view key);
    template <class Token>
    auto serve(Token&& token);
    void proceed();
    void wait();
    void read_last();
    void on_read(const boost::system::error_code& failure, std::size_t received);
    void wake(Next next);
    Awaitable<void> ask();
    bool write_now();
    Awaitable<bool> write_rest();
    boost::asio::mutable_buffer make_room();
    Next refuse(std::string_view why);

    ServingLoop& loop_;
    Socket socket_;
    const std::string table_map_;
    std::vector<char> input_;
    std::size_t begin_ = 0;  // what is buffered of requests: input_[begin_, end_)
    std::size_t end_ = 0;
    std::string unsent_;  // what the client was too slow to take
    std::optional<Question> question_;
    unsigned map_slot_ = MapCounters::no_map;  // of the request that is being answered
    std::optional<boost::asio::any_completion_handler<void(Next)>> wake_;  // run(), while it sleeps
    WaitMemory wait_memory_;
    unsigned quiet_sweeps_ = 0;
    unsigned turns_to_wait_ = 0;  // before the next direct read
    bool has_more_ = false;       // buffered requests that the last turn has not come to
    bool has_read_last_ = false;
    Activity activity_ = Activity::reading;
};

}  // namespace tlspolicy::server
