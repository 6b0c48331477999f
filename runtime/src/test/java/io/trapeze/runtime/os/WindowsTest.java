// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Pointer;
import io.trapeze.runtime.os.HostCall.Constant;
import io.trapeze.runtime.os.HostCall.Function;
import io.trapeze.runtime.os.HostCall.Value;
import io.trapeze.trampolines.abi.Abi;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which functions of Windows are called, with what, and what becomes of a refusal. */
class WindowsTest {
    private static final int ACCESS_DENIED = 5;
    private static final int NOT_ENOUGH_MEMORY = 8;
    private static final int INVALID_ADDRESS = 487;
    private static final int DYNAMIC_CODE_BLOCKED = 1655;

    private final ScriptedWindows windows = new ScriptedWindows();
    private final Windows os = new Windows(windows);

    WindowsTest() {
        windows.taken();
    }

    @Test
    void codeFollowsTheConventionOfWindows() {
        assertThat(os.abi()).isEqualTo(Abi.WIN64);
        assertThat(os.pageSize()).isEqualTo(ScriptedWindows.PAGE);
    }

    @Test
    void memoryIsReservedAndCommittedAndReleasedWhole() {
        windows.answer("VirtualAlloc", a -> 0x10000);
        assertThat(os.map(0x3000)).isEqualTo(0x10000);
        os.unmap(0x10000, 0x3000);
        assertThat(windows.taken()).containsExactly("VirtualAlloc(0, 3000, 3000, 4)", "VirtualFree(10000, 0, 8000)");
    }

    @Test
    void aReservationIsCommittedInPartsAndItsGuardsAreTakenOut() {
        windows.answer("VirtualAlloc", a -> a[0] == 0 ? 0x20000 : a[0]);
        assertThat(os.reserve(0x10000, ScriptedWindows.GRANULARITY)).isEqualTo(0x20000);
        os.commit(0x21000, 0xF000);
        os.guard(0x20000, 0x1000);
        os.discard(0x21000, 0xF000);
        assertThat(windows.taken())
                .containsExactly(
                        "VirtualAlloc(0, 10000, 2000, 4)",
                        "VirtualAlloc(21000, f000, 1000, 4)",
                        "VirtualFree(20000, 1000, 4000)",
                        "VirtualFree(21000, f000, 4000)",
                        "VirtualAlloc(21000, f000, 1000, 4)");
        assertThat(os.hasKernelGuardPages()).as("guards cost nothing").isTrue();
    }

    @Test
    void anAlignedReservationTakesThePlaceOfAWiderOne() {
        windows.answer("VirtualAlloc", a -> a[0] == 0 ? 0x12_0000 : a[0]);
        assertThat(os.reserve(0x10_0000, 0x100_0000)).isEqualTo(0x100_0000);
        assertThat(windows.taken())
                .containsExactly(
                        "VirtualAlloc(0, 10f0000, 2000, 4)",
                        "VirtualFree(120000, 0, 8000)",
                        "VirtualAlloc(1000000, 100000, 2000, 4)");
    }

    @Test
    void anAlignedReservationTriesAgainWhereAnotherThreadWasFaster() {
        int[] lost = {2};
        windows.answer(
                "VirtualAlloc", a -> a[0] == 0 ? 0x12_0000 : lost[0]-- > 0 ? windows.refused(INVALID_ADDRESS) : a[0]);
        assertThat(os.reserve(0x10_0000, 0x100_0000)).isEqualTo(0x100_0000);
        assertThat(windows.taken()).hasSize(9);
    }

    @Test
    void anAlignedReservationGivesUpInTheEndAndKeepsNothing() {
        windows.answer("VirtualAlloc", a -> a[0] == 0 ? 0x12_0000 : windows.refused(INVALID_ADDRESS));
        assertThatThrownBy(() -> os.reserve(0x10_0000, 0x100_0000))
                .isInstanceOf(HostException.class)
                .hasMessageContaining(
                        "VirtualAlloc(1048576 bytes at 0x1000000, MEM_RESERVE) failed: ERROR_INVALID_ADDRESS");
        List<String> calls = windows.taken();
        assertThat(calls.stream().filter(call -> call.startsWith("VirtualAlloc(0, ")))
                .as("wide reservations")
                .hasSameSizeAs(calls.stream()
                        .filter(call -> call.startsWith("VirtualFree("))
                        .toList());
        windows.answer("VirtualAlloc", a -> a[0] == 0 ? 0x12_0000 : windows.refused(NOT_ENOUGH_MEMORY));
        assertThatThrownBy(() -> os.reserve(0x10_0000, 0x100_0000)).hasMessageContaining("ERROR_NOT_ENOUGH_MEMORY");
        assertThat(windows.taken()).as("no use in trying again").hasSize(3);
    }

