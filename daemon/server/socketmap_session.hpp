#pragma once

#include "base/domain.hpp"
#include "postfix/answer.hpp"
#include "postfix/lookup_key.hpp"
#include "postfix/map_options.hpp"
#include "postfix/socketmap.hpp"
#include "server/serving_loop.hpp"
#include "server/socket.hpp"

#include <boost/intrusive/list_hook.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::server {

/// One client that speaks socketmap_table(5): reads requests, one or many in a row, whole or byte by byte,
/// and writes their answers in order. Lives on its loop's thread.
///
/// A cached answer costs one read and one write: requests that are complete are answered synchronously, and
/// the reply goes out with a non-blocking write.
class SocketmapSession : public boost::intrusive::list_base_hook<> {
public:
    SocketmapSession(ServingLoop& loop, Socket socket);
    ~SocketmapSession();

    /// Until the client goes, errs, idles too long, or the loop drains.
    Awaitable<void> run();

    /// The sweep has come by once more: disconnects a client that was silent for `limit` sweeps in a row.
    void note_sweep(unsigned limit);
    /// Disconnects it, unless an answer is on its way.
    void drain();
    void abort();

private:
    /// A lookup that memory cannot answer.
    struct Question {
        Domain domain;
        postfix::MapOptions options;
    };
    enum class Activity : std::uint8_t { reading, asking, writing };
    enum class Next : std::uint8_t {
        read,   ///< no whole request is buffered
        ask,    ///< `question_` has to be asked before the next request
        go_on,  ///< enough replies are gathered to be written
        close,  ///< the client does not speak the protocol
    };

    Next answer_buffered();
    Next answer_request(std::string_view payload);
    Next reply(const postfix::Answer& answer, std::string_view domain);
    Next answer_key(const postfix::MapOptions& options, std::string_view key);
    Awaitable<void> ask();
    bool write_now();
    Awaitable<bool> write_rest();
    void make_room();
    Next refuse(std::string_view why);

    ServingLoop& loop_;
    Socket socket_;
    std::vector<char> input_;
    std::size_t begin_ = 0;  // what is buffered of requests: input_[begin_, end_)
    std::size_t end_ = 0;
    std::string unsent_;  // what the client was too slow to take
    std::optional<Question> question_;
    unsigned quiet_sweeps_ = 0;
    Activity activity_ = Activity::reading;
};

}  // namespace tlspolicy::server
