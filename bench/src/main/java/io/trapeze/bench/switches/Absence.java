// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

/**
 * Something that was not measured.
 *
 * @param what the thing
 * @param reason why not, and what to do about it
 * @param broken whether it should have worked here
 */
public record Absence(String what, String reason, boolean broken) {}
