// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

import io.trapeze.runtime.os.OperatingSystem;
import java.util.ArrayList;
import java.util.List;

/** How many goroutine stacks with guard pages this process can have. */
final class StackExam implements Exam {
    private static final int MAPPINGS_A_STACK = 2;

    @Override
    public String area() {
        return "stacks";
    }

    @Override
    public boolean runsCode() {
        return true;
    }

    @Override
    public List<Finding> look() {
        return look(OperatingSystem.current());
    }

    static List<Finding> look(OperatingSystem os) {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.fine("page", os.pageSize(), "bytes"));
        long left = os.mappingsLeft();
        if (os.hasKernelGuardPages()) {
            findings.add(Finding.fine("kernel guard pages", true));
        } else {
            findings.add(Finding.poorer(
                    "kernel guard pages",
                    false,
                    left == Long.MAX_VALUE
                            ? "Each stack takes two mappings. Linux 6.13 and later need none."
                            : "Each stack takes two mappings, so at most " + left / MAPPINGS_A_STACK
                                    + " goroutines can be alive at once. Raise vm.max_map_count, or run on Linux 6.13 or"
                                    + " later, which needs none."));
        }
        findings.add(
                left == Long.MAX_VALUE
                        ? Finding.fine("mappings left", "no limit known")
                        : Finding.fine("mappings left", left, "of vm.max_map_count"));
        return findings;
    }
}
