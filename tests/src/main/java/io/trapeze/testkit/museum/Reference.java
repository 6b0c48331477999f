// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.museum;

/**
 * Where a bug is told of in public.
 *
 * @param what for example {@code minicoro, pull request 14}
 * @param url of the page
 */
public record Reference(String what, String url) {
    /** Returns it as text has it. */
    @Override
    public String toString() {
        return what + ", " + url;
    }
}
