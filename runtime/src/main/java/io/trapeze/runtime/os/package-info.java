// SPDX-License-Identifier: Apache-2.0
/**
 * The operating system as Trapeze sees it: memory, signals, threads and symbols, behind one interface.
 *
 * <p>This package is the floor of the runtime. It knows nothing of code, stacks or goroutines, and it is the only place
 * that names a system call.
 */
package io.trapeze.runtime.os;
