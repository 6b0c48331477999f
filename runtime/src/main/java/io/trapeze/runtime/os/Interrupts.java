// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

/** How one thread makes another stop where it is: by a signal, or by suspending it. */
public sealed interface Interrupts permits Signals, Suspension {}
