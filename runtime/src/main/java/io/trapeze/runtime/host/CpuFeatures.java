// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What the processor says of itself.
 *
 * @param vendor its maker's twelve letters, for example {@code "GenuineIntel"}
 * @param brand its name, for example {@code "Intel(R) Xeon(R) Processor"}; empty if it has none
 * @param xcr0 which register states the system has enabled ({@code XGETBV} of 0): bit 0 x87, 1 SSE, 2 AVX, 5 to 7 AVX-512;
 *     0 where the system has not turned XSAVE on
 * @param usable what it can do and the system lets it do
 */
public record CpuFeatures(String vendor, String brand, long xcr0, Set<CpuFeature> usable) {

    /** SSE and AVX state in {@code XCR0}. */
    static final long AVX_STATE = 0x06;

    /** SSE, AVX, opmask, and the two halves of AVX-512 state in {@code XCR0}. */
    static final long AVX512_STATE = 0xE6;

    private static final int BRAND = 0x8000_0002;
    private static final int HIGHEST_EXTENDED = 0x8000_0000;
    private static final int BRAND_LEAVES = 3;

    public CpuFeatures {
        usable = Collections.unmodifiableSet(
                usable.isEmpty() ? EnumSet.noneOf(CpuFeature.class) : EnumSet.copyOf(usable));
    }

    /** Whether an ability can be used here. */
    public boolean has(CpuFeature feature) {
        return usable.contains(feature);
    }

    /** Whether zmm and mask registers may hold live values: then a full save set covers them. */
    public boolean hasAvx512State() {
        return (xcr0 & AVX512_STATE) == AVX512_STATE;
    }

    /** Whether ymm registers may hold live values. */
    public boolean hasAvxState() {
        return (xcr0 & AVX_STATE) == AVX_STATE;
    }

    /** Asks the processor this runs on. */
    static CpuFeatures detect(Cpuid cpuid, LongSupplier xgetbv) {
        long xcr0 = CpuFeature.OSXSAVE.isUsable(cpuid, 0) ? xgetbv.getAsLong() : 0; // it would fault without OSXSAVE
        Set<CpuFeature> usable = EnumSet.noneOf(CpuFeature.class);
        for (CpuFeature feature : CpuFeature.values()) {
            if (feature.isUsable(cpuid, xcr0)) {
                usable.add(feature);
            }
        }
        return new CpuFeatures(vendor(cpuid), brand(cpuid), xcr0, usable);
    }

    private static String vendor(Cpuid cpuid) {
        Cpuid.Result r = cpuid.query(0, 0);
        return text(r.ebx(), r.edx(), r.ecx());
    }

    private static String brand(Cpuid cpuid) {
        if (Integer.compareUnsigned(cpuid.query(HIGHEST_EXTENDED, 0).eax(), BRAND + BRAND_LEAVES - 1) < 0) {
            return "";
        }
        StringBuilder brand = new StringBuilder();
        for (int leaf = BRAND; leaf < BRAND + BRAND_LEAVES; leaf++) {
            Cpuid.Result r = cpuid.query(leaf, 0);
            brand.append(text(r.eax(), r.ebx(), r.ecx(), r.edx()));
        }
        return brand.toString().replace("\0", "").strip();
    }

    private static String text(int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            bytes.putInt(word);
        }
        return new String(bytes.array(), StandardCharsets.US_ASCII);
    }
}
