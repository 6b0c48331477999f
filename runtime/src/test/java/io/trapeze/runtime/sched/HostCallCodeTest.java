// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static io.trapeze.runtime.os.HostCall.Value.ADDRESS;
import static io.trapeze.runtime.os.HostCall.Value.ADDRESS_OF_EXPECTED;
import static io.trapeze.runtime.os.HostCall.Value.EXPECTED;
import static io.trapeze.runtime.os.HostCall.constant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.HostCall;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.RefusingOperatingSystem;
import io.trapeze.runtime.os.ThreadCalls;
import io.trapeze.trampolines.abi.Abi;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls of the system from emitted code: by the kernel's door, and through functions as on systems that keep that door shut. */
@DisplayName("A call of the system")
class HostCallCodeTest {
    private static final OperatingSystem OS = OperatingSystem.current();
    private static final int SYS_FUTEX = 202;

    private static String listing(Abi abi, HostCall call) {
        Assembler a = new Assembler();
        new HostCallCode(a, abi).emit(call, r8);
        StringBuilder text = new StringBuilder();
        a.finish("call").instructions().forEach(i -> text.append(i.text()).append('\n'));
        return text.toString();
    }

    @Test
    void toTheKernelIsItsArgumentsItsNumberAndSyscall() {
        assertThat(listing(Abi.SYSTEM_V, OS.threadCalls().await()))
                .isEqualTo("mov esi, 0x80\nxor r10d, r10d\nmov eax, 0xca\nsyscall\n");
    }

    @Test
    void toAFunctionOfWindowsHasHomeSpaceAndACopyOfWhatIsExpected() {
        HostCall wait =
                HostCall.function(0x7FF8_1234_5678L, ADDRESS, ADDRESS_OF_EXPECTED, constant(4), constant(0xFFFF_FFFFL));
        assertThat(listing(Abi.WIN64, wait)).isEqualTo("""
                        push rbp
                        mov rbp, rsp
                        push r8
                        push rdx
                        push rdi
                        and rsp, 0xfffffffffffffff0
                        sub rsp, 0x20
                        mov rcx, qword ptr [rbp - 0x18]
                        lea rdx, [rbp - 0x10]
                        mov r8d, 0x4
                        mov r9d, 0xffffffff
                        movabs rax, 0x7ff812345678
                        call rax
                        lea rsp, [rbp - 0x8]
                        pop r8
                        pop rbp
                        """);
    }

    @Test
    void thatPassesMoreThanThereAreRegistersForIsRefused() {
        HostCall five = HostCall.function(1, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        assertThatThrownBy(() -> listing(Abi.WIN64, five)).hasMessageContaining("5 arguments: ABI 'win64' takes 4");
        assertThatThrownBy(() -> listing(Abi.SYSTEM_V, HostCall.system(1, EXPECTED)))
                .hasMessageContaining("takes EXPECTED in rdi, and it is in rdx");
        assertThatThrownBy(() -> listing(Abi.SYSTEM_V, HostCall.system(1, ADDRESS_OF_EXPECTED)))
                .hasMessageContaining("address of a copy");
    }

    /** Goroutines that park, on carriers that sleep and wake by calls of C's {@code syscall} and {@code sched_yield}. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void throughFunctionsCarriersSleepAndWakeAsThroughTheKernelsDoor() {
        long syscall = OS.symbol("syscall");
        ThreadCalls functions = new ThreadCalls(
                HostCall.function(syscall, constant(SYS_FUTEX), ADDRESS, constant(128), EXPECTED, constant(0)),
                HostCall.function(syscall, constant(SYS_FUTEX), ADDRESS, constant(129), constant(1)),
                HostCall.function(syscall, constant(SYS_FUTEX), ADDRESS, constant(129), constant(Integer.MAX_VALUE)),
                HostCall.function(OS.symbol("sched_yield")),
                OS.threadCalls().pointer());
        OperatingSystem os = new RefusingOperatingSystem().withThreadCalls(functions);
        int rounds = 2_000;
        try (NativeMemory notes = NativeMemory.allocate(OS, 4096);
                Scheduler scheduler = new Scheduler(
                        os,
                        Host.detect(),
                        Scheduler.builder().carriers(2).maxGoroutines(8).timeSlice(Duration.ofMillis(1)))) {
            Body sleeper = scheduler.compile("sleeper", a -> {
                a.mov(rbx, rdi);
                Label again = a.here();
                a.park();
                a.inc(qword(rbx));
                a.cmp(qword(rbx), rounds);
                a.jb(again);
            });
            for (int i = 0; i < 2; i++) {
                Goroutine sleeping = scheduler.go(sleeper, notes.address() + 64L * i);
                Body waker = scheduler.compile("waker" + i, a -> {
                    a.mov(rbx, rdi);
                    a.xor(r12d, r12d);
                    Label again = a.here();
                    a.ready(sleeping);
                    a.inc(r12);
                    Label wait = a.here();
                    a.yield();
                    a.cmp(qword(rbx), r12);
                    a.jb(wait);
                    a.cmp(r12, rounds);
                    a.jb(again);
                });
                scheduler.go(waker, notes.address() + 64L * i);
            }
            scheduler.run();
            assertThat(notes.getLong(0)).isEqualTo(rounds);
            assertThat(notes.getLong(64)).isEqualTo(rounds);
        }
    }
}
