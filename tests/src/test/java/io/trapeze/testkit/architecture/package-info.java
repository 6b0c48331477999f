// SPDX-License-Identifier: Apache-2.0
/** The rules that hold for all modules at once: who may know whom, and what every source file carries. */
package io.trapeze.testkit.architecture;
