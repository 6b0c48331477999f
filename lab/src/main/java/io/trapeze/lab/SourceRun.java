// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.text.Source;
import io.trapeze.emitter.text.SourceException;
import io.trapeze.lab.text.Ending;
import io.trapeze.lab.text.GoroutineText;
import io.trapeze.lab.text.TextRun;
import java.io.IOException;
import java.util.List;

/** {@code trapeze run FILE.s…}: checks all sources, then runs one after the other. */
final class SourceRun {
    private final TrapezeCommand trapeze;
    private final TextRun run;

    SourceRun(TrapezeCommand trapeze, TextRun run) {
        this.trapeze = trapeze;
        this.run = run;
    }

    /** Runs the sources, if none has errors; returns the status to end with. */
    int of(List<String> files) throws InterruptedException {
        List<Source> sources = files.stream()
                .map(file -> SourceFile.read(file, trapeze.shell()))
                .toList();
        boolean fine = true;
        for (Source source : sources) {
            fine &= check(source);
        }
        if (!fine) {
            return Exit.FAILED;
        }
        for (Source source : sources) {
            if (sources.size() > 1) {
                trapeze.shell().print(trapeze.outStyle().strong("== " + source.name()) + "\n");
            }
            fine &= run(source);
        }
        return fine ? Exit.FINE : Exit.FAILED;
    }

    private boolean check(Source source) {
        try {
            GoroutineText.of(source);
            return true;
        } catch (SourceException e) {
            trapeze.shell().complain(SourceReport.of(source, e, trapeze.errStyle()));
            return false;
        } catch (IllegalArgumentException e) {
            trapeze.shell()
                    .complain(SourceReport.of(source.name(), List.of(), 0, 0, e.getMessage(), trapeze.errStyle()));
            return false;
        }
    }

    private boolean run(Source source) throws InterruptedException {
        try {
            Ending ending = run.of(source, trapeze.shell()::print);
            List<String> lines = source.text().lines().toList();
            for (String complaint : ending.complaints()) {
                trapeze.shell()
                        .complain(
                                SourceReport.of(source.name(), lines, ending.line(), 0, complaint, trapeze.errStyle()));
            }
            if (trapeze.isVerbose()) {
                trapeze.shell().complain(ending.log());
            }
            return ending.fine();
        } catch (IOException e) {
            throw new CommandException(
                    Exit.FAILED,
                    "can't start another Java process: " + e.getMessage(),
                    "Look at the limits of processes",
                    e);
        }
    }
}
