// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.lab.explain.StackPicture.Kind;
import io.trapeze.lab.explain.StackPicture.Row;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs systemstack on this processor, and looks whether its stacks are as they are drawn. */
class DrawnStackTest {
    private static final int G0_STACK = 64 * 1024;

    @BeforeEach
    void onlyWhereCodeRuns() {
        try {
            Platform.current().requireSupported();
        } catch (UnsupportedHostException e) {
            abort(e.getMessage());
        }
    }

    @Test
    void systemstackLeavesWhatIsDrawnWhereItIsDrawn() {
        OperatingSystem os = OperatingSystem.current();
        try (CodeArena arena = CodeArena.open(os, 1 << 20);
                NativeMemory seen = NativeMemory.allocate(os, 4096);
                NativeMemory stack = NativeMemory.allocate(os, G0_STACK)) {
            MappedCode systemstack = arena.map(Primitive.SYSTEMSTACK.emit(Abi.SYSTEM_V, SaveSet.SSE));
            long thunk = arena.map(thunk()).address();
            for (int misalignment = 0; misalignment < 16; misalignment += 3) {
                long g0sp = stack.address() + G0_STACK - 1024 - misalignment;
                systemstack.function().call(g0sp, seen.address(), thunk);
                compare(seen, stack, g0sp, systemstack.address());
            }
        }
    }

    /** Writes RSP, RBP and the two words that RBP points to into its argument. */
    private static CodeBlob thunk() {
        Assembler a = new Assembler();
        a.mov(qword(rdi), rsp);
        a.mov(qword(rdi, 8), rbp);
        a.mov(rax, qword(rbp));
        a.mov(qword(rdi, 16), rax);
        a.mov(rax, qword(rbp, 8));
        a.mov(qword(rdi, 24), rax);
        a.ret();
        return a.finish("thunk");
    }

    private static void compare(NativeMemory seen, NativeMemory stack, long g0sp, long code) {
        Moment inThunk = Explanation.of(Primitive.SYSTEMSTACK, Abi.SYSTEM_V, SaveSet.SSE)
                .moments()
                .get(1);
        long aligned = g0sp & -16;
        long entry = seen.getLong(8) + 8; // as the drawing has it: rbp = entry - 0x8
        for (Row row : inThunk.stacks().get(1).rows()) {
            if (row.pointers().contains("rsp")) {
                assertThat(seen.getLong(0)).as("rsp in the thunk").isEqualTo(aligned + row.offset());
            }
            if (row.kind() == Kind.SLOT && !row.content().isEmpty()) {
                long found = stack.getLong(aligned + row.offset() - stack.address());
                assertThat(found).as(row.toString()).isEqualTo(drawn(row.content(), entry, code));
            }
        }
        Row returnAddress = inThunk.stacks().get(0).rows().get(1);
        Row callersRbp = inThunk.stacks().get(0).rows().get(2);
        assertThat(returnAddress.text()).isEqualTo("return address");
        assertThat(returnAddress.address()).isEqualTo("entry");
        assertThat(callersRbp.text()).isEqualTo("caller's rbp");
        assertThat(callersRbp.address()).isEqualTo("entry - 0x8");
        assertThat(seen.getLong(24)).as("the return address").isNotZero();
    }

    private static long drawn(String content, long entry, long code) {
        if (content.startsWith("return address (+0x")) {
            return code + Long.parseLong(content.substring(content.indexOf("0x") + 2, content.length() - 1), 16);
        }
        assertThat(content).isEqualTo("entry - 0x8");
        return entry - 8;
    }
}
