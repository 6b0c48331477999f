// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How numbered cases fared that a process of its own ran, or several: whenever one ends before it is done, the case it was at
 * has failed, and another process goes on with the next. Each case is announced before it runs.
 *
 * @param fine the names of those that were as they should be
 * @param notes what cases remarked
 * @param failures what went wrong, the name of the case first
 */
record Cases(List<String> fine, List<String> notes, List<String> failures) {
    /** So many failures, and the rest is not worth running. */
    private static final int ENOUGH = 5;

    private static final int SECONDS_OF_SILENCE = 120;

    /**
     * Runs cases in processes of their own.
     *
     * @param folder where they run
     * @param main takes the kind of cases, a seed, the number of the first case and the number behind the last
     */
    static Cases of(Path folder, Class<?> main, String kind, long seed, int count)
            throws IOException, InterruptedException {
        Cases cases = new Cases(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        int next = 0;
        while (next < count && cases.failures.size() < ENOUGH) {
            Child child = new Child(folder, main, kind, seed, next, count);
            child.read(cases);
            next = child.current + 1;
        }
        return cases;
    }

    /**
     * In the child: runs one, and says how it fared.
     *
     * @param about what a failure is to be reported with, besides the name
     */
    static void run(int number, String name, Object about, Runnable body) {
        System.out.println("case " + number + " " + name);
        System.out.println("about " + about);
        System.out.flush();
        try {
            body.run();
            System.out.println("fine");
        } catch (RuntimeException e) {
            System.out.println("wrong " + e.toString().replace('\n', ' '));
        }
    }

    /** In the child: remarks something. */
    static void note(String text) {
        System.out.println("note " + text);
    }

    /** One process, and the case it is at. */
    private static final class Child {
        private final Process process;
        private final AtomicLong lastHeard = new AtomicLong(System.nanoTime());
        private int current;
        private String name = "before the first case";
        private String about = "nothing";
        private boolean open = true;

        Child(Path folder, Class<?> main, String kind, long seed, int first, int end) throws IOException {
            current = first - 1;
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xshare:auto",
                            "-XX:+UseSerialGC",
                            "-XX:+ErrorFileToStdout",
                            "-XX:-CreateCoredumpOnCrash",
                            "-cp",
                            System.getProperty("java.class.path"),
                            main.getName(),
                            kind,
                            Long.toString(seed),
                            Integer.toString(first),
                            Integer.toString(end))
                    .directory(new File(folder.toString()))
                    .redirectErrorStream(true)
                    .start();
        }

        void read(Cases cases) throws IOException, InterruptedException {
            endWhenSilent();
            List<String> crash = new ArrayList<>();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    lastHeard.set(System.nanoTime());
                    String[] words = line.split(" ", 3);
                    switch (words[0]) {
                        case "case" -> {
                            current = Integer.parseInt(words[1]);
                            name = words[2];
                            open = true;
                        }
                        case "about" -> about = line.substring("about ".length());
                        case "note" -> cases.notes.add(line.substring("note ".length()));
                        case "fine" -> {
                            cases.fine.add(name);
                            open = false;
                        }
                        case "wrong" -> {
                            cases.failures.add(name + ": " + line.substring("wrong ".length()) + "; " + about);
                            open = false;
                        }
                        default -> crash.add(line);
                    }
                }
            }
            int exit = process.waitFor();
            if (exit != 0 || open) {
                current = Math.max(current, 0);
                cases.failures.add(name + ": its process ended with exit code " + exit + ", and said "
                        + crash.stream().filter(l -> !l.equals("#")).limit(12).toList() + "; " + about);
            }
        }

        private void endWhenSilent() {
            Thread watch = new Thread(() -> {
                try {
                    while (!process.waitFor(1, TimeUnit.SECONDS)) {
                        if (System.nanoTime() - lastHeard.get() > TimeUnit.SECONDS.toNanos(SECONDS_OF_SILENCE)) {
                            process.destroyForcibly();
                        }
                    }
                } catch (InterruptedException e) {
                    process.destroyForcibly();
                }
            });
            watch.setDaemon(true);
            watch.start();
        }
    }
}
