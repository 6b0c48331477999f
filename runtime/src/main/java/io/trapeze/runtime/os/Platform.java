// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import java.util.Locale;
import java.util.Optional;

/**
 * Operating system and processor by name, as the Java runtime reports them; nothing native is touched to know them.
 *
 * @param system name of the operating system, {@code os.name}
 * @param version its version, {@code os.version}
 * @param processor architecture of the running JVM, {@code os.arch}
 */
public record Platform(String system, String version, String processor) {

    /**
     * The system property that lets code run on Windows and macOS when it is {@code true}. What calls those systems was written by
     * their documentation and never ran on them, so it is not done unasked: a mistake ends the Java VM.
     */
    public static final String UNTESTED = "trapeze.untested-host";

    /** A kind of operating system that the runtime has calls for. */
    public enum Family {
        LINUX("linux"),
        WINDOWS("windows"),
        MACOS("mac os");

        private final String prefix;

        Family(String prefix) {
            this.prefix = prefix;
        }
    }

    /** The one this JVM runs on. */
    public static Platform current() {
        return new Platform(
                System.getProperty("os.name"), System.getProperty("os.version"), System.getProperty("os.arch"));
    }

    /** Whether code that Trapeze emits can run on the processor. */
    public boolean isX64() {
        return processor.equals("amd64") || processor.equals("x86_64");
    }

    /** The kind of system this is; none if the runtime has no calls for it. */
    public Optional<Family> family() {
        String name = system.toLowerCase(Locale.ROOT);
        for (Family family : Family.values()) {
            if (name.startsWith(family.prefix)) {
                return Optional.of(family);
            }
        }
        return Optional.empty();
    }

    /** Whether the system is Linux. */
    public boolean isLinux() {
        return family().equals(Optional.of(Family.LINUX));
    }

    /** Whether there are calls for this system, none of which has ever run on it. */
    public boolean isUntested() {
        return isX64() && family().isPresent() && !isLinux();
    }

    /**
     * Does nothing where Trapeze can run code, or shall try to: see {@link #UNTESTED}.
     *
     * @throws UnsupportedHostException elsewhere
     */
    public void requireSupported() {
        if (!isX64()) {
            throw new UnsupportedHostException("processor " + processor, "x86-64 with Linux");
        }
        if (!isLinux() && !(isUntested() && Boolean.getBoolean(UNTESTED))) {
            throw new UnsupportedHostException(
                    "operating system " + system + " " + version,
                    "Linux on x86-64",
                    isUntested()
                            ? " What it would call here was written by this system's documentation and has never run on it;"
                                    + " with -D" + UNTESTED + "=true it tries."
                            : "");
        }
    }
}
