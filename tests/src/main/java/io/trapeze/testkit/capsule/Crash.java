// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where code was when a signal stopped it.
 *
 * @param signal its number; 0 if the code ended the process itself
 * @param pc the address of the instruction
 * @param address what the processor complains of, or 0
 * @param place the instruction, for example {@code mcall+0x12: mov rax, [rdi]}; where it is none of the code, its address
 * @param reason how it came there, where that is known from the place alone; nothing otherwise
 * @param registers the general registers, by name
 */
public record Crash(int signal, long pc, long address, String place, String reason, Map<String, Long> registers) {
    /** As the kernel orders them in {@code ucontext_t}, up to RIP. */
    static final List<String> ORDER = List.of(
            "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rdi", "rsi", "rbp", "rbx", "rdx", "rax", "rcx",
            "rsp", "rip", "rflags");

    private static final Map<Integer, String> SIGNALS =
            Map.of(4, "SIGILL", 5, "SIGTRAP", 7, "SIGBUS", 8, "SIGFPE", 11, "SIGSEGV", 26, "SIGVTALRM");

    /** Copies the map. */
    public Crash {
        registers = new LinkedHashMap<>(registers);
    }

    /** Returns the signal's name. */
    public String signalName() {
        return SIGNALS.getOrDefault(signal, "signal " + signal);
    }

    @Override
    public String toString() {
        if (signal == 0) {
            return reason;
        }
        boolean elsewhere = (signal == 11 || signal == 7) && (address != pc || reason.isEmpty());
        return signalName() + " at " + place
                + (elsewhere ? ", address 0x" + Long.toHexString(address) : "")
                + (reason.isEmpty() ? "" : ": " + reason);
    }
}
