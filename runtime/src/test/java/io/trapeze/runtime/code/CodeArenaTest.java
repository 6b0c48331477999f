// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Pointer;
import io.trapeze.emitter.Assembler;
import io.trapeze.runtime.os.HostException;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.ProcessMaps;
import io.trapeze.runtime.os.ProcessMaps.Mapping;
import io.trapeze.runtime.os.Protection;
import io.trapeze.runtime.os.RefusingOperatingSystem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodeArenaTest {

    private final OperatingSystem os = OperatingSystem.current();

    private static OperatingSystem withoutMemoryFiles() {
        return new RefusingOperatingSystem()
                .refuse("mapMemoryFile", RefusingOperatingSystem.EACCES, Protection.READ_EXECUTE::equals);
    }

    /** The handler of signals keeps an arena for as long as the process lives. */
    private final List<Mapping> mappingsBefore = ProcessMaps.read().ofMemoryFile("trapeze-code");

    private List<Mapping> newMappings() {
        List<Mapping> mappings = new ArrayList<>(ProcessMaps.read().ofMemoryFile("trapeze-code"));
        mappings.removeAll(mappingsBefore);
        return mappings;
    }

    @Test
    @Tag("D4")
    void mappedCodeRunsAndReturnsItsValue() {
        try (CodeArena arena = CodeArena.open(os)) {
            MappedCode code = arena.map(Snippets.constant("answer", 0x1122334455667788L));
            assertThat(code.function().call()).isEqualTo(0x1122334455667788L);
            assertThat(code.function("answer")).isEqualTo(code.function());
            assertThat(code.address() % CodeArena.ALIGNMENT).isZero();
            assertThat(arena.isDualMapped()).isTrue();
        }
    }

    @Test
    void noMappingOfTheArenaIsEverWritableAndExecutable() {
        try (CodeArena arena = CodeArena.open(os)) {
            arena.map(Snippets.constant("one", 1));
            List<Mapping> mappings = newMappings();
            assertThat(mappings).extracting(Mapping::permissions).containsExactlyInAnyOrder("rw-s", "r-xs");
            assertThat(ProcessMaps.read().within(arena.address(), arena.size()))
                    .extracting(Mapping::permissions)
                    .containsExactly("r-xs");
        }
    }

    @Test
    void closingLeavesNeitherMappingNorDescriptor() {
        assertThat(ProcessMaps.memoryFileDescriptors()).isZero();
        CodeArena arena = CodeArena.open(os);
        arena.map(Snippets.constant("one", 1));
        assertThat(ProcessMaps.memoryFileDescriptors()).isZero();
        arena.close();
        arena.close();
        assertThat(newMappings()).isEmpty();
        assertThat(ProcessMaps.read().within(arena.address(), arena.size())).isEmpty();
    }

    @Test
    void aSparseArenaTakesMemoryForItsCodeOnly() {
        try (CodeArena arena = CodeArena.open(os, 1L << 30)) {
            MappedCode code = arena.map(Snippets.constant("one", 1));
            assertThat(code.function().call()).isEqualTo(1);
            assertThat(ProcessMaps.residentBytes(arena.address(), arena.size())).isBetween(1L, 128L * 1024);
        }
    }

    @Test
    void aCallOfAnotherBlobIsLinked() {
        try (CodeArena arena = CodeArena.open(os)) {
            MappedCode callee = arena.map(Snippets.constant("callee", 41));
            MappedCode caller = arena.map(Snippets.callerOf("callee"), callee.symbols());
            assertThat(caller.function().call()).isEqualTo(42);
        }
    }

    @Test
    void anAbsoluteAddressIsLinkedHoweverFarAway() {
        try (CodeArena arena = CodeArena.open(os)) {
            MappedCode code = arena.map(Snippets.addressOf("far"), Map.of("far", 0x7654_3210_1234_5678L));
            assertThat(code.function().call()).isEqualTo(0x7654_3210_1234_5678L);
        }
    }

    @Test
    void aSymbolThatNobodyDefinesIsRefusedByNameAndTakesNoRoom() {
        try (CodeArena arena = CodeArena.open(os)) {
            assertThatThrownBy(() -> arena.map(Snippets.callerOf("nobody"), Map.of("somebody", 1L)))
                    .isInstanceOf(LinkException.class)
                    .hasMessageContaining("'caller-of-nobody' refers to 'nobody'")
                    .hasMessageContaining("[somebody]");
            assertThat(arena.used()).isZero();
        }
    }

    @Test
    void aSymbolOutOfReachIsRefusedWithItsDistance() {
        try (CodeArena arena = CodeArena.open(os)) {
            assertThatThrownBy(() -> arena.map(Snippets.callerOf("far"), Map.of("far", arena.address() + (1L << 40))))
                    .isInstanceOf(LinkException.class)
                    .hasMessageContaining("'far'")
                    .hasMessageContaining("reaches 2,147,483,647")
                    .hasMessageContaining("mov r64, imm64");
            assertThat(arena.used()).isZero();
        }
    }

    @Test
    void aSymbolAtZeroIsRefused() {
        try (CodeArena arena = CodeArena.open(os)) {
            assertThatThrownBy(() -> arena.map(Snippets.callerOf("zero"), Map.of("zero", 0L)))
                    .isInstanceOf(LinkException.class)
                    .hasMessageContaining("given as 0");
        }
    }

    @Test
    void anEmptyBlobIsRefused() {
        try (CodeArena arena = CodeArena.open(os)) {
            assertThatThrownBy(() -> arena.map(new Assembler().finish("nothing")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'nothing' is empty");
        }
    }

    @Test
    void freedCodeBecomesBreakpointsAndItsRoomIsUsedAgain() {
        try (CodeArena arena = CodeArena.open(os)) {
            MappedCode first = arena.map(Snippets.ofSize(200));
            long address = first.address();
            assertThat(arena.used()).isEqualTo(256);
            first.close();
            first.close();
            assertThat(arena.used()).isZero();
            assertThat(new Pointer(address).getByteArray(0, 256)).containsOnly(0xCC);
            MappedCode second = arena.map(Snippets.constant("two", 2));
            assertThat(second.address()).isEqualTo(address);
            assertThat(second.function().call()).isEqualTo(2);
        }
    }

    @Test
    void threadsAreMadeToForgetOldCodeWhereNewCodeTakesItsPlaceAndOnlyThere() {
        RefusingOperatingSystem watched = new RefusingOperatingSystem();
        try (CodeArena arena = CodeArena.open(watched)) {
            MappedCode first = arena.map(Snippets.ofSize(64));
            arena.map(Snippets.ofSize(64));
            assertThat(watched.synchronizations()).isZero();
            first.close();
            arena.map(Snippets.ofSize(10));
            assertThat(watched.synchronizations()).isEqualTo(1);
            arena.map(Snippets.ofSize(64));
            assertThat(watched.synchronizations()).isEqualTo(1);
        }
    }

    @Test
    void codeThatIsClosedHasNoAddressAndOthersKeepTheirs() {
        try (CodeArena arena = CodeArena.open(os)) {
            MappedCode one = arena.map(Snippets.constant("one", 1));
            MappedCode two = arena.map(Snippets.constant("two", 2));
            one.close();
            assertThatThrownBy(one::address)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("'one'");
            assertThatThrownBy(one::function).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> one.address("one")).isInstanceOf(IllegalStateException.class);
            assertThat(two.function().call()).isEqualTo(2);
        }
    }

    @Test
    void closingTheArenaClosesItsCodeAndRefusesMore() {
        CodeArena arena = CodeArena.open(os);
        MappedCode code = arena.map(Snippets.constant("one", 1));
        arena.close();
        code.close();
        assertThatThrownBy(code::address).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> arena.map(Snippets.constant("two", 2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void anArenaThatIsFullTellsWhatIsFreeAndWorksOnAfterRoomIsMade() {
        try (CodeArena arena = CodeArena.open(os, 4096)) {
            MappedCode low = arena.map(Snippets.ofSize(1024));
            arena.map(Snippets.ofSize(2048));
            MappedCode high = arena.map(Snippets.ofSize(1024));
            low.close();
            high.close();
            assertThatThrownBy(() -> arena.map(Snippets.ofSize(1500)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no room for 'of-size-1500' (1500 bytes)")
                    .hasMessageContaining("2048 of 4096 bytes free, 1024 in one piece");
            assertThat(arena.map(Snippets.ofSize(1024)).address()).isEqualTo(arena.address());
        }
    }

    @Test
    void anAddressIsFoundInTheCodeItLiesInAndNowhereElse() {
        try (CodeArena arena = CodeArena.open(os)) {
            MappedCode one = arena.map(Snippets.ofSize(100));
            MappedCode two = arena.map(Snippets.ofSize(100));
            assertThat(arena.find(one.address())).containsSame(one);
            assertThat(arena.find(one.address() + 99)).containsSame(one);
            assertThat(arena.find(one.address() + 100)).isEmpty();
            assertThat(arena.find(two.address() + 1)).containsSame(two);
            assertThat(arena.find(one.address() - 1)).isEmpty();
            one.close();
            assertThat(arena.find(arena.address())).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, CodeArena.MAXIMUM_BYTES + 1})
    void anArenaOutOfRangeIsRefused(long bytes) {
        assertThatThrownBy(() -> CodeArena.open(os, bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("an arena of " + bytes + " bytes");
    }

    @Test
    void whereAMemoryFileCannotBeExecutedPagesAreWrittenFirstAndExecutableAfterwards() {
        try (CodeArena arena = CodeArena.open(withoutMemoryFiles(), 1 << 20)) {
            assertThat(arena.isDualMapped()).isFalse();
            MappedCode one = arena.map(Snippets.constant("one", 1));
            MappedCode big = arena.map(Snippets.ofSize(5000));
            MappedCode caller = arena.map(Snippets.callerOf("one"), one.symbols());
            assertThat(one.function().call()).isEqualTo(1);
            assertThat(caller.function().call()).isEqualTo(2);
            assertThat(big.address() - one.address()).isEqualTo(os.pageSize());
            one.close();
            assertThat(new Pointer(arena.address()).getByteArray(0, os.pageSize()))
                    .containsOnly(0xCC);
            assertThat(arena.map(Snippets.constant("three", 3)).function().call())
                    .isEqualTo(3);
            assertThat(ProcessMaps.read().within(arena.address(), arena.size()))
                    .extracting(Mapping::permissions)
                    .containsOnly("r-xp", "rw-p");
        }
        assertThat(newMappings()).isEmpty();
    }

    @Test
    void whereNothingMayBeExecutedBothRefusalsAreToldAndNothingIsLeft() {
        OperatingSystem strict = new RefusingOperatingSystem()
                .refuse("openMemoryFile", RefusingOperatingSystem.EACCES)
                .refuse("protect", RefusingOperatingSystem.EPERM, Protection.READ_EXECUTE::equals);
        int before = ProcessMaps.read().lines().size();
        assertThatThrownBy(() -> CodeArena.open(strict))
                .isInstanceOf(ExecutableMemoryException.class)
                .hasMessageContaining("openMemoryFile")
                .hasMessageContaining("EACCES")
                .hasMessageContaining("protect")
                .hasMessageContaining("EPERM")
                .hasMessageContaining("`trapeze emit`")
                .hasCauseInstanceOf(HostException.class);
        assertThat(newMappings()).isEmpty();
        assertThat(ProcessMaps.memoryFileDescriptors()).isZero();
        assertThat(ProcessMaps.read().lines().size()).isLessThan(before + 16);
    }

    @Test
    void threadsMapRunAndFreeSideBySide() throws Exception {
        try (CodeArena arena = CodeArena.open(os)) {
            List<String> faults = Collections.synchronizedList(new ArrayList<>());
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                long seed = t;
                threads.add(new Thread(() -> {
                    Random random = new Random(seed);
                    for (int i = 0; i < 500; i++) {
                        long value = random.nextLong();
                        try (MappedCode code = arena.map(Snippets.constant("value", value))) {
                            long found = code.function().call();
                            if (found != value) {
                                faults.add("expected " + value + ", found " + found);
                            }
                        } catch (RuntimeException e) {
                            faults.add(e.toString());
                        }
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(faults).isEmpty();
            assertThat(arena.used()).isZero();
        }
    }
}
