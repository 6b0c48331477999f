// SPDX-License-Identifier: Apache-2.0
/** Checks of code: what is tried, what comes of it, and the smallest case in which it goes wrong. */
package io.trapeze.testkit.check;
