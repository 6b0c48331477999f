// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.museum;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The exhibits, one file each, in the order of a walk through them: vectors, control words, registers, threads, stacks, flags. */
public final class Museum {
    private static final List<String> NAMES = List.of(
            "half-of-xmm",
            "xmm-forgotten",
            "xmm-in-one-slot",
            "half-of-ymm",
            "half-of-the-vectors",
            "masks-forgotten",
            "vzeroall",
            "xmm8-behind-xmm7",
            "xmm-in-a-callback",
            "control-words-leak",
            "x87-word-overwritten",
            "mxcsr-zero",
            "emms-forgotten",
            "wrong-arguments",
            "slots-swapped",
            "rbx-and-r14-forgotten",
            "rbp-forgotten",
            "frame-pointer-as-scratch",
            "half-of-rbx",
            "r12-in-a-callback",
            "g-as-scratch",
            "stack-bounds-stale",
            "bounds-after-the-switch",
            "deallocation-stack-stale",
            "thread-remembered",
            "red-zone",
            "rsp-in-a-context",
            "misaligned-stack",
            "shadow-space",
            "flags-of-another",
            "df-in-a-handler",
            "df-left-set");

    private Museum() {}

    /** Returns the names, in order. */
    public static List<String> names() {
        return NAMES;
    }

    /** Returns all exhibits, in order. */
    public static List<Exhibit> exhibits() {
        return NAMES.stream().map(Museum::exhibit).toList();
    }

    /**
     * Returns one.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Exhibit exhibit(String name) {
        try (InputStream file = Museum.class.getResourceAsStream(name + ".txt")) {
            if (file == null || !NAMES.contains(name)) {
                throw new IllegalArgumentException(
                        "there is no exhibit " + name + ", only " + String.join(", ", NAMES));
            }
            return ExhibitText.read(name, new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("can't read exhibit " + name, e);
        }
    }
}
