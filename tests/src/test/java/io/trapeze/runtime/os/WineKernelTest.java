// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Pointer;
import io.trapeze.emitter.Assembler;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.testkit.wine.WindowsProcess;
import io.trapeze.trampolines.abi.Abi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The Windows host's own calls, made in a process that Wine runs. */
@DisplayName("Wine's kernel32 takes the Windows host's calls:")
class WineKernelTest {
    private static final int PAGE = 4096;

    /** {@code State} and {@code Protect} of {@code VirtualQuery}. */
    private static final int MEM_COMMIT = 0x1000;

    private static final int MEM_RESERVE = 0x2000;
    private static final int MEM_FREE = 0x10000;
    private static final int PAGE_NOACCESS = 0x01;
    private static final int PAGE_READWRITE = 0x04;
    private static final int PAGE_EXECUTE_READ = 0x20;

    private final WindowsProcess process = WindowsProcess.start();
    private final OperatingSystem os = RemoteWindows.of(process);
    private final NativeMemory scratch = NativeMemory.allocate(process.memory(), PAGE);

    @AfterEach
    void end() {
        process.close();
    }

    /** What there is at an address: {@code MEMORY_BASIC_INFORMATION} has its size at 24, State at 32, Protect at 36. */
    private int query(long address, int field) {
        assertThat(process.kernel("VirtualQuery", address, scratch.address(), 48))
                .isEqualTo(48);
        return scratch.getInt(field);
    }

    private int state(long address) {
        return query(address, 32);
    }

    private int protection(long address) {
        return query(address, 36);
    }

    private long read(long address) {
        assertThat((int) process.kernel("ReadProcessMemory", -1, address, scratch.address() + 256, Long.BYTES, 0))
                .as("readable at 0x%x", address)
                .isNotZero();
        return scratch.getLong(256);
    }

    private void write(long address, long value) {
        scratch.putLong(256, value);
        assertThat((int) process.kernel("WriteProcessMemory", -1, address, scratch.address() + 256, Long.BYTES, 0))
                .isNotZero();
    }

    @Test
    void pagesAndMappings() {
        assertThat(os.pageSize()).isEqualTo(PAGE);
        long address = os.map(3 * PAGE);
        assertThat(state(address + 2 * PAGE)).isEqualTo(MEM_COMMIT);
        assertThat(protection(address)).isEqualTo(PAGE_READWRITE);
        assertThat(read(address)).isZero();
        os.unmap(address, 3 * PAGE);
        assertThat(state(address)).isEqualTo(MEM_FREE);
    }

    @Test
    void aReservationIsAlignedAndCommittedPieceByPieceAndItsGuardsStayOut() {
        long alignment = 1 << 24;
        long address = os.reserve(1 << 20, alignment);
        assertThat(address % alignment).isZero();
        assertThat(state(address)).isEqualTo(MEM_RESERVE);
        os.commit(address + PAGE, 15 * PAGE);
        os.guard(address, PAGE);
        assertThat(state(address)).as("the guard").isEqualTo(MEM_RESERVE);
        assertThat(state(address + PAGE)).isEqualTo(MEM_COMMIT);
        assertThat(state(address + 16 * PAGE)).as("the next one's").isEqualTo(MEM_RESERVE);
        write(address + PAGE, 42);
        os.discard(address + PAGE, 15 * PAGE);
        assertThat(read(address + PAGE)).as("discarded memory").isZero();
        os.unmap(address, 1 << 20);
        assertThat(state(address)).isEqualTo(MEM_FREE);
    }

    @Test
    void protectionChangesAndIsNeverWritableAndExecutableAtOnce() {
        long address = os.mapCode(PAGE);
        os.protect(address, PAGE, Protection.READ_EXECUTE);
        assertThat(protection(address)).isEqualTo(PAGE_EXECUTE_READ);
        os.protect(address, PAGE, Protection.READ_WRITE);
        assertThat(protection(address)).isEqualTo(PAGE_READWRITE);
        os.protect(address, PAGE, Protection.NONE);
        assertThat(protection(address)).isEqualTo(PAGE_NOACCESS);
        os.unmap(address, PAGE);
    }

