// SPDX-License-Identifier: Apache-2.0
/** The host: operating system calls, code arena, stacks, function pointers, scheduler, preemption. */
module io.trapeze.runtime {
    requires transitive io.trapeze.trampolines;
    requires transitive com.sun.jna;

    exports io.trapeze.runtime.code;
    exports io.trapeze.runtime.direct;
    exports io.trapeze.runtime.host;
    exports io.trapeze.runtime.memory;
    exports io.trapeze.runtime.os;
    exports io.trapeze.runtime.preempt;
    exports io.trapeze.runtime.sched;
    exports io.trapeze.runtime.stack;
}
