// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where toolchains are looked for.
 *
 * @param environment the variables of the process; {@code PATH} among them is the search path
 * @param folders where programs may be besides: installers that leave the search path alone put them there
 * @param jdks the folder that holds the machine's JDKs
 * @param thisJdk the home of the JDK that runs this
 * @param cpu the processor to pin a measurement to, by its number; empty when the host does not tell
 */
record Surroundings(Map<String, String> environment, List<Path> folders, Path jdks, Path thisJdk, OptionalInt cpu) {
    private static final Path PROCESS_STATUS = Path.of("/proc/self/status");

    Surroundings {
        environment = Map.copyOf(environment);
        folders = List.copyOf(folders);
    }

    /** Those of this process. */
    static Surroundings ofThisProcess() {
        return new Surroundings(
                System.getenv(),
                List.of(Path.of("/usr/local/go/bin"), Path.of("/usr/lib/go/bin")),
                Path.of("/usr/lib/jvm"),
                Path.of(System.getProperty("java.home")),
                lastAllowedCpu());
    }

    /** The program of that name, on the search path or else in one of the other folders. */
    Optional<Path> program(String name) {
        Stream<Path> searchPath = Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(environment.getOrDefault("PATH", ""))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of)
                .filter(Path::isAbsolute);
        return Stream.concat(searchPath, folders.stream())
                .map(folder -> folder.resolve(name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /** What to put before a command so that it stays on {@link #cpu()}; nothing when the host has no {@code taskset}. */
    List<String> pinning() {
        Optional<Path> taskset = program("taskset");
        return taskset.isPresent() && cpu.isPresent()
                ? List.of(taskset.get().toString(), "-c", Integer.toString(cpu.getAsInt()))
                : List.of();
    }

    /** The highest processor this process may use: the lowest ones serve most interrupts. */
    private static OptionalInt lastAllowedCpu() {
        try {
            return lastAllowedCpu(Files.readAllLines(PROCESS_STATUS));
        } catch (IOException e) {
            return OptionalInt.empty(); // not Linux
        }
    }

    /** The same, from the lines of proc(5)'s {@code status}, where a list looks like {@code 0-3,6}. */
    static OptionalInt lastAllowedCpu(List<String> status) {
        Pattern list = Pattern.compile("Cpus_allowed_list:\\s*(?:[\\d,-]*[,-])?(\\d{1,5})\\s*");
        return status.stream()
                .map(list::matcher)
                .filter(Matcher::matches)
                .mapToInt(matcher -> Integer.parseInt(matcher.group(1)))
                .findFirst();
    }
}
