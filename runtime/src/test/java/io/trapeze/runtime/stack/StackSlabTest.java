// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Pointer;
import io.trapeze.runtime.os.HostException;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.ProcessMaps;
import io.trapeze.runtime.os.RefusingOperatingSystem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StackSlabTest {

    private static final long KIB = 1024;

    private final OperatingSystem os = OperatingSystem.current();

    @ParameterizedTest
    @CsvSource({"16, 32", "60, 64", "64, 128", "1020, 1024"})
    void aSlotIsTheLeastPowerOfTwoThatHoldsStackAndGuard(long stackKib, long slotKib) {
        try (StackSlab slab = StackSlab.open(os, 3, stackKib * KIB)) {
            assertThat(slab.slotSize()).isEqualTo(slotKib * KIB);
            assertThat(slab.address() % slab.slotSize()).isZero();
            assertThat(slab.end() - slab.address()).isEqualTo(3 * slab.slotSize());
        }
    }

    @Test
    void everyStackPointerOfASlotLeadsToItsHeader() {
        try (StackSlab slab = StackSlab.open(os, 4, 60 * KIB)) {
            for (int slot = 0; slot < 4; slot++) {
                slab.acquire();
                slab.setHeader(slot, 1000 + slot);
                for (long rsp = slab.low(slot); rsp <= slab.high(slot); rsp += 8) {
                    assertThat((rsp | (slab.slotSize() - 1)) - 63).isEqualTo(slab.high(slot));
                }
                assertThat(new Pointer(slab.high(slot)).getLong(0)).isEqualTo(1000 + slot);
                assertThat(slab.header(slot)).isEqualTo(1000 + slot);
                assertThat(slab.high(slot) % 64).isZero();
                assertThat(slab.low(slot) - slab.guard(slot)).isEqualTo(os.pageSize());
            }
        }
    }

    @Test
    void theStackReleasedLastIsHandedOutFirstWithoutAnOwner() {
        try (StackSlab slab = StackSlab.open(os, 8, 60 * KIB)) {
            int first = slab.acquire();
            int second = slab.acquire();
            slab.setHeader(second, 77);
            slab.release(first);
            slab.release(second);
            assertThat(slab.taken()).isZero();
            assertThat(slab.acquire()).isEqualTo(second);
            assertThat(slab.header(second)).isZero();
            assertThat(slab.acquire()).isEqualTo(first);
            assertThat(slab.taken()).isEqualTo(2);
        }
    }

    @Test
    void whenAllAreTakenTheErrorNamesTheCapacityAndTheOption() {
        try (StackSlab slab = StackSlab.open(os, 2, 60 * KIB)) {
            slab.acquire();
            slab.acquire();
            assertThatThrownBy(slab::acquire)
                    .isInstanceOf(StackExhaustedException.class)
                    .hasMessageContaining("all 2 stacks are taken")
                    .hasMessageContaining("maxGoroutines(n)");
            slab.release(1);
            assertThat(slab.acquire()).isEqualTo(1);
        }
    }

    @Test
    void aStackReleasedTwiceOrNeverTakenIsRefused() {
        try (StackSlab slab = StackSlab.open(os, 2, 60 * KIB)) {
            int slot = slab.acquire();
            slab.release(slot);
            assertThatThrownBy(() -> slab.release(slot))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("stack 0 is not taken");
            assertThatThrownBy(() -> slab.release(1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> slab.low(2)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> slab.low(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-4096, 0, 4096, 16384 - 4096, (1L << 30) + 4096})
    void aStackOutOfRangeIsRefusedWithTheRange(long bytes) {
        assertThatThrownBy(() -> StackSlab.open(os, 1, bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a stack of " + bytes + " bytes")
                .hasMessageContaining("from 16384");
    }

    @Test
    void aStackThatIsNoWholeNumberOfPagesIsRefusedWithItsNeighbours() {
        assertThatThrownBy(() -> StackSlab.open(os, 1, 20_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("take 16384 or 20480");
    }

    @Test
    void aSlabWithoutStacksIsRefused() {
        assertThatThrownBy(() -> StackSlab.open(os, 0, 64 * KIB))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one");
    }

    @Test
    void tooFewMappingsForGuardsAreNoticedBeforeAnythingIsReserved() {
        OperatingSystem old =
                new RefusingOperatingSystem().withoutKernelGuardPages().withMappingsLeft(65_000);
        assertThatThrownBy(() -> StackSlab.open(old, 100_000, 64 * KIB))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("100000 guarded stacks need 204096 memory mappings and 65000 are left")
                .hasMessageContaining("at most 30452 stacks")
                .hasMessageContaining("vm.max_map_count by 139096")
                .hasMessageContaining("Linux 6.13");
    }

    @Test
    void aGuardThatIsRefusedLeavesTheSlotToBeTakenLater() {
        RefusingOperatingSystem moody = new RefusingOperatingSystem();
        try (StackSlab slab = StackSlab.open(moody, 1, 64 * KIB)) {
            moody.refuse("guard", RefusingOperatingSystem.ENOMEM);
            assertThatThrownBy(slab::acquire).isInstanceOf(HostException.class).hasMessageContaining("ENOMEM");
            assertThat(slab.taken()).isZero();
            moody.allow("guard");
            assertThat(slab.acquire()).isZero();
        }
    }

    @Test
    void trimmingGivesBackTheMemoryOfFreeStacksOnly() {
        try (StackSlab slab = StackSlab.open(os, 2, 64 * KIB)) {
            int kept = slab.acquire();
            int freed = slab.acquire();
            new Pointer(slab.low(kept)).setLong(0, 11);
            new Pointer(slab.low(freed)).setLong(0, 22);
            slab.release(freed);
            slab.trim();
            assertThat(new Pointer(slab.low(kept)).getLong(0)).isEqualTo(11);
            assertThat(new Pointer(slab.low(freed)).getLong(0)).isZero();
        }
    }

    @Test
    void aClosedSlabIsGoneFromTheProcessAndRefusesUse() {
        StackSlab slab = StackSlab.open(os, 16, 64 * KIB);
        slab.acquire();
        long address = slab.address();
        long bytes = slab.end() - address;
        slab.close();
        slab.close();
        assertThat(ProcessMaps.read().within(address, bytes)).isEmpty();
        assertThatThrownBy(slab::acquire)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> slab.release(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> slab.setHeader(0, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void threadsNeverShareAStack() throws Exception {
        try (StackSlab slab = StackSlab.open(os, 64, 64 * KIB)) {
            List<Thread> threads = new ArrayList<>();
            Set<String> faults = java.util.Collections.synchronizedSet(new HashSet<>());
            for (int t = 1; t <= 4; t++) {
                long owner = t;
                threads.add(new Thread(() -> {
                    for (int i = 0; i < 5_000; i++) {
                        int slot = slab.acquire();
                        slab.setHeader(slot, owner);
                        if (slab.header(slot) != owner) {
                            faults.add("slot " + slot + " of " + owner + " became " + slab.header(slot) + "'s");
                        }
                        slab.release(slot);
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(faults).isEmpty();
            assertThat(slab.taken()).isZero();
        }
    }

    @Test
    void aHundredThousandStacksOf64KibTakeNoMappingEachAndOnePageEach() {
        assumeTrue(os.hasKernelGuardPages(), "this kernel has no guard pages of its own (Linux 6.13 and later do)");
        int count = 100_000;
        int mappingsBefore = ProcessMaps.read().lines().size();
        try (StackSlab slab = StackSlab.open(os, count, 64 * KIB)) {
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                slab.setHeader(slab.acquire(), i + 1L);
            }
            long nanos = System.nanoTime() - start;
            long each = ProcessMaps.residentBytes(slab.address(), slab.end() - slab.address()) / count;
            System.out.printf(
                    "%,d stacks of 64 KiB: %,d bytes resident each, %.2f us each to acquire and name%n",
                    count, each, nanos / 1e3 / count);
            assertThat(each).isEqualTo(os.pageSize());
            assertThat(ProcessMaps.read().lines().size() - mappingsBefore).isLessThan(64);
            assertThat(slab.header(count - 1)).isEqualTo(count);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kernel", "mprotect"})
    void writingBelowAStackKillsTheProcessAtThatAddress(String guards) throws Exception {
        assumeTrue(
                guards.equals("mprotect") || os.hasKernelGuardPages(),
                "this kernel has no guard pages of its own (Linux 6.13 and later do)");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+ErrorFileToStdout",
                        "-XX:-CreateCoredumpOnCrash",
                        "-cp",
                        System.getProperty("java.class.path"),
                        GuardPageVictim.class.getName(),
                        guards)
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output).contains("wrote the lowest word").doesNotContain("survived");
        Matcher next = Pattern.compile("next (0x\\p{XDigit}{16})").matcher(output);
        assertThat(next.find()).isTrue();
        assertThat(output).contains("SIGSEGV").contains("si_addr: " + next.group(1));
        assertThat(child.exitValue()).isNotZero();
    }
}
