// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.host;

import io.trapeze.runtime.code.ExecutableMemoryException;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.UnsupportedHostException;

/**
 * The machine that code is emitted for and run on.
 *
 * @param platform system and processor by name
 * @param abi name of the calling convention of its C code: {@code "sysv"}
 * @param cpu what its processor can do
 * @param pageSize bytes in a page
 * @param kernelGuardPages whether guard pages cost no mapping
 */
public record Host(Platform platform, String abi, CpuFeatures cpu, int pageSize, boolean kernelGuardPages) {

    /** The calling convention of Linux and all other systems on x86-64 but Windows. */
    public static final String SYSTEM_V = "sysv";

    /**
     * Looks at this machine.
     *
     * @throws UnsupportedHostException if no code can run here; thrown before any native library is touched
     * @throws ExecutableMemoryException if the system forbids executable memory: the processor is asked by running code
     */
    public static Host detect() {
        return detect(Platform.current());
    }

    static Host detect(Platform platform) {
        platform.requireSupported();
        OperatingSystem os = OperatingSystem.current();
        return new Host(platform, SYSTEM_V, CpuProbe.run(os), os.pageSize(), os.hasKernelGuardPages());
    }
}
