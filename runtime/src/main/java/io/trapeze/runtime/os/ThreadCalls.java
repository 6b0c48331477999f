// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

/**
 * How threads of emitted code wait for one another on this system. What the calls return does not matter: whoever waited looks
 * again.
 *
 * @param await returns when the word at {@link HostCall.Value#ADDRESS} does not hold what was expected, or somebody wakes, or for
 *     no reason
 * @param wakeOne wakes one thread that waits on the word, if any does
 * @param wakeAll wakes all of them
 * @param giveWay lets other threads run
 * @param pointer where a thread finds what tells it from the others
 */
public record ThreadCalls(
        HostCall await, HostCall wakeOne, HostCall wakeAll, HostCall giveWay, ThreadPointer pointer) {}
