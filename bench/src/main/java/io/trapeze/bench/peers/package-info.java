// SPDX-License-Identifier: Apache-2.0
/**
 * Other context switches, measured beside Trapeze's own: small programs in C++, Go and Java that are built when asked
 * for, with whatever toolchain the machine has.
 *
 * <p>{@link io.trapeze.bench.peers.Peer} names one such program, {@link io.trapeze.bench.peers.PeerBench} builds and
 * runs it, {@link io.trapeze.bench.peers.PeerResult} is what came of it: numbers, or the reason why there are none.
 */
package io.trapeze.bench.peers;
