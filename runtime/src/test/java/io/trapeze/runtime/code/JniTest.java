// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static java.lang.invoke.MethodType.methodType;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each slot of the JNI table that is used here is proved by calling it and seeing what it alone can do. */
class JniTest {

    private final OperatingSystem os = OperatingSystem.current();
    private final CodeArena arena = CodeArena.open(os);
    private final JniEnvironment jni = JniEnvironment.instance();

    @AfterEach
    void close() {
        arena.close();
    }

    static long triple(long value) {
        return 3 * value;
    }

    private long base;

    @SuppressWarnings("unused") // called by emitted code
    private long addToBase(long value) {
        return base + value;
    }

    static long fail(long value) {
        throw new IllegalStateException("thrown under " + value);
    }

    /**
     * {@code f(env, block)} calls a JNI function with (env, block[0], block[1], &block[2]), then {@code ExceptionCheck}; returns
     * the first's result, and leaves the second's in block[3].
     */
    private static CodeBlob upcall(JniFunction function) {
        Assembler a = new Assembler();
        a.push(rbx);
        a.push(r12);
        a.sub(rsp, 8);
        a.mov(rbx, rdi);
        a.mov(r12, rsi);
        a.mov(rsi, qword(r12, 0));
        a.mov(rdx, qword(r12, 8));
        a.lea(rcx, qword(r12, 16));
        a.mov(rax, qword(rbx));
        a.call(qword(rax, function.offset()));
        a.push(rax);
        a.sub(rsp, 8);
        a.mov(rdi, rbx);
        a.mov(rax, qword(rbx));
        a.call(qword(rax, JniFunction.EXCEPTION_CHECK.offset()));
        a.movzx(eax, al);
        a.mov(qword(r12, 24), rax);
        a.add(rsp, 8);
        a.pop(rax);
        a.add(rsp, 8);
        a.pop(r12);
        a.pop(rbx);
        a.ret();
        return a.finish("upcall");
    }

    private long upcall(JniFunction function, long receiver, long method, long argument, NativeMemory block) {
        block.putLong(0, receiver);
        block.putLong(8, method);
        block.putLong(16, argument);
        return arena.map(upcall(function)).function().enter(block.address());
    }

    @Test
    void theEnvironmentAnswersWithTheVersionOfThisJava() {
        assertThat(jni.version()).isGreaterThanOrEqualTo(0x000a0000);
    }

    @Test
    void enterPassesEnvironmentAndArgument() {
        Assembler a = new Assembler();
        a.mov(rax, qword(rdi));
        a.sub(rsp, 8);
        a.mov(qword(rsp), rsi);
        a.call(qword(rax, JniFunction.GET_VERSION.offset()));
        a.mov(ecx, eax);
        a.pop(rax);
        a.add(rax, rcx);
        a.ret();
        NativeFunction function = arena.map(a.finish("version-plus")).function();
        assertThat(function.enter(1L << 40)).isEqualTo((1L << 40) + jni.version());
    }

    @Test
    void emittedCodeCallsAStaticMethod() {
        long owner = jni.newGlobalRef(JniTest.class);
        try (NativeMemory block = NativeMemory.allocate(os, 64)) {
            long method = jni.methodId(JniTest.class, "triple", methodType(long.class, long.class));
            assertThat(upcall(JniFunction.CALL_STATIC_LONG_METHOD_A, owner, method, 14, block))
                    .isEqualTo(42);
            assertThat(block.getLong(24)).isZero();
        } finally {
            jni.deleteGlobalRef(owner);
        }
    }

    @Test
    void emittedCodeCallsAMethodOfAnObject() {
        base = 1000;
        long receiver = jni.newGlobalRef(this);
        try (NativeMemory block = NativeMemory.allocate(os, 64)) {
            long method = jni.methodId(JniTest.class, "addToBase", methodType(long.class, long.class));
            assertThat(upcall(JniFunction.CALL_LONG_METHOD_A, receiver, method, 7, block))
                    .isEqualTo(1007);
        } finally {
            jni.deleteGlobalRef(receiver);
        }
    }

    @Test
    void anExceptionOfTheJavaSideIsSeenByExceptionCheckAndThrownOnReturn() {
        long owner = jni.newGlobalRef(JniTest.class);
        try (NativeMemory block = NativeMemory.allocate(os, 64)) {
            long method = jni.methodId(JniTest.class, "fail", methodType(long.class, long.class));
            assertThatThrownBy(() -> upcall(JniFunction.CALL_STATIC_LONG_METHOD_A, owner, method, 5, block))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("thrown under 5");
            assertThat(block.getLong(24)).isEqualTo(1);
        } finally {
            jni.deleteGlobalRef(owner);
        }
    }

    @Test
    void aGlobalHandleKeepsItsObjectUntilItIsDeleted() throws Exception {
        Object object = new Object();
        WeakReference<Object> weak = new WeakReference<>(object);
        long handle = jni.newGlobalRef(object);
        object = null;
        System.gc();
        assertThat(weak.get()).isNotNull();
        jni.deleteGlobalRef(handle);
        for (int i = 0; i < 50 && weak.get() != null; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(weak.get()).isNull();
    }

    @Test
    void nullAndZeroAreRefusedBeforeTheVirtualMachineSeesThem() {
        assertThatThrownBy(() -> jni.newGlobalRef(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("null has no handle");
        assertThatThrownBy(() -> jni.deleteGlobalRef(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMethodThatIsNotThereIsRefusedWithThoseOfItsName() {
        assertThatThrownBy(() -> jni.methodId(JniTest.class, "triple", methodType(int.class, int.class)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("declares no triple(int)int")
                .hasMessageContaining("triple(long)long");
    }

    static final class Twice {
        static native long one();

        static native String two(int count, Object[] array);
    }

    static class Open {
        static native long one();
    }

    static final class Instance {
        native long one();
    }

    static final class Unbindable {
        static native long missing();
    }

    private static CodeBlob oneAndTwo() {
        Assembler a = new Assembler();
        a.symbol("one");
        a.mov(rax, 11);
        a.ret();
        a.symbol("two");
        a.xor(eax, eax);
        a.ret();
        return a.finish("one-and-two");
    }

    @Test
    void aClassIsBoundWhateverItsSignaturesAndOnlyOnce() {
        JniBinding.bind(os, Twice.class, oneAndTwo());
        assertThat(Twice.one()).isEqualTo(11);
        assertThat(Twice.two(1, new Object[0])).isNull();
        assertThatThrownBy(() -> JniBinding.bind(os, Twice.class, oneAndTwo()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bound already");
    }

    @Test
    void aClassThatCannotBeBoundIsRefusedWithTheReason() {
        assertThatThrownBy(() -> JniBinding.bind(os, Open.class, oneAndTwo())).hasMessageContaining("not final");
        assertThatThrownBy(() -> JniBinding.bind(os, Instance.class, oneAndTwo()))
                .hasMessageContaining("not static");
        assertThatThrownBy(() -> JniBinding.bind(os, String[].class, oneAndTwo()))
                .hasMessageContaining("no native method");
        assertThatThrownBy(() -> JniBinding.bind(os, Unbindable.class, oneAndTwo()))
                .hasMessageContaining("no symbol 'missing'")
                .hasMessageContaining("[one, two]");
    }
}