    @Test
    void aMemoryFileMappedTwiceIsOneMemoryAndCodeInItRuns() {
        long file = os.openMemoryFile("trapeze-test", 1 << 20);
        long writable = os.mapMemoryFile(file, 1 << 20, Protection.READ_WRITE);
        long executable = os.mapMemoryFile(file, 1 << 20, Protection.READ_EXECUTE);
        os.closeMemoryFile(file);
        assertThat(protection(writable)).isEqualTo(PAGE_READWRITE);
        assertThat(protection(executable)).isEqualTo(PAGE_EXECUTE_READ);
        Assembler a = new Assembler();
        a.mov(eax, 42);
        a.ret();
        byte[] code = a.finish("answer").bytes();
        scratch.putBytes(1024, code);
        process.kernel("WriteProcessMemory", -1, writable, scratch.address() + 1024, code.length, 0);
        os.publishCode(executable, code.length);
        os.synchronizeCode();
        assertThat(process.call(executable)).isEqualTo(42);
        os.unmapMemoryFile(writable, 1 << 20);
        os.unmapMemoryFile(executable, 1 << 20);
        assertThat(state(executable)).isEqualTo(MEM_FREE);
    }

    @Test
    void functionsAreFoundAndUnknownOnesRefused() {
        assertThat(os.symbol("qsort")).isNotZero();
        assertThat(os.symbol("GetTickCount")).isEqualTo(process.symbol("kernel32.dll", "GetTickCount"));
        assertThatThrownBy(() -> os.symbol("qsort_of_trapeze"))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("GetProcAddress(\"qsort_of_trapeze\") failed: ERROR_PROC_NOT_FOUND");
    }

    @Test
    void theThreadIsKnownAndOpenedForOthers() {
        assertThat(os.currentThread()).isEqualTo(process.kernel("GetCurrentThreadId"));
        assertThat(os.currentProcess()).isEqualTo((int) process.kernel("GetCurrentProcessId"));
        Suspension suspension = (Suspension) os.interrupts();
        long handle = suspension.openThread();
        assertThat((int) process.kernel("ResumeThread", handle))
                .as("how often it was suspended")
                .isZero();
        suspension.closeThread(handle);
        assertThatThrownBy(() -> suspension.closeThread(handle))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("CloseHandle")
                .hasMessageContaining("ERROR_INVALID_HANDLE");
    }

    @Test
    void theThreadPointerIsTheAddressOfTheThreadBlock() {
        Assembler a = new Assembler();
        a.mov(rax, os.threadCalls().pointer().operand());
        a.ret();
        byte[] code = a.finish("teb").bytes();
        long at = process.memory().map(PAGE);
        new Pointer(at).write(0, code, 0, code.length);
        long self = process.call(at);
        int currentThread = -2; // THREAD_BASIC_INFORMATION has TebBaseAddress at 8
        process.call(
                process.symbol("ntdll.dll", "NtQueryInformationThread"), currentThread, 0, scratch.address(), 48, 0);
        assertThat(self).isNotZero().isEqualTo(scratch.getLong(8));
    }

    /** Two of the fields that are swapped are in no public header; here Wine's own use of them shows where they are. */
    @Test
    @Tag("S18")
    void theThreadBlockHasItsBoundsWhereTheyAreSwapped() {
        Assembler a = new Assembler();
        a.mov(rdx, scratch.address() + 512);
        for (int i = 0; i < 4; i++) {
            a.mov(rax, Abi.WIN64.threadOperand(Abi.WIN64.threadFields().get(i)));
            a.mov(qword(rdx, 8 * i), rax);
        }
        a.mov(qword(rdx, 32), rsp);
        a.ret();
        long at = process.memory().map(PAGE);
        byte[] code = a.finish("bounds").bytes();
        new Pointer(at).write(0, code, 0, code.length);
        scratch.putInt(1024, 3 * PAGE);
        assertThat((int) process.kernel("SetThreadStackGuarantee", scratch.address() + 1024))
                .isNotZero();
        process.call(at);
        long rsp = scratch.getLong(512 + 32);
        assertThat(scratch.getLong(512)).as("StackBase").isGreaterThan(rsp);
        assertThat(scratch.getLong(512 + 8)).as("StackLimit").isLessThan(rsp);
        assertThat(process.kernel("VirtualQuery", rsp, scratch.address(), 48)).isEqualTo(48);
        assertThat(scratch.getLong(512 + 16))
                .as("DeallocationStack: where the reservation begins")
                .isEqualTo(scratch.getLong(8));
        assertThat(scratch.getInt(512 + 24)).as("GuaranteedStackBytes").isEqualTo(3 * PAGE);
    }

    @Test
    void whatWindowsRefusesIsToldWithCallErrorAndAWayOut() {
        assertThatThrownBy(() -> os.map(1L << 46))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("VirtualAlloc(70368744177664 bytes, MEM_COMMIT) failed: ")
                .hasMessageContaining("paging file");
        assertThatThrownBy(() -> os.unmap(0x1234_0000, PAGE))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("VirtualFree(0x12340000, 4096 bytes, MEM_RELEASE) failed: ")
                .hasMessageContaining("given back before");
        assertThatThrownBy(() -> os.protect(0x1234_0000, PAGE, Protection.READ_EXECUTE))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("VirtualProtect");
    }
}
