// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Reg64;
import java.util.List;

/** Emits the bodies of {@link NativeEntries}: each shifts its arguments into place and jumps to the function. */
final class JniEntries {

    /** Where C passes integer arguments on this host (System V ABI, 3.2.3); the others lie above the return address. */
    private static final List<Reg64> ARGUMENTS = List.of(rdi, rsi, rdx, rcx, r8, r9);

    /** Bytes between the return address and the first argument that lies on the stack. */
    private static final int HOME_BYTES = 0;

    /** What the Java VM puts before a native method's own arguments: {@code JNIEnv *}, {@code jclass}, and here the function. */
    private static final int FUNCTION = 2;

    private static final int OWN_ARGUMENTS = 3;

    private JniEntries() {}

    static CodeBlob emit() {
        Assembler a = new Assembler(false);
        for (int count = 0; count <= 6; count++) {
            call(a, count);
        }
        enter(a);
        jni(a, "version", JniFunction.GET_VERSION);
        jni(a, "newGlobalRef", JniFunction.NEW_GLOBAL_REF);
        jni(a, "deleteGlobalRef", JniFunction.DELETE_GLOBAL_REF);
        jni(a, "methodId", JniFunction.FROM_REFLECTED_METHOD);
        return a.finish("jni-entries");
    }

    /** In: the arguments of a native method. Out: what the function returns. Touches argument registers and rax. */
    private static void call(Assembler a, int count) {
        a.align(16);
        a.symbol("call" + count);
        loadFunction(a);
        for (int i = 0; i < count; i++) {
            move(a, i, OWN_ARGUMENTS + i);
        }
        a.because("the function returns straight to the Java VM").jmp(rax);
    }

    /** In: env, class, function, argument. Out: what function(env, argument) returns. Touches argument registers and rax. */
    private static void enter(Assembler a) {
        a.align(16);
        a.symbol("enter");
        loadFunction(a);
        move(a, 1, OWN_ARGUMENTS); // env is the first argument already
        a.jmp(rax);
    }

    /** In: env, class, argument. Out: what the JNI function returns for (env, argument). Touches argument registers and rax. */
    private static void jni(Assembler a, String name, JniFunction function) {
        a.align(16);
        a.symbol(name);
        a.mov(ARGUMENTS.get(1), ARGUMENTS.get(2));
        jump(a, function);
    }

    /**
     * {@code registrar(env, methods, count, class)} binds natives; returns 0, or less than 0 if the Java VM refuses. Callable by
     * the rules of C.
     *
     * <p>JNA looks at the class with a call of Java, and does not ask for an exception afterwards; so this does, before {@code
     * -Xcheck:jni} blames the next call. For the same reason the class comes last: JNA has nothing left to call then.
     */
    static CodeBlob registrar() {
        Reg64 env = ARGUMENTS.get(0);
        Reg64 second = ARGUMENTS.get(1);
        Reg64 third = ARGUMENTS.get(2);
        Reg64 fourth = ARGUMENTS.get(3);
        Assembler a = new Assembler(false);
        // spotless:off
        a.push(env);
        a.push(second);
        a.push(third);
        a.push(fourth);
        a.because("return address and four pushes: rsp is at 8 mod 16").sub(rsp, 8);
        a.mov(rax, qword(env));
        a.because("EXCEPTION_CHECK").call(qword(rax, JniFunction.EXCEPTION_CHECK.offset()));
        a.add(rsp, 8);
        a.because("class").pop(second);
        a.because("count").pop(fourth);
        a.because("methods").pop(third);
        a.pop(env);
        // spotless:on
        jump(a, JniFunction.REGISTER_NATIVES);
        return a.finish("jni-registrar");
    }

    private static void jump(Assembler a, JniFunction function) {
        a.mov(rax, qword(ARGUMENTS.get(0)));
        a.because(function.name()).jmp(qword(rax, function.offset()));
    }

    private static void loadFunction(Assembler a) {
        a.because("out of the way of the arguments").mov(rax, ARGUMENTS.get(FUNCTION));
    }

    /** Moves an argument down. Done in ascending order no move overwrites what a later one reads. */
    private static void move(Assembler a, int to, int from) {
        if (from < ARGUMENTS.size()) {
            a.mov(ARGUMENTS.get(to), ARGUMENTS.get(from));
        } else if (to < ARGUMENTS.size()) {
            a.mov(ARGUMENTS.get(to), qword(rsp, stackOffset(from)));
        }
    }

    private static int stackOffset(int argument) {
        return 8 + HOME_BYTES + 8 * (argument - ARGUMENTS.size());
    }
}
