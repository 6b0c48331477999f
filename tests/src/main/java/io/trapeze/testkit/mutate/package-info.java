// SPDX-License-Identifier: Apache-2.0
/** Wrong versions of right code, derived mechanically: a check that does not find them is worth little. */
package io.trapeze.testkit.mutate;
