// SPDX-License-Identifier: Apache-2.0
/** The command line, and what a learner sees. */
module io.trapeze.lab {
    requires io.trapeze.formats;
    requires io.trapeze.testkit;
    requires io.trapeze.bench;
    requires info.picocli;
    requires java.management;

    opens io.trapeze.lab to
            info.picocli; // reads and sets the fields that carry its annotations
}
