// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Reg32;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.runtime.os.HostCall;
import io.trapeze.runtime.os.HostCall.Argument;
import io.trapeze.runtime.os.HostCall.Constant;
import io.trapeze.runtime.os.HostCall.Function;
import io.trapeze.runtime.os.HostCall.SystemCall;
import io.trapeze.runtime.os.HostCall.Value;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;

/** Emits {@link HostCall}s. */
final class HostCallCode {
    /** Holds {@link Value#ADDRESS}. */
    static final IndexReg ADDRESS = rdi;
    /** Holds {@link Value#EXPECTED}, as 32 bits. */
    static final IndexReg EXPECTED = rdx;

    /** Where the kernel takes its arguments (psABI, appendix A.2.1). */
    private static final List<IndexReg> SYSTEM_ARGUMENTS = List.of(rdi, rsi, rdx, r10, r8, r9);

    private final Assembler a;
    private final Abi abi;

    /** Prepares it for functions of a calling convention. */
    HostCallCode(Assembler a, Abi abi) {
        this.a = a;
        this.abi = abi;
    }

    // spotless:off
    /**
     * Emits a call; RSP may have any alignment. Registers that a call may change do change, but for {@code kept}.
     *
     * @param kept registers whose values are wanted afterwards
     */
    void emit(HostCall call, IndexReg... kept) {
        if (call.target() instanceof SystemCall system) {
            systemCall(system, call.arguments());
        } else {
            function((Function) call.target(), call.arguments(), kept);
        }
    }

    /** It changes rax, rcx and r11 alone, and none of them is ever wanted. */
    private void systemCall(SystemCall call, List<Argument> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            IndexReg place = SYSTEM_ARGUMENTS.get(i);
            Argument argument = arguments.get(i);
            if (argument instanceof Constant constant) {
                constant(place, constant.value());
            } else if (register((Value) argument) != place) {
                throw new IllegalArgumentException("system call " + call.number() + " takes " + argument + " in " + place
                        + ", and it is in " + register((Value) argument));
            }
        }
        constant(rax, call.number());
        a.syscall();
    }

    private static IndexReg register(Value value) {
        return switch (value) {
            case ADDRESS -> ADDRESS;
            case EXPECTED -> EXPECTED;
            case ADDRESS_OF_EXPECTED -> throw new IllegalArgumentException("no register holds the address of a copy");
        };
    }

    private void function(Function function, List<Argument> arguments, IndexReg... kept) {
        if (arguments.size() > abi.integerArguments().size()) {
            throw new IllegalArgumentException(arguments.size() + " arguments: ABI '" + abi.name() + "' takes "
                    + abi.integerArguments().size() + " in registers");
        }
        int expected = -8 * (kept.length + 1);
        int address = expected - 8;
        a.push(rbp);
        a.mov(rbp, rsp)                          .because("the way back from whatever alignment");
        for (IndexReg register : kept) {
            a.push(register)                     .because("wanted afterwards");
        }
        a.push(EXPECTED)                         .because("a copy");
        a.push(ADDRESS);
        a.and(rsp, -abi.stack().alignment());
        if (abi.stack().shadow() > 0) {
            a.sub(rsp, abi.stack().aligned(abi.stack().shadow())) .because("shadow space");
        }
        for (int i = 0; i < arguments.size(); i++) {
            IndexReg place = abi.integerArguments().get(i);
            Argument argument = arguments.get(i);
            if (argument instanceof Constant constant) {
                constant(place, constant.value());
            } else {
                switch ((Value) argument) {
                    case ADDRESS -> a.mov(place, qword(rbp, address));
                    case EXPECTED -> a.mov(place, qword(rbp, expected));
                    case ADDRESS_OF_EXPECTED -> a.lea(place, ptr(rbp, expected));
                }
            }
        }
        a.mov(rax, function.address());
        a.call(rax);
        a.lea(rsp, ptr(rbp, -8 * kept.length));
        for (int i = kept.length - 1; i >= 0; i--) {
            a.pop(kept[i]);
        }
        a.pop(rbp);
    }

    private void constant(IndexReg register, long value) {
        Reg32 low = Registers.gp32(register.number());
        if (value == 0) {
            a.xor(low, low);
        } else if (value == (value & 0xFFFF_FFFFL)) {
            a.mov(low, (int) value);
        } else {
            a.mov(register, value);
        }
    }
    // spotless:on
}
