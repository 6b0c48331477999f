// SPDX-License-Identifier: Apache-2.0
/**
 * The context-switch primitives, generated from an ABI description: {@link io.trapeze.trampolines.Gogo},
 * {@link io.trapeze.trampolines.Mcall}, {@link io.trapeze.trampolines.SystemStack} and
 * {@link io.trapeze.trampolines.AsyncPreempt}, over the layouts {@link io.trapeze.trampolines.Gobuf} and
 * {@link io.trapeze.trampolines.PreemptFrame}.
 *
 * <p>They move RSP and return to places that no call predicted, so a process that runs them must not have hardware shadow
 * stacks on (Intel CET): the first return behind a switch would fault.
 *
 * <p>No generator asks which ABI it works for: everything that differs is in the description.
 */
package io.trapeze.trampolines;
