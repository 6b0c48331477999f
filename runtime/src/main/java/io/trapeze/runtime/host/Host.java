// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.host;

import io.trapeze.runtime.code.ExecutableMemoryException;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.trampolines.abi.Abi;

/**
 * The machine that code is emitted for and run on.
 *
 * @param platform system and processor by name
 * @param abi the calling convention of its C code
 * @param cpu what its processor can do
 * @param pageSize bytes in a page
 * @param kernelGuardPages whether guard pages cost no mapping
 */
public record Host(Platform platform, Abi abi, CpuFeatures cpu, int pageSize, boolean kernelGuardPages) {

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
        return new Host(platform, os.abi(), CpuProbe.run(os), os.pageSize(), os.hasKernelGuardPages());
    }
}
