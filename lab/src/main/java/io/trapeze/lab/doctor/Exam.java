// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

import java.util.List;

/** Looks at one area of the machine. */
interface Exam {
    /** What it looks at: one or two words. */
    String area();

    /** Whether it needs a host that code can run on. */
    boolean runsCode();

    /** Looks. What it throws is a finding as well: that the area is broken. */
    List<Finding> look();
}
