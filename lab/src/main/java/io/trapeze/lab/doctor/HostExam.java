// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.UnsupportedHostException;
import java.util.List;
import java.util.Optional;

/** System and processor, by name. */
final class HostExam implements Exam {
    @Override
    public String area() {
        return "host";
    }

    @Override
    public boolean runsCode() {
        return false;
    }

    @Override
    public List<Finding> look() {
        Platform platform = Platform.current();
        String name = platform.system() + " " + platform.version() + ", " + platform.processor();
        return List.of(
                obstacle(platform)
                        .map(why -> Finding.broken("system", name, why))
                        .orElseGet(() -> platform.isUntested() ? untested(name) : Finding.fine("system", name)),
                Finding.fine("processors", Runtime.getRuntime().availableProcessors(), ""));
    }

    private static Finding untested(String name) {
        return Finding.poorer(
                "system",
                name,
                "What Trapeze calls here was written by this system's documentation and has never run on it; it tries because"
                        + " -D" + Platform.UNTESTED
                        + "=true says so. docs/platforms.md tells what was tried elsewhere.");
    }

    /** Why no code can run there. */
    static Optional<String> obstacle(Platform platform) {
        try {
            platform.requireSupported();
            return Optional.empty();
        } catch (UnsupportedHostException e) {
            return Optional.of(e.getMessage());
        }
    }
}
