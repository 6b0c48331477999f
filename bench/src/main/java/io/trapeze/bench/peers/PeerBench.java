// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Builds and runs peers on this machine. What was built is kept and used again until source or toolchain change.
 *
 * <p>Each command runs alone and within a time limit; nothing is fetched from a network, nothing is installed.
 */
public final class PeerBench {
    /** How long building one peer may take: Go's first build on a machine compiles its own runtime as well. */
    public static final Duration BUILD_LIMIT = Duration.ofSeconds(60);

    /** How long one peer may run; on an idle machine each needs less than 3 s. */
    public static final Duration RUN_LIMIT = Duration.ofSeconds(20);

    private final Surroundings surroundings;
    private final Path place;
    private final Duration buildLimit;
    private final Duration runLimit;

    PeerBench(Surroundings surroundings, Path place, Duration buildLimit, Duration runLimit) {
        this.surroundings = surroundings;
        this.place = place;
        this.buildLimit = buildLimit;
        this.runLimit = runLimit;
    }

    /** A bench with this process's search path and variables, and its usual cache folder. */
    public static PeerBench here() {
        return new PeerBench(
                Surroundings.ofThisProcess(), Workshop.usualPlace(System.getenv()), BUILD_LIMIT, RUN_LIMIT);
    }

    /** What this machine lacks to measure a peer, and how to get it: one line. Nothing is built to find out. */
    public Optional<String> obstacle(Peer peer) {
        Toolchain toolchain = peer.toolchain();
        return toolchain.find(surroundings).isPresent() ? Optional.empty() : Optional.of(toolchain.whenAbsent());
    }

    /** The processor that peers are pinned to, by its number; empty when the host does not tell. */
    public OptionalInt cpu() {
        return surroundings.cpu();
    }

    /**
     * Measures a peer, pinned to one processor where the host has {@code taskset}.
     *
     * @throws InterruptedException if this thread was interrupted; what it had started is killed then
     */
    public PeerResult measure(Peer peer) throws InterruptedException {
        Optional<Recipe> recipe = peer.toolchain().find(surroundings);
        if (recipe.isEmpty()) {
            return new PeerResult.Absent(peer, peer.toolchain().whenAbsent());
        }
        try {
            return measure(peer, recipe.get());
        } catch (FileSystemException e) { // its message is no more than a path
            return new PeerResult.Failed(
                    peer, "can't keep programs in " + place + ": " + e + "; set XDG_CACHE_HOME to keep them elsewhere");
        } catch (IOException | MalformedReportException e) {
            return new PeerResult.Failed(peer, e.getMessage());
        }
    }

    private PeerResult measure(Peer peer, Recipe recipe)
            throws IOException, MalformedReportException, InterruptedException {
        byte[] bytes = peer.sourceBytes();
        Path folder = Workshop.at(place).folder(bytes, recipe);
        Path source = folder.resolve(peer.fileName());
        Path program = folder.resolve("program");
        if (!Files.exists(source)) {
            Path draft = Workshop.draft(folder);
            Files.write(draft, bytes);
            Workshop.publish(draft, source);
        }
        if (!recipe.builds().isEmpty() && !Files.exists(program)) {
            Optional<PeerResult> obstacle = build(peer, recipe, source, program);
            if (obstacle.isPresent()) {
                return obstacle.get();
            }
        }
        List<String> words = new ArrayList<>(surroundings.pinning());
        boolean pinned = !words.isEmpty();
        words.addAll(recipe.run());
        BoundedCommand run = command(words, recipe, source, program, runLimit);
        BoundedCommand.Ending ending = run.run();
        return ending.success()
                ? new PeerResult.Measured(peer, PeerReport.parse(peer, ending.output()), run.words(), pinned)
                : new PeerResult.Failed(
                        peer,
                        run.complaint(ending) + "\n  to have it built again, remove " + folder
                                + "; to have it elsewhere, set XDG_CACHE_HOME");
    }

    /** Builds the program, or tells what stands in the way. */
    private Optional<PeerResult> build(Peer peer, Recipe recipe, Path source, Path program)
            throws IOException, InterruptedException {
        Path draft = Workshop.draft(program.getParent());
        try {
            String complaint = "";
            String diagnostics = "";
            for (List<String> words : recipe.builds()) {
                BoundedCommand build = command(words, recipe, source, draft, buildLimit);
                BoundedCommand.Ending ending = build.run();
                if (ending.success()) {
                    Workshop.publish(draft, program);
                    return Optional.empty();
                }
                complaint = build.complaint(ending);
                diagnostics = ending.diagnostics();
                if (ending.late()) {
                    break; // another way to build it would not be faster
                }
            }
            String reason = complaint;
            return Optional.of(peer.toolchain()
                    .missingPart(diagnostics)
                    .<PeerResult>map(missing -> new PeerResult.Absent(peer, missing))
                    .orElseGet(() -> new PeerResult.Failed(peer, reason)));
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static BoundedCommand command(
            List<String> words, Recipe recipe, Path source, Path program, Duration limit) {
        Path folder = source.getParent();
        Map<String, String> places = Map.of(
                Recipe.SOURCE, source.toString(),
                Recipe.PROGRAM, program.toString(),
                Recipe.FOLDER, folder.toString());
        Map<String, String> environment = new HashMap<>();
        recipe.environment().forEach((name, value) -> environment.put(name, fill(value, places)));
        return new BoundedCommand(words.stream().map(word -> fill(word, places)).toList(), environment, folder, limit);
    }

    private static String fill(String template, Map<String, String> places) {
        String filled = template;
        for (Map.Entry<String, String> place : places.entrySet()) {
            filled = filled.replace(place.getKey(), place.getValue());
        }
        return filled;
    }
}
