// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Pointer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LinuxTest {

    private static final int SIGURG = 23;
    private static final int SIGKILL = 9;

    private final OperatingSystem os = OperatingSystem.current();
    private final Signals signals = (Signals) os.interrupts();

    @Test
    void mappedMemoryIsZeroedAndGoneAfterUnmapping() {
        long address = os.map(3L * os.pageSize());
        assertThat(new Pointer(address).getByteArray(0, 3 * os.pageSize())).containsOnly(0);
        assertThat(ProcessMaps.read().within(address, 1)).hasSize(1);
        os.unmap(address, 3L * os.pageSize());
        assertThat(ProcessMaps.read().within(address, 3L * os.pageSize())).isEmpty();
    }

    @Test
    void aReservationIsAlignedAndNothingAroundItStaysMapped() {
        long bytes = 5L * os.pageSize();
        long alignment = 1 << 24;
        long address = os.reserve(bytes, alignment);
        assertThat(address % alignment).isZero();
        os.unmap(address, bytes);
        assertThat(ProcessMaps.read().within(address, bytes)).isEmpty();
    }

    @Test
    void aReservationBeyondTheAddressSpaceIsRefusedWithTheCallTheErrorAndAWayOut() {
        assertThatThrownBy(() -> os.reserve(1L << 50, os.pageSize()))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("mmap(1125899906842624 bytes, rw-) failed: ENOMEM")
                .hasMessageContaining("ulimit -v");
    }

    @Test
    void anAlignmentThatIsNoPowerOfTwoIsRefused() {
        assertThatThrownBy(() -> os.reserve(4096, 12288))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("12288");
    }

    @Test
    void aMappingOfNothingIsRefused() {
        assertThatThrownBy(() -> os.map(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 bytes");
    }

    @Test
    void discardedMemoryReadsAsZero() {
        long address = os.map(os.pageSize());
        new Pointer(address).setLong(0, 42);
        os.discard(address, os.pageSize());
        assertThat(new Pointer(address).getLong(0)).isZero();
        os.unmap(address, os.pageSize());
    }

    @Test
    void aMemoryFileMappedTwiceIsOneMemory() {
        long file = os.openMemoryFile("trapeze-test", os.pageSize());
        long writable = os.mapMemoryFile(file, os.pageSize(), Protection.READ_WRITE);
        long executable = os.mapMemoryFile(file, os.pageSize(), Protection.READ_EXECUTE);
        os.closeMemoryFile(file);
        new Pointer(writable).setLong(8, 0x1122334455667788L);
        assertThat(new Pointer(executable).getLong(8)).isEqualTo(0x1122334455667788L);
        assertThat(ProcessMaps.read().ofMemoryFile("trapeze-test"))
                .extracting(ProcessMaps.Mapping::permissions)
                .containsExactlyInAnyOrder("rw-s", "r-xs");
        os.unmap(writable, os.pageSize());
        os.unmap(executable, os.pageSize());
        assertThat(ProcessMaps.read().ofMemoryFile("trapeze-test")).isEmpty();
    }

    @Test
    void aSignalActionIsReturnedByTheNextInstallationAsItWasInstalled() {
        SignalAction before = signals.signalAction(SIGURG);
        SignalAction ignore = new SignalAction(SignalAction.IGNORE, SignalAction.RESTART, 1L << (SIGURG - 1));
        assertThat(signals.installSignalAction(SIGURG, ignore)).isEqualTo(before);
        assertThat(signals.signalAction(SIGURG)).isEqualTo(ignore);
        assertThat(signals.installSignalAction(SIGURG, before)).isEqualTo(ignore);
        assertThat(signals.signalAction(SIGURG)).isEqualTo(before);
    }

    @Test
    void aHandlerForSigkillIsRefusedByName() {
        assertThatThrownBy(() -> signals.installSignalAction(SIGKILL, new SignalAction(SignalAction.IGNORE, 0, 0)))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("sigaction(signal 9) failed: EINVAL")
                .hasMessageContaining("SIGKILL");
    }

    @Test
    void anAlternateStackIsSetForThisThreadAndTakenAway() {
        long bytes = signals.minimumSignalStack() + 8192;
        long address = os.map(bytes);
        SignalStack stack = new SignalStack(address, bytes);
        assertThat(signals.installSignalStack(stack)).isEqualTo(SignalStack.NONE);
        assertThat(signals.installSignalStack(SignalStack.NONE)).isEqualTo(stack);
        assertThat(signals.installSignalStack(SignalStack.NONE)).isEqualTo(SignalStack.NONE);
        os.unmap(address, bytes);
    }

    @Test
    void anAlternateStackThatIsTooSmallIsRefusedWithTheSizeItNeeds() {
        assertThatThrownBy(() -> signals.installSignalStack(new SignalStack(4096, 64)))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("ENOMEM")
                .hasMessageContaining(signals.minimumSignalStack() + " bytes");
    }

    @Test
    void threadAndProcessHaveTheirKernelNumbers() throws Exception {
        assertThat(os.currentProcess()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(Path.of("/proc/self/task/" + os.currentThread())).exists();
        long[] other = new long[1];
        Thread thread = new Thread(() -> other[0] = os.currentThread());
        thread.start();
        thread.join();
        assertThat(other[0]).isNotZero().isNotEqualTo(os.currentThread());
    }

    @Test
    void aQueuedSignalIsDeliveredToThisThreadAndIgnoredOnesLeaveNoTrace() throws Exception {
        SignalAction before = signals.installSignalAction(SIGURG, new SignalAction(SignalAction.IGNORE, 0, 0));
        try {
            signals.signalThread(os.currentThread(), SIGURG, 7);
            assertThat(Files.readString(Path.of("/proc/self/task/" + os.currentThread() + "/status")))
                    .containsPattern("SigPnd:\\s+0{16}");
        } finally {
            signals.installSignalAction(SIGURG, before);
        }
    }

    @Test
    void signallingAThreadThatIsGoneTellsSo() {
        assertThatThrownBy(() -> signals.signalThread(0x3fff_fff0, SIGURG, 0))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("ESRCH");
    }

    @Test
    void aFunctionOfTheCLibraryIsFoundByNameAndAnUnknownOneIsRefused() {
        assertThat(os.symbol("qsort")).isNotZero();
        assertThatThrownBy(() -> os.symbol("qsort_of_trapeze"))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("dlsym(\"qsort_of_trapeze\")");
    }

    @Test
    void theNumberOfMappingsLeftIsBelowTheLimit() throws Exception {
        long limit = Long.parseLong(
                Files.readAllLines(Path.of("/proc/sys/vm/max_map_count")).get(0));
        assertThat(os.mappingsLeft())
                .isBetween(limit - ProcessMaps.read().lines().size() - 50, limit - 1);
    }

    @Test
    void codeCanBeSynchronizedAgainAndAgain() {
        os.synchronizeCode();
        os.synchronizeCode();
    }
}
