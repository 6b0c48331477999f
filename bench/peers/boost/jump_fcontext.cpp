// SPDX-License-Identifier: Apache-2.0
//
// What one jump_fcontext of Boost.Context costs: two contexts hand control to each other, no scheduler between them.
//
//   g++ -O2 -std=c++17 jump_fcontext.cpp -o jump_fcontext -l:libboost_context.a && taskset -c 0 ./jump_fcontext

#include <algorithm>
#include <array>
#include <boost/context/detail/fcontext.hpp>
#include <boost/version.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace context = boost::context::detail;
using Clock = std::chrono::steady_clock;

constexpr int SAMPLES = 15;
constexpr double SAMPLE_NS = 20e6;
constexpr int JUMPS_PER_TRIP = 2;

alignas(64) static char stack[64 * 1024];

// The partner answers each jump with the number of jumps it has seen. The number travels in a register, so proving
// that every jump arrived adds no memory traffic to what is timed.
[[noreturn]] static void answer(context::transfer_t from) {
    for (std::uintptr_t arrivals = 1;; ++arrivals) {
        from = context::jump_fcontext(from.fctx, reinterpret_cast<void *>(arrivals));
    }
}

// Nanoseconds that `trips` round trips take; each is JUMPS_PER_TRIP jumps.
static double time_trips(context::transfer_t &partner, std::uintptr_t trips) {
    const auto before = reinterpret_cast<std::uintptr_t>(partner.data);
    const auto start = Clock::now();
    for (std::uintptr_t i = 0; i < trips; ++i) {
        partner = context::jump_fcontext(partner.fctx, nullptr);
    }
    const std::chrono::duration<double, std::nano> elapsed = Clock::now() - start;
    const auto arrivals = reinterpret_cast<std::uintptr_t>(partner.data) - before;
    if (arrivals != trips) {
        std::fprintf(stderr, "the partner saw %ju jumps where %ju were made\n", static_cast<std::uintmax_t>(arrivals),
                     static_cast<std::uintmax_t>(trips));
        std::exit(1);
    }
    return elapsed.count();
}

int main() {
    context::transfer_t partner{context::make_fcontext(stack + sizeof stack, sizeof stack, answer), nullptr};

    std::uintptr_t trips = 1024;
    double elapsed = time_trips(partner, trips);
    while (elapsed < SAMPLE_NS) {
        trips *= 2;
        elapsed = time_trips(partner, trips);
    }

    std::array<double, SAMPLES> ns_per_jump;
    for (double &ns : ns_per_jump) {
        ns = time_trips(partner, trips) / static_cast<double>(trips * JUMPS_PER_TRIP);
    }
    std::sort(ns_per_jump.begin(), ns_per_jump.end());

    std::printf("# Boost %d.%d.%d, compiler %s\n", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000,
                BOOST_VERSION % 100, __VERSION__);
    std::printf("boost/jump_fcontext\t2\t%.2f\t%.2f\n", ns_per_jump.front(), ns_per_jump[SAMPLES / 2]);
}
