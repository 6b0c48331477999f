// SPDX-License-Identifier: Apache-2.0
/** The primitives of all built-in ABIs, and of others at random, executed on this processor with every register under watch. */
package io.trapeze.testkit.execution;
