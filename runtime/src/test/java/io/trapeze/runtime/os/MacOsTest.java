// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import io.trapeze.runtime.os.HostCall.Constant;
import io.trapeze.runtime.os.HostCall.Function;
import io.trapeze.runtime.os.HostCall.Value;
import io.trapeze.trampolines.abi.Abi;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which functions of macOS are called, with what, and what becomes of a refusal. */
class MacOsTest {
    private static final int PAGE = 4096;
    private static final int SIGURG = 16;

    private final ScriptedC c = new ScriptedC().answer("sysconf", a -> PAGE);
    private final MacOs os = new MacOs(c);

    MacOsTest() {
        assertThat(c.taken()).containsExactly("sysconf(1d)");
    }

    @Test
    void codeFollowsSystemV() {
        assertThat(os.abi()).isEqualTo(Abi.SYSTEM_V);
        assertThat(os.pageSize()).isEqualTo(PAGE);
    }

    @Test
    void aReservationIsAlignedByGivingTheRestBack() {
        c.answer("mmap", a -> 0x12_0000);
        assertThat(os.reserve(0x10_0000, 0x100_0000)).isEqualTo(0x100_0000);
        assertThat(c.taken())
                .containsExactly(
                        "mmap(0, 10ff000, 3, 1042, ffffffff, 0)", "munmap(120000, ee0000)", "munmap(1100000, 11f000)");
    }

    @Test
    void codeIsMappedForItAndNeverWritableAndExecutableAtOnce() {
        c.answer("mmap", a -> 0x12_0000);
        long address = os.mapCode(PAGE);
        os.protect(address, PAGE, Protection.READ_EXECUTE);
        os.publishCode(address, 100);
        os.protect(address, PAGE, Protection.READ_WRITE);
        assertThat(c.taken())
                .containsExactly(
                        "mmap(0, 1000, 3, 1802, ffffffff, 0)",
                        "mprotect(120000, 1000, 5)",
                        "sys_icache_invalidate(120000, 64)",
                        "mprotect(120000, 1000, 3)");
        assertThatThrownBy(() -> os.openMemoryFile("code", PAGE))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("memory file(code) failed: ENOSYS")
                .hasMessageContaining("written first");
    }

    @Test
    void discardedMemoryIsReplacedAndGuardsAreProtected() {
        os.discard(0x5000, PAGE);
        os.guard(0x4000, PAGE);
        assertThat(c.taken()).containsExactly("mmap(5000, 1000, 3, 1012, ffffffff, 0)", "mprotect(4000, 1000, 0)");
    }

    @Test
    void aSignalIsHandledByMachineCodeWithTheLayoutOfMacOs() {
        byte[][] installed = new byte[1][];
        c.answer("sigaction", a -> {
            installed[0] = a[1] == null ? null : ((Memory) a[1]).getByteArray(0, 16);
            Memory old = (Memory) a[2];
            old.setLong(0, 0x1234);
            old.setInt(8, 1 << (SIGURG - 1));
            old.setInt(12, 0x42); // SA_SIGINFO | SA_RESTART
            return 0;
        });
        Signals signals = os.interrupts();
        SignalAction before = new SignalAction(0x1234, SignalAction.SIGINFO | SignalAction.RESTART, 1L << (SIGURG - 1));
        assertThat(signals.signalAction(SIGURG)).isEqualTo(before);
        assertThat(installed[0]).as("asking installs nothing").isNull();
        assertThat(signals.installSignalAction(SIGURG, SignalAction.handledAt(0x1122_3344_5566_7788L)))
                .isEqualTo(before);
        assertThat(installed[0])
                .containsExactly(0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 0x43, 0, 0, 0);
        assertThat(c.taken()).containsExactly("sigaction(10, null, *)", "sigaction(10, *, *)");
    }

    @Test
    void anAlternateStackHasItsSizeBeforeItsFlags() {
        byte[][] installed = new byte[1][];
        c.answer("sigaltstack", a -> {
            installed[0] = ((Memory) a[0]).getByteArray(0, 24);
            ((Memory) a[1]).setInt(16, 4); // SS_DISABLE
            return 0;
        });
        Signals signals = os.interrupts();
        assertThat(signals.installSignalStack(new SignalStack(0x5000, 0x10000))).isEqualTo(SignalStack.NONE);
        assertThat(installed[0])
                .startsWith(0, 0x50, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0)
                .endsWith(0, 0, 0, 0, 0, 0, 0, 0);
        signals.installSignalStack(SignalStack.NONE);
        assertThat(installed[0]).endsWith(4, 0, 0, 0, 0, 0, 0, 0);
        assertThat(signals.minimumSignalStack()).isEqualTo(32 * 1024);
    }

