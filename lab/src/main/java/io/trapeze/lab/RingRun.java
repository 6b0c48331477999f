// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.operand.Register;
import io.trapeze.lab.program.ProgramOptions;
import io.trapeze.lab.program.ProgramReport;
import io.trapeze.lab.text.Crash;
import io.trapeze.lab.text.JavaProcess;
import io.trapeze.trampolines.Omission;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * {@code trapeze run ring --abi ABI}: the ring by another ABI than the host's, in a process of its own, which it may crash.
 *
 * @param abi as the command line names it
 * @param omission what the primitives are told to forget
 * @param yields how many, shared among the goroutines
 */
record RingRun(String abi, Omission omission, long yields) {
    private static final String RING = "ring";

    /** Fewer than by the host's ABI: others may have far more to save. */
    static final long USUAL_YIELDS = 10_000_000;

    /** Runs it to its end. */
    ProgramReport of(ProgramOptions options) throws InterruptedException {
        long start = System.nanoTime();
        String omitted = omission.registers().stream().map(Register::name).collect(Collectors.joining(","));
        List<String> arguments = List.of(
                abi,
                omitted,
                Integer.toString(options.carriers()),
                Integer.toString(options.goroutines()),
                Long.toString(options.seed()),
                Long.toString(yields));
        try {
            Process process = JavaProcess.of(RingProcess.class, arguments)
                    .redirectErrorStream(true)
                    .start();
            try {
                Told told = Told.by(process);
                int status = process.waitFor();
                Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
                return status == 0 ? told.asReport() : ProgramReport.broken(RING, told.end(status, abi), elapsed);
            } finally {
                process.destroyForcibly().waitFor();
            }
        } catch (IOException e) {
            throw new CommandException(
                    Exit.FAILED,
                    "can't start another Java process: " + e.getMessage(),
                    "Look at the limits of processes",
                    e);
        }
    }

    /** What the process has said. */
    private record Told(TreeMap<Long, String> code, List<String> report, String log) {
        static Told by(Process process) throws IOException {
            TreeMap<Long, String> code = new TreeMap<>();
            List<String> report = new ArrayList<>();
            StringBuilder log = new StringBuilder();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith(RingProcess.CODE)) {
                        String[] words = line.split(" ", 3);
                        code.put(Long.parseUnsignedLong(words[1], 16), words[2]);
                    } else if (line.startsWith(RingProcess.REPORT)) {
                        report.add(line.substring(RingProcess.REPORT.length()));
                    } else {
                        log.append(line).append('\n');
                    }
                }
            }
            return new Told(code, report, log.toString());
        }

        ProgramReport asReport() {
            Map<String, Long> figures = new LinkedHashMap<>();
            values("figure").forEach(figure -> {
                String[] words = figure.split(" ", 2);
                figures.put(words[1], Long.parseLong(words[0]));
            });
            return new ProgramReport(
                    RING,
                    values("failure"),
                    number("switches"),
                    number("upcalls"),
                    number("preemptions"),
                    Duration.ofNanos(number("nanoseconds")),
                    values("checked").get(0),
                    figures);
        }

        private List<String> values(String what) {
            return report.stream()
                    .filter(line -> line.startsWith(what + " "))
                    .map(line -> line.substring(what.length() + 1))
                    .toList();
        }

        private long number(String what) {
            return Long.parseLong(values(what).get(0));
        }

        String end(int status, String abi) {
            String by = "; its goroutines lived by ABI " + abi;
            Optional<Crash> crash = Crash.of(status, log);
            if (crash.isEmpty()) {
                return "its process ended with status " + status + by + ". It said: " + log.strip();
            }
            String where = crash.get()
                    .pc()
                    .map(pc -> " at pc 0x" + Long.toHexString(pc) + instruction(pc))
                    .orElse("");
            return "its process was ended by " + crash.get().signal() + where + ": "
                    + crash.get().meaning() + by;
        }

        private String instruction(long pc) {
            return Optional.ofNullable(code.floorEntry(pc))
                    .map(Map.Entry::getValue)
                    .filter(text -> !text.isEmpty())
                    .map(text -> ", '" + text.replaceFirst(" of (\\S+)$", "' of $1"))
                    .orElse(", in none of the primitives and nothing of the scheduler");
        }
    }
}
