// SPDX-License-Identifier: Apache-2.0
/** The host: operating system calls, code arena, stacks, function pointers, scheduler, preemption. */
module io.trapeze.runtime {
    requires transitive io.trapeze.trampolines;
    requires com.sun.jna;
}
