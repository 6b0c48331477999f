// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;

/**
 * Emits the bodies of {@link NativeEntries} for a calling convention: each moves its arguments down to where a function
 * expects them, and jumps there. Since nothing is pushed, the function returns straight to the Java VM.
 */
final class JniEntries {

    /** The Java VM puts {@code JNIEnv *} and {@code jclass} before a native method's own arguments. */
    private static final int FIRST_OWN = 2;

    /** Integer arguments of the widest entry: environment, class, function and six more. */
    private static final int MOST_ARGUMENTS = 9;

    private final Assembler a;
    private final Abi abi;
    private final List<IndexReg> arguments;
    private final IndexReg target;
    private final IndexReg passing;

    private JniEntries(Assembler a, Abi abi) {
        this.a = a;
        this.abi = abi;
        this.arguments = abi.integerArguments();
        List<IndexReg> scratch = abi.scratch(2, MOST_ARGUMENTS);
        this.target = scratch.get(0);
        this.passing = scratch.get(1);
    }

    /** One symbol for each method of {@link NativeEntries}. */
    static CodeBlob emit(Assembler assembler, Abi abi) {
        JniEntries entries = new JniEntries(assembler, abi);
        for (int count = 0; count <= 6; count++) {
            entries.call(count);
        }
        entries.enter();
        entries.jni("version", JniFunction.GET_VERSION);
        entries.jni("newGlobalRef", JniFunction.NEW_GLOBAL_REF);
        entries.jni("deleteGlobalRef", JniFunction.DELETE_GLOBAL_REF);
        entries.jni("methodId", JniFunction.FROM_REFLECTED_METHOD);
        return assembler.finish("jni-entries");
    }

    /** In: env, class, function, then {@code count} arguments. Out: function(arguments…). Keeps all that the ABI preserves. */
    private void call(int count) {
        begin("call" + count);
        load(target, FIRST_OWN);
        for (int i = 0; i < count; i++) {
            moveDown(i, FIRST_OWN + 1 + i);
        }
        a.jmp(target);
    }

    /** In: env, class, function, argument. Out: function(env, argument). Keeps all that the ABI preserves. */
    private void enter() {
        begin("enter");
        load(target, FIRST_OWN);
        moveDown(1, FIRST_OWN + 1);
        a.jmp(target);
    }

    /** In: env, class, argument. Out: the JNI function's result for (env, argument). Keeps all that the ABI preserves. */
    private void jni(String name, JniFunction function) {
        begin(name);
        moveDown(1, FIRST_OWN);
        jump(function);
    }

    /**
     * {@code registrar(env, methods, count, class)} binds natives; returns 0, or less than 0 if the Java VM refuses. Callable by
     * the rules of C.
     *
     * <p>JNA looks at the class with a call of Java, and does not ask for an exception afterwards; so this does, before {@code
     * -Xcheck:jni} blames the next call. For the same reason the class comes last: JNA has nothing left to call then.
     */
    static CodeBlob registrar(Assembler assembler, Abi abi) {
        return new JniEntries(assembler, abi).registrar();
    }

    // spotless:off
    private CodeBlob registrar() {
        IndexReg env = arguments.get(0);
        IndexReg second = arguments.get(1);
        IndexReg third = arguments.get(2);
        IndexReg fourth = arguments.get(3);
        int room = abi.stack().aligned(abi.stack().shadow()) + 8;

        a.push(env);
        a.push(second);
        a.push(third);
        a.push(fourth);
        a.sub(rsp, room)                                            .because("return address and four pushes: rsp is at 8 mod 16");
        a.mov(target, qword(env));
        a.call(qword(target, JniFunction.EXCEPTION_CHECK.offset())) .because("EXCEPTION_CHECK");
        a.add(rsp, room);
        a.pop(second)                                               .because("class");
        a.pop(fourth)                                               .because("count");
        a.pop(third)                                                .because("methods");
        a.pop(env);
        jump(JniFunction.REGISTER_NATIVES);
        return a.finish("jni-registrar");
    }

    private void jump(JniFunction function) {
        a.mov(target, qword(arguments.get(0)));
        a.jmp(qword(target, function.offset())) .because(function.name());
    }
    // spotless:on

    private void begin(String name) {
        a.align(16);
        a.symbol(name);
    }

    /** Moves argument {@code from} to the place of argument {@code to}. In ascending order no move hits what is still to be read. */
    private void moveDown(int to, int from) {
        if (to < arguments.size()) {
            load(arguments.get(to), from);
        } else {
            load(passing, from);
            a.mov(onStack(to), passing);
        }
    }

    private void load(IndexReg register, int argument) {
        if (argument < arguments.size()) {
            a.mov(register, arguments.get(argument));
        } else {
            a.mov(register, onStack(argument));
        }
    }

    private Mem.Qword onStack(int argument) {
        return qword(rsp, 8 + abi.stack().shadow() + 8 * (argument - arguments.size()));
    }
}