    @Test
    void pagesChangeBetweenWritableAndExecutableAndAreNeverBoth() {
        os.protect(0x30000, 0x1000, Protection.READ_WRITE);
        os.protect(0x30000, 0x1000, Protection.READ_EXECUTE);
        os.protect(0x30000, 0x1000, Protection.NONE);
        assertThat(windows.taken())
                .extracting(call -> call.substring(0, call.lastIndexOf(',')))
                .containsExactly(
                        "VirtualProtect(30000, 1000, 4",
                        "VirtualProtect(30000, 1000, 20",
                        "VirtualProtect(30000, 1000, 1");
    }

    @Test
    void codeIsOneSectionSeenTwice() {
        windows.answer("CreateFileMappingW", a -> 0x44).answer("MapViewOfFile", a -> 0x50000 + a[1]);
        long file = os.openMemoryFile("code", 0x1_2345_6000L);
        assertThat(os.mapMemoryFile(file, 0x1_2345_6000L, Protection.READ_WRITE))
                .isEqualTo(0x50002);
        assertThat(os.mapMemoryFile(file, 0x1_2345_6000L, Protection.READ_EXECUTE))
                .isEqualTo(0x50024);
        os.closeMemoryFile(file);
        os.publishCode(0x50000, 100);
        os.synchronizeCode();
        os.unmapMemoryFile(0x50000, 0x1000);
        assertThat(windows.taken())
                .containsExactly(
                        "CreateFileMappingW(ffffffffffffffff, 0, 40, 1, 23456000, 0)",
                        "MapViewOfFile(44, 2, 0, 0, 123456000)",
                        "MapViewOfFile(44, 24, 0, 0, 123456000)",
                        "CloseHandle(44)",
                        "GetCurrentProcess()",
                        "FlushInstructionCache(ffffffffffffffff, 50000, 64)",
                        "FlushProcessWriteBuffers()",
                        "UnmapViewOfFile(50000)");
        assertThatThrownBy(() -> os.mapMemoryFile(file, 0x1000, Protection.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private interface Call {
        void make(Windows os);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                refusal("VirtualAlloc", NOT_ENOUGH_MEMORY, os -> os.map(4096), "paging file"),
                refusal("VirtualAlloc", NOT_ENOUGH_MEMORY, os -> os.reserve(4096, 4096), "paging file"),
                refusal("VirtualAlloc", NOT_ENOUGH_MEMORY, os -> os.reserve(4096, 1 << 20), "paging file"),
                refusal("VirtualAlloc", NOT_ENOUGH_MEMORY, os -> os.commit(4096, 4096), "paging file"),
                refusal("VirtualAlloc", NOT_ENOUGH_MEMORY, os -> os.mapCode(4096), "paging file"),
                refusal("VirtualFree", INVALID_ADDRESS, os -> os.unmap(4096, 4096), "given back before"),
                refusal("VirtualFree", INVALID_ADDRESS, os -> os.discard(4096, 4096), "given back before"),
                refusal("VirtualFree", INVALID_ADDRESS, os -> os.guard(4096, 4096), "given back before"),
                refusal(
                        "VirtualProtect",
                        DYNAMIC_CODE_BLOCKED,
                        os -> os.protect(4096, 4096, Protection.READ_EXECUTE),
                        "Arbitrary Code Guard"),
                refusal("CreateFileMappingW", ACCESS_DENIED, os -> os.openMemoryFile("x", 4096), "mitigation"),
                refusal(
                        "MapViewOfFile",
                        DYNAMIC_CODE_BLOCKED,
                        os -> os.mapMemoryFile(1, 4096, Protection.READ_EXECUTE),
                        "mitigation"),
                refusal(
                        "MapViewOfFile",
                        NOT_ENOUGH_MEMORY,
                        os -> os.mapMemoryFile(1, 4096, Protection.READ_WRITE),
                        "paging file"),
                refusal("UnmapViewOfFile", INVALID_ADDRESS, os -> os.unmapMemoryFile(4096, 4096), "given back"),
                refusal("FlushInstructionCache", INVALID_ADDRESS, os -> os.publishCode(4096, 4096), "mapped here"),
                refusal("CloseHandle", 6, os -> os.closeMemoryFile(1), "closed before"),
                refusal("GetProcAddress", 127, os -> os.symbol("x"), "spelling"),
                refusal("OpenThread", ACCESS_DENIED, os -> os.interrupts().openThread(), "timeSlice(Duration.ZERO)"),
                refusal("CloseHandle", 6, os -> os.interrupts().closeThread(1), "closed before"));
    }

    private static Arguments refusal(String function, int error, Call call, String advice) {
        return Arguments.of(function, error, call, advice);
    }

    @ParameterizedTest(name = "{0}, {3}")
    @MethodSource("refusals")
    void aRefusalNamesTheFunctionTheErrorAndAWayOut(String function, int error, Call call, String advice) {
        windows.refuse(function, error);
        assertThatThrownBy(() -> call.make(os)).isInstanceOfSatisfying(HostException.class, refused -> {
            assertThat(refused).hasMessageContaining(function + "(").hasMessageContaining(advice);
            assertThat(refused).hasMessageContaining(WindowsError.describe(error) + ". ");
            assertThat(refused.errno()).isEqualTo(error);
            assertThat(refused.call()).isEqualTo(function);
        });
    }

    @Test
    void sizesAndAlignmentsThatMakeNoSenseDoNotReachWindows() {
        assertThatThrownBy(() -> os.map(0)).hasMessageContaining("0 bytes");
        assertThatThrownBy(() -> os.reserve(4096, 12288)).hasMessageContaining("12288");
        assertThat(windows.taken()).isEmpty();
    }

    @Test
    void threadsWaitOnAddressesByTheDocumentedFunctions() {
        ThreadCalls calls = os.threadCalls();
        assertThat(calls.await().target()).isEqualTo(new Function(windows.function("WaitOnAddress")));
        assertThat(calls.await().arguments())
                .containsExactly(Value.ADDRESS, Value.ADDRESS_OF_EXPECTED, new Constant(4), new Constant(0xFFFF_FFFFL));
        assertThat(calls.wakeOne().target()).isEqualTo(new Function(windows.function("WakeByAddressSingle")));
        assertThat(calls.wakeAll().target()).isEqualTo(new Function(windows.function("WakeByAddressAll")));
        assertThat(calls.wakeOne().arguments()).containsExactly(Value.ADDRESS);
        assertThat(calls.giveWay().target()).isEqualTo(new Function(windows.function("SwitchToThread")));
        assertThat(calls.pointer().operand()).hasToString("qword ptr gs:[0x30]");
    }

    @Test
    void aThreadIsOpenedForWhatPreemptionDoesAndNoMore() {
        windows.answer("OpenThread", a -> 0x88);
        assertThat(os.currentThread()).isEqualTo(0x123);
        windows.taken();
        assertThat(os.interrupts().openThread()).isEqualTo(0x88);
        os.interrupts().closeThread(0x88);
        assertThat(windows.taken())
                .containsExactly("GetCurrentThreadId()", "OpenThread(1a, 0, 123)", "CloseHandle(88)");
        SuspensionCalls calls = os.interrupts().calls();
        assertThat(calls)
                .isEqualTo(new SuspensionCalls(
                        windows.function("SuspendThread"),
                        windows.function("GetThreadContext"),
                        windows.function("SetThreadContext"),
                        windows.function("ResumeThread"),
                        windows.function("GetLastError")));
        assertThat(os.interrupts().failure("SetThreadContext", ACCESS_DENIED))
                .hasMessageContaining("SetThreadContext(a carrier's thread) failed: ERROR_ACCESS_DENIED")
                .hasMessageContaining("next time slice");
    }

    @Test
    void aFunctionIsLookedForInCsLibraryFirst() {
        String[] module = new String[1];
        windows.answer("GetModuleHandleW", a -> {
            module[0] = new String(new Pointer(a[0]).getByteArray(0, 16), StandardCharsets.UTF_16LE);
            return module[0].startsWith("ucrtbase") ? 0 : 0x2000; // not loaded
        });
        assertThat(os.symbol("qsort")).isEqualTo(windows.function("qsort"));
        assertThat(module[0]).as("where it was found").startsWith("msvcrt");
    }

    @Test
    void windowsWithoutWaitOnAddressIsRefused() {
        assertThatThrownBy(() -> new Windows(new ScriptedWindows().refuse("LoadLibraryW", 126)))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("api-ms-win-core-synch-l1-2-0.dll")
                .hasMessageContaining("ERROR_MOD_NOT_FOUND")
                .hasMessageContaining("Windows 8");
    }

    @Test
    void anErrorThatNobodyKnowsIsShownByNumber() {
        assertThat(WindowsError.describe(4711)).isEqualTo("Windows error 4711");
    }
}
