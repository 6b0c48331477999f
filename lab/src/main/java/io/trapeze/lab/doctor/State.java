// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

/** How good a finding is. */
public enum State {
    /** As it should be. */
    FINE,
    /** Works, but less well than it could. */
    POORER,
    /** Not there, and not needed to run code. */
    ABSENT,
    /** Code can't run because of it. */
    BROKEN
}
