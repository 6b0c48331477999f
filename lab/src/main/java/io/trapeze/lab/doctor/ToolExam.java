// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

import io.trapeze.bench.peers.Peer;
import io.trapeze.bench.peers.PeerBench;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Programs that check what is emitted, and those that {@code trapeze bench} measures beside it. None is needed to run. */
final class ToolExam implements Exam {
    /** A program, and the Debian package that brings it. */
    private record Tool(String program, String debian, String use) {}

    private static final List<Tool> TOOLS = List.of(
            new Tool("as", "binutils", "tests check the encoder with it"),
            new Tool("objdump", "binutils", "tests check listings with it"),
            new Tool("llvm-mc", "llvm", "tests check the encoder with it"),
            new Tool("gcc", "gcc", "tests compile callers with it"),
            new Tool("gdb", "gdb", "it shows emitted code in a debugger"));

    private final Map<String, String> environment;

    ToolExam(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public String area() {
        return "tools";
    }

    @Override
    public boolean runsCode() {
        return false;
    }

    @Override
    public List<Finding> look() {
        List<Finding> findings = new ArrayList<>();
        for (Tool tool : TOOLS) {
            findings.add(program(tool.program())
                    .map(path -> Finding.fine(tool.program(), path.toString()))
                    .orElseGet(() -> Finding.absent(
                            tool.program(), tool.use() + "; Debian's package " + tool.debian() + " has it")));
        }
        PeerBench bench = PeerBench.here();
        for (Peer peer : Peer.values()) {
            findings.add(bench.obstacle(peer)
                    .map(why -> Finding.absent(peer.label(), why))
                    .orElseGet(() -> Finding.fine(peer.label(), "can be measured")));
        }
        return findings;
    }

    private Optional<Path> program(String name) {
        return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(environment.getOrDefault("PATH", ""))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }
}
