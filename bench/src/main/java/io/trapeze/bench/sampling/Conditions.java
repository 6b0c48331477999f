// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.sampling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What numbers were measured on.
 *
 * @param processor its name
 * @param processors how many the Java VM may use
 * @param cpu the one that the measuring thread was kept on; empty if the system did not allow it
 * @param system name and version of the operating system
 * @param java version and name of the Java VM
 * @param load how many threads wanted to run in the last minute, before measuring began; empty if the system
 *     does not tell
 */
public record Conditions(
        String processor, int processors, OptionalInt cpu, String system, String java, OptionalDouble load) {
    /** The conditions of this process now. */
    public static Conditions now(OptionalInt cpu) {
        return new Conditions(
                processorName(lines(Path.of("/proc/cpuinfo"))),
                Runtime.getRuntime().availableProcessors(),
                cpu,
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                "JDK " + Runtime.version() + ", " + System.getProperty("java.vm.name"),
                load(lines(Path.of("/proc/loadavg"))));
    }

    /** The model's name, from the lines of {@code /proc/cpuinfo}. */
    static String processorName(List<String> cpuinfo) {
        return cpuinfo.stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown processor");
    }

    /** The first number of {@code /proc/loadavg}. */
    static OptionalDouble load(List<String> loadavg) {
        return loadavg.stream()
                .limit(1)
                .mapToDouble(line -> Double.parseDouble(line.split(" ", 2)[0]))
                .findFirst();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of(); // a sandbox without /proc
        }
    }
}