    @Test
    void aSignalGoesToAThreadByItsPthreadAndCarriesNothing() {
        c.answer("pthread_self", a -> 0x7000_0123L);
        Signals signals = os.interrupts();
        assertThat(signals.signalFrame().value()).isEmpty();
        signals.signalThread(signals.signalTarget(), signals.signalFrame().urgent(), 42);
        assertThat(c.taken()).containsExactly("pthread_self()", "pthread_kill(70000123, 10)");
        c.answer("pthread_kill", a -> 3);
        assertThatThrownBy(() -> signals.signalThread(0x7000_0123L, SIGURG, 42))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("pthread_kill(thread 0x70000123, signal 16) failed: ESRCH");
    }

    @Test
    void aThreadHasTheNumberThatTheKernelKnowsItBy() {
        c.answer("pthread_threadid_np", a -> {
            ((Memory) a[1]).setLong(0, 0x1_0000_0007L);
            return 0;
        });
        assertThat(os.currentThread()).isEqualTo(0x1_0000_0007L);
    }

    @Test
    void threadsWaitByTheDocumentedFunctionsWhereThereAreAny() {
        ThreadCalls calls = os.threadCalls();
        assertThat(calls.await())
                .isEqualTo(HostCall.function(
                        c.symbol("os_sync_wait_on_address"),
                        Value.ADDRESS,
                        Value.EXPECTED,
                        new Constant(4),
                        new Constant(0)));
        assertThat(calls.wakeAll().target()).isEqualTo(new Function(c.symbol("os_sync_wake_by_address_all")));
        assertThat(calls.pointer().operand()).hasToString("qword ptr gs:[0x0]");
    }

    @Test
    void andByThePrivateOnesBefore() {
        ThreadCalls calls = new MacOs(c.lack("os_sync_wait_on_address")).threadCalls();
        assertThat(calls.await().target()).isEqualTo(new Function(c.symbol("__ulock_wait")));
        assertThat(calls.await().arguments())
                .containsExactly(new Constant(0x0100_0001), Value.ADDRESS, Value.EXPECTED, new Constant(0));
        assertThat(calls.wakeOne().arguments())
                .containsExactly(new Constant(0x0100_0001), Value.ADDRESS, new Constant(0));
        assertThat(calls.wakeAll().arguments())
                .containsExactly(new Constant(0x0100_0101), Value.ADDRESS, new Constant(0));
    }

    private interface Call {
        void make(MacOs os);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                refusal("mmap", os -> os.map(PAGE), "ulimit -v"),
                refusal("mmap", os -> os.reserve(PAGE, PAGE), "ulimit -v"),
                refusal("mmap", os -> os.mapCode(PAGE), "com.apple.security.cs.allow-jit"),
                refusal("mmap", os -> os.discard(PAGE, PAGE), "ulimit -v"),
                refusal("munmap", os -> os.unmap(PAGE, PAGE), "given back before"),
                refusal("mprotect", os -> os.guard(PAGE, PAGE), "ulimit -v"),
                refusal("mprotect", os -> os.protect(PAGE, PAGE, Protection.READ_EXECUTE), "allow-jit"),
                refusal("sigaction", os -> os.interrupts().signalAction(9), "SIGKILL"),
                refusal("sigaltstack", os -> os.interrupts().installSignalStack(SignalStack.NONE), "32768 bytes"));
    }

    private static Arguments refusal(String function, Call call, String advice) {
        return Arguments.of(function, call, advice);
    }

    @ParameterizedTest(name = "{0}, {2}")
    @MethodSource("refusals")
    void aRefusalNamesTheFunctionTheErrorAndAWayOut(String function, Call call, String advice) {
        int eagain = 35;
        c.refuse(function, eagain);
        assertThatThrownBy(() -> call.make(os))
                .isInstanceOf(HostException.class)
                .hasMessageContaining(function + "(")
                .hasMessageContaining("failed: EAGAIN (")
                .hasMessageContaining(advice);
    }
}
