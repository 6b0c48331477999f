// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.direct;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ContextRunnerTest {
    private static final OperatingSystem OS = OperatingSystem.current();
    private static final List<IndexReg> PRESERVED = List.of(rbx, r12, r13, r14, r15, rbp);

    private final ContextRunner runner = ContextRunner.open(OS, Abi.SYSTEM_V);
    private final NativeMemory stack = NativeMemory.allocate(OS, 64 * 1024);
    private final NativeMemory notes = NativeMemory.allocate(OS, 4096);
    private final SavedContext context = SavedContext.allocate(OS, Abi.SYSTEM_V).sp(top(stack));

    @AfterEach
    void close() {
        runner.close();
        context.close();
        notes.close();
        stack.close();
    }

    /** As after a call. */
    private static long top(NativeMemory stack) {
        return stack.address() + stack.size() - 8;
    }

    private void comeBack(Assembler a, SavedContext sched, long g) {
        a.mov(rdi, g);
        a.mov(rsi, sched.address());
        a.mov(rdx, runner.g0().address());
        a.lea(rcx, ptr(a.external("back")));
        a.call(a.external("mcall"));
    }

    private static String slot(IndexReg register) {
        return register == rbp ? "bp" : register.name();
    }

    @Test
    @Tag("S36")
    @Tag("D7")
    void aResumedContextFindsItsRegistersAndComesBackWithNewOnes() {
        Assembler a = new Assembler();
        a.mov(rax, notes.address());
        for (int i = 0; i < PRESERVED.size(); i++) {
            a.mov(qword(rax, 8 * i), PRESERVED.get(i));
            a.not(PRESERVED.get(i));
        }
        a.mov(qword(rax, 64), rsp);
        comeBack(a, context, 7);
        a.mov(rax, notes.address());
        a.mov(qword(rax, 72), rsp);
        comeBack(a, context, 8);
        context.pc(runner.map(a.finish("resumed")).address());
        SplittableRandom random = new SplittableRandom(1);
        long[] values = random.longs(PRESERVED.size()).toArray();
        for (int i = 0; i < values.length; i++) {
            context.set(slot(PRESERVED.get(i)), values[i]);
        }

        assertThat(runner.run(context)).isEqualTo(7);
        for (int i = 0; i < values.length; i++) {
            assertThat(notes.getLong(8L * i))
                    .as("%s as resumed", PRESERVED.get(i))
                    .isEqualTo(values[i]);
            assertThat(context.get(slot(PRESERVED.get(i))))
                    .as("%s as suspended", PRESERVED.get(i))
                    .isEqualTo(~values[i]);
        }
        assertThat(notes.getLong(64)).as("rsp as resumed").isEqualTo(top(stack));
        assertThat(context.sp()).as("rsp as suspended").isEqualTo(top(stack));
        assertThat(context.g()).isEqualTo(7);

        assertThat(runner.run(context)).isEqualTo(8);
        assertThat(notes.getLong(72)).as("rsp, resumed again").isEqualTo(top(stack));
    }

    @Test
    @Tag("S36")
    void g0IsKnownWhileAContextRunsAndOnlyThen() {
        Assembler a = new Assembler();
        a.mov(rax, runner.g0().address());
        a.mov(rcx, qword(rax));
        a.mov(rax, notes.address());
        a.mov(qword(rax), rcx);
        comeBack(a, context, 0);
        context.pc(runner.map(a.finish("looks")).address());
        assertThat(runner.g0().sp()).isZero();
        runner.run(context);
        assertThat(notes.getLong(0)).as("g0's sp, seen by resumed code").isNotZero();
        assertThat(runner.g0().sp()).isZero();
    }

    @Test
    @Tag("S17")
    void aContextWithoutStackPointerOrProgramCounterIsRefused() {
        assertThatThrownBy(() -> runner.run(context))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no pc")
                .hasMessageContaining("address of mapped code");
        context.sp(0).pc(1234);
        assertThatThrownBy(() -> runner.run(context))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no sp")
                .hasMessageContaining("top of a stack");
    }

    @Test
    @Tag("S28")
    void mcallBeforeG0IsInitialisedIsRefused() {
        NativeFunction unused = NativeFunction.at(OS.symbol("abort"));
        assertThatThrownBy(() -> runner.mcall(context, runner.g0(), unused))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("mcall before g0 is initialised")
                .hasMessageContaining("Set it to the top of a stack");
        try (SavedContext other = SavedContext.allocate(OS, Abi.SYSTEM_V)) {
            assertThatThrownBy(() -> runner.systemstack(other, 0, unused))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("systemstack before g0 is initialised");
        }
    }

    @Test
    void mcallRunsItsFunctionOnG0sStackAndReturnsWhenResumed() {
        Assembler a = new Assembler();
        a.mov(rax, notes.address());
        a.mov(qword(rax), rsp);
        a.mov(qword(rax, 8), rdi);
        a.mov(rdi, context.address());
        a.jmp(a.external("gogo"));
        NativeFunction fn = runner.map(a.finish("fn")).function();
        try (SavedContext g0 = SavedContext.allocate(OS, Abi.SYSTEM_V).sp(top(stack))) {
            context.g(99);
            runner.mcall(context, g0, fn);
        }
        assertThat(notes.getLong(0)).isBetween(stack.address(), top(stack));
        assertThat(notes.getLong(0) % 16).as("rsp mod 16 as after a call").isEqualTo(8);
        assertThat(notes.getLong(8)).isEqualTo(99);
    }

    @Test
    @Tag("S35")
    void systemstackSwitchesToAnotherStackAndNotToTheOneInUse() {
        Assembler a = new Assembler();
        a.mov(rax, notes.address());
        a.mov(qword(rax), rsp);
        a.lea(rax, ptr(rdi, 1));
        a.ret();
        NativeFunction thunk = runner.map(a.finish("thunk")).function();
        try (SavedContext g0 = SavedContext.allocate(OS, Abi.SYSTEM_V).sp(top(stack))) {
            assertThat(runner.systemstack(g0, 41, thunk)).isEqualTo(42);
            assertThat(notes.getLong(0)).isBetween(stack.address(), top(stack));
        }
        assertThat(runner.systemstack(runner.g0(), 42, thunk)).isEqualTo(43);
        assertThat(notes.getLong(0) < stack.address() || notes.getLong(0) > top(stack))
                .as("on the thread's own stack")
                .isTrue();
    }

    @Test
    void twoContextsSwitchToEachOtherDirectly() {
        try (NativeMemory otherStack = NativeMemory.allocate(OS, 64 * 1024);
                SavedContext other = SavedContext.allocate(OS, Abi.SYSTEM_V).sp(top(otherStack))) {
            int rounds = 1000;
            Assembler a = new Assembler();
            a.symbol("one");
            Label one = a.here();
            a.inc(rbx);
            switchTo(a, context, other);
            a.cmp(rbx, rounds);
            a.jb(one);
            comeBack(a, context, 5);
            a.symbol("two");
            Label two = a.here();
            a.inc(rbx);
            switchTo(a, other, context);
            a.jmp(two);
            var code = runner.map(a.finish("pair"));
            context.pc(code.address("one"));
            other.pc(code.address("two"));
            assertThat(runner.run(context)).isEqualTo(5);
            assertThat(context.get("rbx")).isEqualTo(rounds);
            assertThat(other.get("rbx")).isEqualTo(rounds);
        }
    }

    /** mcall whose g is the context to resume and whose fn is gogo itself. */
    private void switchTo(Assembler a, SavedContext from, SavedContext to) {
        a.mov(rdi, to.address());
        a.mov(rsi, from.address());
        a.mov(rdx, runner.g0().address());
        a.lea(rcx, ptr(a.external("gogo")));
        a.call(a.external("mcall"));
    }

    @Test
    void primitivesOfAnotherAbiAreRefused() {
        assertThatThrownBy(() -> ContextRunner.open(OS, Abi.WIN64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'win64' cannot be called here")
                .hasMessageContaining("'sysv'");
        try (SavedContext win64 = SavedContext.allocate(OS, Abi.WIN64).sp(1).pc(1)) {
            assertThatThrownBy(() -> runner.run(win64))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a context of ABI 'win64'")
                    .hasMessageContaining("primitives of 'sysv'");
        }
    }

    @Test
    void aSecondThreadNeedsARunnerOfItsOwn() throws Exception {
        Assembler a = new Assembler();
        a.mov(rbx, notes.address());
        a.mov(qword(rbx), 1);
        Label wait = a.here();
        a.pause();
        a.cmp(qword(rbx, 64), 0);
        a.je(wait);
        comeBack(a, context, 0);
        context.pc(runner.map(a.finish("waits")).address());
        Thread first = new Thread(() -> runner.run(context), "first");
        first.start();
        while (notes.getLongVolatile(0) == 0) {
            Thread.onSpinWait();
        }
        try (SavedContext other = SavedContext.allocate(OS, Abi.SYSTEM_V).sp(1).pc(1)) {
            assertThatThrownBy(() -> runner.run(other))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("thread 'first' is running a context here");
            assertThatThrownBy(runner::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("let it come back first");
        } finally {
            notes.putLongVolatile(64, 1);
            first.join();
        }
    }
}
