// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import static io.trapeze.emitter.operand.Registers.r11;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.runtime.sched.GoroutineAssembler;
import java.util.ArrayList;
import java.util.List;

/**
 * Emits comparisons into a body. The first that fails writes what was compared and both values to the goroutine's block and
 * ends the goroutine.
 */
final class Checks {
    private record Check(Label failed, Reg64 found, Mem.Qword expected) {}

    private final GoroutineAssembler a;
    private final IndexReg block;
    private final IndexReg scratch;
    private final List<String> names = new ArrayList<>();
    private final List<Check> checks = new ArrayList<>();

    /**
     * @param block the register that holds the block's address at each check
     */
    Checks(GoroutineAssembler a, IndexReg block) {
        this(a, block, r11);
    }

    /**
     * @param scratch is destroyed where a check has failed
     */
    Checks(GoroutineAssembler a, IndexReg block, IndexReg scratch) {
        this.a = a;
        this.block = block;
        this.scratch = scratch;
    }

    // spotless:off
    /** Emits a comparison; destroys the flags. */
    void equal(String what, Reg64 found, Mem.Qword expected) {
        Label failed = failure(what, found, expected);
        a.cmp(found, expected) .because(what);
        a.jne(failed);
    }

    /** Emits the failure itself, for code that has done the comparison. */
    void wrong(String what, Reg64 found, Mem.Qword expected) {
        a.jmp(failure(what, found, expected)) .because(what);
    }
    // spotless:on

    private Label failure(String what, Reg64 found, Mem.Qword expected) {
        Label failed = a.label("wrong_" + checks.size());
        names.add(what);
        checks.add(new Check(failed, found, expected));
        return failed;
    }

    /** Emits what follows a comparison that failed; nothing may run into this place. */
    void finish() {
        for (int i = 0; i < checks.size(); i++) {
            Check check = checks.get(i);
            a.bind(check.failed());
            a.mov(Blocks.found(block), check.found());
            a.mov(scratch, check.expected());
            a.mov(Blocks.expected(block), scratch);
            a.mov(Blocks.what(block), i + 1);
            a.exit();
        }
    }

    /** What is compared, in the order of the numbers that failures have in the block. */
    List<String> names() {
        return List.copyOf(names);
    }
}
