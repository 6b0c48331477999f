// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import java.util.Locale;

/**
 * Operating system and processor by name, as the Java runtime reports them; nothing native is touched to know them.
 *
 * @param system name of the operating system, {@code os.name}
 * @param version its version, {@code os.version}
 * @param processor architecture of the running JVM, {@code os.arch}
 */
public record Platform(String system, String version, String processor) {

    /** The one this JVM runs on. */
    public static Platform current() {
        return new Platform(
                System.getProperty("os.name"), System.getProperty("os.version"), System.getProperty("os.arch"));
    }

    /** Whether code that Trapeze emits can run on the processor. */
    public boolean isX64() {
        return processor.equals("amd64") || processor.equals("x86_64");
    }

    /** Whether the system is Linux. */
    public boolean isLinux() {
        return system.toLowerCase(Locale.ROOT).startsWith("linux");
    }

    /**
     * Does nothing where Trapeze can run code.
     *
     * @throws UnsupportedHostException elsewhere
     */
    public void requireSupported() {
        if (!isX64()) {
            throw new UnsupportedHostException("processor " + processor, "x86-64 with Linux");
        }
        if (!isLinux()) {
            throw new UnsupportedHostException("operating system " + system + " " + version, "Linux on x86-64");
        }
    }
}
