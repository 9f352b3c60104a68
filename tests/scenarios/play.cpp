#include "world.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tlspolicy::scenarios {
namespace {

std::string name_of(Fault::Kind kind) {
    switch (kind) {
        case Fault::Kind::none:
            return "nothing goes wrong";
        case Fault::Kind::fails:
            return "one step fails";
        case Fault::Kind::silent:
            return "one step is not answered";
        case Fault::Kind::denied:
            return "one step is denied";
        case Fault::Kind::spoilt:
            return "one step gives nothing of use";
        case Fault::Kind::all_fail:
            return "from one step on all fail";
    }
    return "";
}

/// How many steps towards the network the story took.
std::size_t run(const Story& story, const engine::Settings& settings, Fault fault) {
    World world(settings, fault);
    const std::string fault_kind = name_of(fault.kind);
    CAPTURE(fault_kind);
    CAPTURE(fault.step);
    story(world);
    world.finish();
    return world.steps();
}

}  // namespace

void play_once(const Story& story, const engine::Settings& settings) {
    run(story, settings, {});
}

void play(const Story& story, const engine::Settings& settings) {
    CHECK(run(story, settings, {}) > 0);
    using enum Fault::Kind;
    for (const auto kind : {fails, silent, denied, spoilt, all_fail}) {
        // What goes wrong may lengthen the story, so its own length says when every step had its turn.
        for (std::size_t step = 1; run(story, settings, {kind, step}) >= step; ++step) {
        }
    }
}

}  // namespace tlspolicy::scenarios
