// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Pointer;
import io.trapeze.runtime.os.HostException;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.ProcessMaps;
import io.trapeze.runtime.os.RefusingOperatingSystem;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {

    private final OperatingSystem os = OperatingSystem.current();

    @Test
    void aBlockStartsZeroedAndIsRoundedUpToWholePages() {
        try (NativeMemory memory = NativeMemory.allocate(os, 100)) {
            assertThat(memory.size()).isEqualTo(os.pageSize());
            assertThat(memory.address() % os.pageSize()).isZero();
            assertThat(memory.getBytes(0, os.pageSize())).containsOnly(0);
        }
    }

    @Test
    void everyAccessorSeesTheMemoryThatTheAddressNames() {
        try (NativeMemory memory = NativeMemory.allocate(os, 4096)) {
            Pointer raw = new Pointer(memory.address());
            memory.putLong(8, 0x1122334455667788L);
            assertThat(raw.getLong(8)).isEqualTo(0x1122334455667788L);
            memory.putInt(16, 0xAABBCCDD);
            assertThat(raw.getInt(16)).isEqualTo(0xAABBCCDD);
            raw.setLong(24, -5);
            assertThat(memory.getLong(24)).isEqualTo(-5);
            assertThat(memory.getLongAcquire(24)).isEqualTo(-5);
            assertThat(memory.getLongVolatile(24)).isEqualTo(-5);
            memory.putLongRelease(24, 6);
            assertThat(raw.getLong(24)).isEqualTo(6);
            memory.putLongVolatile(24, 7);
            assertThat(raw.getLong(24)).isEqualTo(7);
            assertThat(memory.compareAndSetLong(24, 6, 9)).isFalse();
            assertThat(memory.compareAndSetLong(24, 7, 9)).isTrue();
            assertThat(memory.getAndAddLong(24, 3)).isEqualTo(9);
            assertThat(raw.getLong(24)).isEqualTo(12);
            memory.putBytes(33, new byte[] {1, 2, 3});
            assertThat(raw.getByteArray(33, 3)).containsExactly(1, 2, 3);
            assertThat(memory.getBytes(33, 3)).containsExactly(1, 2, 3);
        }
    }

    @Test
    void theFirstAndTheLastWordAreWithinAndTheirNeighboursAreNot() {
        try (NativeMemory memory = NativeMemory.allocate(os, 4096)) {
            memory.putLong(0, 1);
            memory.putLong(4088, 2);
            memory.putInt(4092, 3);
            assertThatThrownBy(() -> memory.getLong(-8)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> memory.getLong(4096))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("8 bytes at offset 4096")
                    .hasMessageContaining("4096 bytes");
            assertThatThrownBy(() -> memory.putInt(4096, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> memory.putLong(Long.MAX_VALUE - 7, 0))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> memory.getBytes(4090, 7)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> memory.putBytes(-1, new byte[1])).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void anOffsetThatWouldTearAnAccessIsRefused() {
        try (NativeMemory memory = NativeMemory.allocate(os, 4096)) {
            assertThatThrownBy(() -> memory.getLong(4))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not a multiple of 8");
            assertThatThrownBy(() -> memory.putInt(2, 0)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void everyAccessAfterClosingIsRefusedAndClosingTwiceIsFine() {
        NativeMemory memory = NativeMemory.allocate(os, 4096);
        long address = memory.address();
        memory.close();
        memory.close();
        assertThat(memory.isClosed()).isTrue();
        assertThatThrownBy(() -> memory.getLong(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> memory.putLong(0, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> memory.compareAndSetLong(0, 0, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> memory.getBytes(0, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> memory.putBytes(0, new byte[0])).isInstanceOf(IllegalStateException.class);
        assertThat(ProcessMaps.read().within(address, 4096)).isEmpty();
    }

    @Test
    void aBlockOfSeveralGigabytesIsUsableFromEndToEndAndAcrossItsSlices() {
        long size = 5L << 30;
        try (NativeMemory memory = NativeMemory.reserve(os, size, 1 << 21)) {
            assertThat(memory.address() % (1 << 21)).isZero();
            long boundary = 1L << 30;
            memory.putLong(0, 1);
            memory.putLong(boundary - 8, 2);
            memory.putLong(boundary, 3);
            memory.putLong(size - 8, 4);
            assertThat(memory.getLong(0)).isEqualTo(1);
            assertThat(memory.getLong(boundary - 8)).isEqualTo(2);
            assertThat(new Pointer(memory.address()).getLong(boundary)).isEqualTo(3);
            assertThat(new Pointer(memory.address()).getLong(size - 8)).isEqualTo(4);
            memory.putBytes(2 * boundary - 3, new byte[] {1, 2, 3, 4, 5, 6});
            assertThat(new Pointer(memory.address()).getByteArray(2 * boundary - 3, 6))
                    .containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(memory.getBytes(2 * boundary - 3, 6)).containsExactly(1, 2, 3, 4, 5, 6);
        }
    }

    @Test
    void memoryTakenOverIsReleasedOnce() {
        long address = os.map(4096);
        AtomicInteger released = new AtomicInteger();
        NativeMemory memory = NativeMemory.over(address, 4096, released::incrementAndGet);
        memory.putLong(0, 5);
        memory.close();
        memory.close();
        assertThat(released).hasValue(1);
        os.unmap(address, 4096);
    }

    @Test
    void aSizeBelowOneIsRefused() {
        assertThatThrownBy(() -> NativeMemory.allocate(os, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 bytes");
        assertThatThrownBy(() -> NativeMemory.over(0, 4096, () -> {})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void memoryThatTheSystemRefusesIsAnExceptionNotANullAddress() {
        OperatingSystem poor = new RefusingOperatingSystem().refuse("map", RefusingOperatingSystem.ENOMEM);
        assertThatThrownBy(() -> NativeMemory.allocate(poor, 4096))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("ENOMEM");
    }
}
